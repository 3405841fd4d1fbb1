// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_PLAIN_COUNTER_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_PLAIN_COUNTER_HPP

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A counter whose events and snapshots are plain numbers: nlohmann/json 3.11 stops the program when
// memory runs out while it builds an object, and here the store is to be tried without memory.

namespace integration {

struct Added {
    std::int64_t number = 0;
};
struct Subtracted {
    std::int64_t number = 0;
};
using PlainEvent = std::variant<Added, Subtracted>;

struct PlainState {
    std::int64_t total = 0;
};

class PlainCounter final : public annals::Aggregate<std::string, PlainEvent> {
public:
    using Aggregate::Aggregate;

    void add(std::int64_t number) { raise_event(Added{number}); }
    void subtract(std::int64_t number) { raise_event(Subtracted{number}); }
    [[nodiscard]] std::int64_t total() const noexcept { return state_.total; }

    [[nodiscard]] PlainState snapshot() const noexcept { return state_; }
    void restore(PlainState state) noexcept { state_ = state; }

private:
    void apply_event(Added const& event) override { state_.total += event.number; }
    void apply_event(Subtracted const& event) override { state_.total -= event.number; }

    PlainState state_;
};

class PlainEventCodec {
public:
    using event_type = PlainEvent;

    [[nodiscard]] annals::EncodedPayload encode(PlainEvent const& event) const {
        auto const* const added = std::get_if<Added>(&event);
        return added != nullptr
                   ? annals::EncodedPayload{"Added", 1, std::to_string(added->number)}
                   : annals::EncodedPayload{"Subtracted", 1, std::to_string(std::get<Subtracted>(event).number)};
    }
    [[nodiscard]] PlainEvent decode(annals::SourcedEvent<annals::EncodedPayload> const& stored) const {
        std::int64_t const number = std::atoll(stored.payload.data.c_str());
        if (stored.payload.type == "Added") {
            return Added{number};
        }
        if (stored.payload.type == "Subtracted") {
            return Subtracted{number};
        }
        throw annals::UnknownEventType{stored.stream, stored.version, stored.payload.type};
    }
    [[nodiscard]] bool knows(std::string_view type) const noexcept { return type == "Added" || type == "Subtracted"; }
};

class PlainSnapshotCodec {
public:
    using state_type = PlainState;

    [[nodiscard]] annals::EncodedPayload encode(PlainState const& state) const {
        return {"PlainState", 1, std::to_string(state.total)};
    }
    [[nodiscard]] std::optional<PlainState> decode(annals::EncodedPayload const& stored) const {
        return stored.type == "PlainState" ? std::optional{PlainState{std::atoll(stored.data.c_str())}} : std::nullopt;
    }
};

/// The stream of the counter with that id.
[[nodiscard]] inline annals::StreamName counter_stream(std::string id) { return {"PlainCounter", std::move(id)}; }

/// An addition, as the repository would store it.
[[nodiscard]] inline annals::NewEvent<annals::EncodedPayload> addition(std::int64_t number) {
    return {annals::new_event_id(), annals::system_clock().now(), {}, PlainEventCodec{}.encode(Added{number})};
}

/// Appends additions of 1, 2, 3, ... to a counter.
inline void append_additions(annals::SqliteEventStore& store, std::string const& id, int count) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> events;
    for (int i = 1; i <= count; ++i) {
        events.push_back(addition(i));
    }
    store.append(counter_stream(id), annals::ExpectedVersion::any(), events);
}

/// How many events a range has.
template <class Range>
[[nodiscard]] int count(Range&& range) {
    int events = 0;
    for (auto const& event : range) {
        static_cast<void>(event);
        ++events;
    }
    return events;
}

} // namespace integration

template <>
struct annals::DefaultEventCodec<integration::PlainEvent> {
    using type = integration::PlainEventCodec;
};
template <>
struct annals::DefaultSnapshotCodec<integration::PlainState> {
    using type = integration::PlainSnapshotCodec;
};

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_PLAIN_COUNTER_HPP
