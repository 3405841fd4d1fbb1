// SPDX-License-Identifier: MIT

#ifndef ANNALS_TRACE_HPP
#define ANNALS_TRACE_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/error.hpp>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace annals {

/// An event store that finds an event by its id.
///
/// **find_event** gives the stored event with that id, or nothing.
///
/// Models: InMemoryEventStore, SqliteEventStore, PostgresEventStore, in one step of an index.
template <class S>
concept FindsEvents = EventStore<S> && requires(S const& view, EventId const& id) {
    { view.find_event(id) } -> std::same_as<std::optional<SourcedEvent<typename S::payload_type>>>;
};

/// No event of that id is stored.
class EventNotFound : public Error {
public:
    explicit EventNotFound(EventId const& id) : Error{"annals: no event " + to_text(id) + " is stored"}, id_{id} {}

    [[nodiscard]] EventId const& event_id() const noexcept { return id_; }

private:
    EventId id_;
};

/// What an event has set going.
template <class Payload>
struct TracedEffect {
    SourcedEvent<Payload> event;
    EventId cause{};       ///< the event that its `causation_id` names
    std::size_t depth = 1; ///< 1 for what the traced event itself has caused
};

/// Where an event comes from, and what came of it.
template <class Payload>
struct Trace {
    std::vector<SourcedEvent<Payload>> causes; ///< the first of all first; the event's own cause last
    SourcedEvent<Payload> event;
    std::vector<TracedEffect<Payload>> effects; ///< in the order of the log
};

namespace detail {

/// The event that `causation_id` names; nothing if it names none: it may be the id of a command.
[[nodiscard]] inline std::optional<EventId> cause_of(Metadata const& metadata) {
    // Most have none, and what no UUID is need not be refused by an exception.
    if (metadata.causation_id.size() != 36) {
        return std::nullopt;
    }
    try {
        return parse_event_id(metadata.causation_id);
    } catch (InvalidInput const&) {
        return std::nullopt;
    }
}

} // namespace detail

/// Follows `causation_id` from one event, back to the first cause that is stored, and on to all that it led to.
///
/// A circle in the causes ends with the event that closes it. Effects are looked for behind the event in the log.
///
/// One look-up a cause, and one pass over the log behind the event; in memory are its causes and effects.
/// @throws EventNotFound  if no event of that id is stored; and what the store throws
template <FindsEvents Store>
[[nodiscard]] Trace<typename Store::payload_type> trace(Store const& store, EventId const& id) {
    auto found = store.find_event(id);
    if (!found) {
        throw EventNotFound{id};
    }
    Trace<typename Store::payload_type> result{{}, *std::move(found), {}};

    std::map<EventId, std::size_t> depths{{id, 0}}; // of the event and its effects; of the causes so far, to begin with
    for (auto cause = detail::cause_of(result.event.metadata); cause && depths.emplace(*cause, 0).second;) {
        auto event = store.find_event(*cause);
        if (!event) {
            break;
        }
        cause = detail::cause_of(event->metadata);
        result.causes.insert(result.causes.begin(), *std::move(event));
    }

    depths = {{id, 0}};
    for (auto const& event : store.read_all(result.event.position, all_events)) {
        auto const cause = detail::cause_of(event.metadata);
        auto const at = cause ? depths.find(*cause) : depths.end();
        if (at != depths.end() && depths.emplace(event.event_id, at->second + 1).second) {
            result.effects.push_back({event, *cause, at->second + 1});
        }
    }
    return result;
}

/// All events of one conversation, in the order of the log, one page in memory at a time: those whose `correlation_id`
/// is this one. One pass over the log.
/// @param handle  called with each of them
/// @throws what the store or `handle` throws
template <EventStore Store, class Handle>
void for_each_correlated(Store const& store, std::string_view correlation_id, Handle&& handle) {
    for (auto const& event : store.get_all_events()) {
        if (event.metadata.correlation_id == correlation_id) {
            handle(event);
        }
    }
}

} // namespace annals

#endif // ANNALS_TRACE_HPP
