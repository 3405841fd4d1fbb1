// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_STREAM_HPP
#define ANNALS_EVENT_STREAM_HPP

#include <annals/sourced_event.hpp>
#include <annals/stream_error.hpp>

#include <string>
#include <vector>

namespace annals {

/// A whole stream in memory. For streams of unknown length read the range that `get_events` returns instead.
template <class Payload>
struct EventStream {
    std::string aggregate_id;
    std::string aggregate_type;
    std::vector<SourcedEvent<Payload>> events; ///< oldest first
    Version version;                           ///< of the last event
    Timestamp created_at;                      ///< of the first event
    Timestamp updated_at;                      ///< of the last event
};

/// Reads a stream whole.
/// @throws StreamNotFound  if it has no events
template <class Store>
[[nodiscard]] EventStream<typename Store::payload_type> load_stream(Store const& store, StreamName const& name) {
    EventStream<typename Store::payload_type> stream{name.aggregate_id(), name.aggregate_type(), {}, {}, {}, {}};
    for (auto const& event : store.get_events(name)) {
        stream.events.push_back(event);
    }
    if (stream.events.empty()) {
        throw StreamNotFound{name};
    }
    stream.version = stream.events.back().version;
    stream.created_at = stream.events.front().timestamp;
    stream.updated_at = stream.events.back().timestamp;
    return stream;
}

} // namespace annals

#endif // ANNALS_EVENT_STREAM_HPP
