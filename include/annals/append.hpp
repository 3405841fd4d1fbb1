// SPDX-License-Identifier: MIT

#ifndef ANNALS_APPEND_HPP
#define ANNALS_APPEND_HPP

#include <annals/encoded_payload.hpp>
#include <annals/sourced_event.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <type_traits>

namespace annals {

/// What a commit adds to one stream, and what it expects of that stream.
///
/// Without events it is a condition only: the commit is made if the stream is as expected.
template <class Payload>
struct StreamAppend {
    StreamName stream;
    ExpectedVersion expected;
    std::span<NewEvent<Payload> const> events;
};

/// Where the events of an append stand now.
struct AppendResult {
    Version version;   ///< of the stream's last event that this append wrote (of its last event, if it wrote none)
    Position position; ///< of the last event that this append wrote; the default if it wrote none
    bool already_appended = false; ///< the same events were stored before, and nothing was written now
};

namespace detail {

template <class Payload>
[[nodiscard]] bool has_repeated_id(std::span<StreamAppend<Payload> const> commit) {
    std::map<EventId, std::size_t> seen;
    for (StreamAppend<Payload> const& part : commit) {
        for (NewEvent<Payload> const& event : part.events) {
            if (!seen.emplace(event.event_id, seen.size()).second) {
                return true;
            }
        }
    }
    return false;
}

template <class Payload>
[[nodiscard]] StreamName const* find_repeated_stream(std::span<StreamAppend<Payload> const> commit) {
    std::map<StreamName, std::size_t> seen;
    for (StreamAppend<Payload> const& part : commit) {
        if (!seen.emplace(part.stream, seen.size()).second) {
            return &part.stream;
        }
    }
    return nullptr;
}

} // namespace detail

/// Refuses a commit that breaks a limit. Every store calls this first, so that all give the same verdict.
///
/// @throws InvalidInput  for a stream or an event id that stands in it twice, a nil event id, a time outside of the
///                       years 1 to 9999, metadata or payloads beyond their limits, or too much of everything
template <class Payload>
void require_valid(std::span<StreamAppend<Payload> const> commit) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    EventId last{};
    bool ids_ascend = true; // as those of one thread do: then they differ
    if (commit.size() > 1) {
        if (StreamName const* const stream = detail::find_repeated_stream(commit)) {
            throw InvalidInput{"annals: stream '" + to_text(*stream) + "' stands twice in one commit"};
        }
    }
    for (StreamAppend<Payload> const& part : commit) {
        for (NewEvent<Payload> const& event : part.events) {
            if (event.event_id.is_nil()) {
                throw InvalidInput{"annals: an event id is nil"};
            }
            if (!is_storable(event.timestamp)) {
                throw InvalidInput{"annals: a timestamp must lie in the years 1 to 9999"};
            }
            require_valid(event.metadata);
            if constexpr (std::is_same_v<Payload, EncodedPayload>) {
                require_valid(event.payload);
                bytes += event.payload.data.size();
            }
            ++count;
            ids_ascend = ids_ascend && last < event.event_id;
            last = event.event_id;
        }
    }
    if (count > limits::max_commit_events || bytes > limits::max_commit_bytes) {
        throw InvalidInput{"annals: a commit holds at most 10000 events and 16 MiB of payload"};
    }
    if (!ids_ascend && detail::has_repeated_id(commit)) {
        throw InvalidInput{"annals: an event id stands twice in one commit"};
    }
}

} // namespace annals

#endif // ANNALS_APPEND_HPP
