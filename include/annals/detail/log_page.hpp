// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_LOG_PAGE_HPP
#define ANNALS_DETAIL_LOG_PAGE_HPP

#include <annals/detail/crc32c.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/event_filter.hpp>
#include <annals/projection_options.hpp>
#include <annals/projection_status.hpp>
#include <annals/sourced_event.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace annals::detail {

/// Which part of `parts` the events of a stream belong to: CRC-32C of its name, for ever.
[[nodiscard]] inline std::int32_t part_of(StreamName const& stream, std::int32_t parts) noexcept {
    Crc32c crc;
    crc.add(stream.aggregate_type());
    crc.add(stream.aggregate_id());
    return static_cast<std::int32_t>(crc.value() % static_cast<std::uint32_t>(parts));
}

/// Events that are handled together, and how far in the log the projection is when they are.
template <class Payload>
struct LogPage {
    std::vector<SourcedEvent<Payload>> events;
    Position begin;           ///< where it was read from
    Position end;             ///< all up to here is among `events`, or does not concern the projection
    Position head;            ///< of the log when it was read
    EventId end_id{};         ///< of the event at `end`; nil if it is not known yet
    bool reaches_head = true; ///< there was nothing behind `end` when it was read

    /// Nothing to handle, at a known place.
    [[nodiscard]] static LogPage at(Position position, EventId const& id) {
        return {{}, position, position, position, id, false};
    }

    /// Leaves out what has been handled before.
    void forget_up_to(Position handled) {
        std::erase_if(events, [handled](auto const& event) { return event.position <= handled; });
    }

    /// Leaves the events from number `count` on for later.
    void keep_first(std::size_t count) {
        if (count < events.size()) {
            events.erase(events.begin() + static_cast<std::ptrdiff_t>(count), events.end());
            end = events.empty() ? begin : events.back().position;
            end_id = events.empty() ? EventId{} : events.back().event_id;
            reaches_head = false;
        }
    }

    /// Leaves what lies behind another projection's place for later.
    void keep_up_to(ProjectionStatus const& other) {
        if (end > other.position) {
            auto const is_behind = [&other](auto const& event) { return event.position > other.position; };
            events.erase(std::find_if(events.begin(), events.end(), is_behind), events.end());
            end = other.position;
            end_id = other.event_id;
            reaches_head = false;
        }
    }
};

template <class Payload>
[[nodiscard]] std::size_t weight_of(SourcedEvent<Payload> const& event) noexcept {
    if constexpr (std::same_as<Payload, EncodedPayload>) {
        return event.payload.data.size();
    } else {
        return sizeof event;
    }
}

/// Reads on from `after`, at most `options.batch` events and some megabytes.
template <class Store>
[[nodiscard]] LogPage<typename Store::payload_type>
read_page(Store const& store, Position after, EventFilter const& filter, ProjectionOptions const& options) {
    constexpr std::size_t wanted_bytes = std::size_t{8} << 20U;
    LogPage<typename Store::payload_type> page;
    page.begin = after;
    page.end = after;
    // Before the events: what is at or below it has been read if the events come to an end.
    Position const head = store.head();
    page.head = head;
    if (head <= after) {
        return page;
    }
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (auto const& event : store.read_all(after, options.batch, filter)) {
        if (part_of(event.stream, options.parts) == options.part) {
            page.events.push_back(event);
        }
        page.end = event.position;
        page.end_id = event.event_id;
        bytes += weight_of(event);
        if (++count == options.batch || bytes > wanted_bytes) {
            page.reaches_head = false;
            return page;
        }
    }
    if (head > page.end) {
        page.end = head;
        page.end_id = {};
    }
    return page;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_LOG_PAGE_HPP
