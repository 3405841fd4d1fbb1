// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SUPPORT_TILL_HPP
#define ANNALS_TESTS_INTEGRATION_SUPPORT_TILL_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// A till as an aggregate and as a decider: one state, one set of events, in which the order matters.
namespace till {

struct Put {
    std::int64_t cents{};
};
ANNALS_FIELDS(Put, cents)
struct Doubled {};
struct Labelled {
    std::string label;
};
ANNALS_FIELDS(Labelled, label)
using Event = std::variant<Put, Doubled, Labelled>;

struct State {
    std::int64_t total{};
    std::string label;
    std::vector<std::int64_t> totals; ///< after each event
    int folded = 0;                   ///< events since it was made or restored: no part of a snapshot's JSON

    /// By what is in a snapshot.
    [[nodiscard]] friend bool operator==(State const& a, State const& b) {
        return a.total == b.total && a.label == b.label && a.totals == b.totals;
    }
};
ANNALS_FIELDS(State, total, label, totals)

inline void note(State& state) {
    state.totals.push_back(state.total);
    ++state.folded;
}
inline void evolve(State& state, Put const& event) {
    state.total += event.cents;
    note(state);
}
inline void evolve(State& state, Doubled const&) {
    state.total = (state.total * 2) % 1'000'003;
    note(state);
}
inline void evolve(State& state, Labelled const& event) {
    state.label = event.label;
    note(state);
}
[[nodiscard]] inline Event decide(State const&, Event const& event) { return event; }

class Till final : public annals::Aggregate<std::string, Event> {
public:
    using Aggregate::Aggregate;

    void handle(Event const& event) {
        std::visit([this](auto const& one) { raise_event(one); }, event);
    }
    [[nodiscard]] State const& state() const { return state_; }
    [[nodiscard]] State const& snapshot() const { return state_; }
    void restore(State state) { state_ = std::move(state); }

private:
    void apply_event(Put const& event) override { evolve(state_, event); }
    void apply_event(Doubled const& event) override { evolve(state_, event); }
    void apply_event(Labelled const& event) override { evolve(state_, event); }

    State state_;
};

using DecidedTill = annals::Decider<std::string, State, Event>;

} // namespace till

template <>
inline constexpr std::string_view annals::aggregate_type<till::State> = "DecidedTill";

#endif // ANNALS_TESTS_INTEGRATION_SUPPORT_TILL_HPP
