// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_FACTS_HPP
#define ANNALS_EVENT_FACTS_HPP

#include <annals/sourced_event.hpp>

#include <string>

namespace annals {

/// What a projection's handler is told of an event beside the event itself. Valid during the call.
struct EventFacts {
    template <class Payload>
    explicit EventFacts(SourcedEvent<Payload> const& event, bool live = true) noexcept
        : event_id{event.event_id}, stream{event.stream}, version{event.version}, position{event.position},
          timestamp{event.timestamp}, metadata{event.metadata}, is_live{live} {}

    [[nodiscard]] std::string const& aggregate_type() const noexcept { return stream.aggregate_type(); }
    [[nodiscard]] std::string const& aggregate_id() const noexcept { return stream.aggregate_id(); }

    EventId const& event_id;
    StreamName const& stream;
    Version version;     ///< its place in the stream, from 1
    Position position;   ///< its place in the store's global order
    Timestamp timestamp; ///< when it was raised, UTC
    Metadata const& metadata;

    /// False while a read model is built from the past: what must happen once in the world (a mail, a call to another
    /// service) was done when the event was new, or is not wanted for it.
    bool is_live;
};

} // namespace annals

#endif // ANNALS_EVENT_FACTS_HPP
