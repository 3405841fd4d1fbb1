// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PRIVACY_SHOP_HPP
#define ANNALS_TESTS_INTEGRATION_PRIVACY_SHOP_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/json/fields.hpp>
#include <annals/personal.hpp>

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace privacy_tests {

/// Stand in the personal values alone; nothing but the events and snapshots of customers holds them.
inline constexpr char const* email_marker = "ann-marker-email";
inline constexpr char const* guest_marker = "bob-marker-guest";
/// Stands in a field that is nobody's.
inline constexpr char const* open_marker = "open-marker-note";

struct Registered {
    annals::Personal<std::string> email;
    std::string note;
    friend bool operator==(Registered const&, Registered const&) = default;
};
struct GuestsInvited {
    std::vector<annals::Personal<std::string>> guests;
    friend bool operator==(GuestsInvited const&, GuestsInvited const&) = default;
};
struct Counted {
    int n{};
    friend bool operator==(Counted const&, Counted const&) = default;
};
ANNALS_FIELDS(Registered, email, note)
ANNALS_FIELDS(GuestsInvited, guests)
ANNALS_FIELDS(Counted, n)

using CustomerEvent = std::variant<Registered, GuestsInvited, Counted>;

struct CustomerState {
    annals::Personal<std::string> email;
    std::vector<annals::Personal<std::string>> guests;
    int n{};
    friend bool operator==(CustomerState const&, CustomerState const&) = default;
};
ANNALS_FIELDS(CustomerState, email, guests, n)

class Customer final : public annals::Aggregate<std::string, CustomerEvent> {
public:
    using Aggregate::Aggregate;

    void record(CustomerEvent const& event) {
        std::visit([this](auto const& e) { raise_event(e); }, event);
    }
    [[nodiscard]] CustomerState const& snapshot() const { return state_; }
    void restore(CustomerState state) { state_ = std::move(state); }

private:
    void apply_event(Registered const& e) override { state_.email = e.email; }
    void apply_event(GuestsInvited const& e) override { state_.guests = e.guests; }
    void apply_event(Counted const& e) override { state_.n += e.n; }

    CustomerState state_;
};

/// Of customer c7, with a guest that is somebody else.
[[nodiscard]] inline std::vector<CustomerEvent> personal_events() {
    return {
        Registered{{"c7", email_marker}, open_marker},
        GuestsInvited{{{"c8", guest_marker}, {"c7", email_marker}}},
        Counted{3},
    };
}

/// The same when c7 is forgotten.
[[nodiscard]] inline std::vector<CustomerEvent> forgotten_events() {
    auto const gone = annals::Personal<std::string>::forgotten("c7");
    return {Registered{gone, open_marker}, GuestsInvited{{{"c8", guest_marker}, gone}}, Counted{3}};
}

[[nodiscard]] inline std::vector<annals::NewEvent<annals::EncodedPayload>>
encoded(std::vector<CustomerEvent> const& events) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> encoded;
    for (auto const& event : events) {
        encoded.push_back({annals::new_event_id(), {}, {}, annals::JsonCodec<CustomerEvent>{}.encode(event)});
    }
    return encoded;
}

/// What a store has of a stream, as the application sees it.
template <class Store>
[[nodiscard]] std::vector<CustomerEvent> events_in(Store const& store, annals::StreamName const& stream) {
    std::vector<CustomerEvent> events;
    for (auto const& stored : store.get_events(stream)) {
        events.push_back(annals::JsonCodec<CustomerEvent>{}.decode(stored));
    }
    return events;
}

} // namespace privacy_tests

#endif // ANNALS_TESTS_INTEGRATION_PRIVACY_SHOP_HPP
