// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_EVENT_READER_HPP
#define ANNALS_SQLITE_EVENT_READER_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/event_range.hpp>
#include <annals/sqlite/detail/cursors.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace annals::sqlite {

/// What a store and a transaction on it have in common: reading events.
class EventReader {
public:
    using payload_type = EncodedPayload;

    /// The events of a stream with a version above `after`, oldest first, a page at a time.
    [[nodiscard]] EventRange<detail::StreamCursor> get_events(StreamName const& stream, Version after = {}) const {
        return EventRange{detail::StreamCursor{source_, stream, after}};
    }

    /// The events of all streams with a position above `after` that `filter` admits, at most `limit`, in global order,
    /// a page at a time.
    [[nodiscard]] EventRange<detail::LogCursor>
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        return EventRange{detail::LogCursor{source_, after, limit, filter}};
    }

    /// The events of all streams, in global order, a page at a time.
    [[nodiscard]] EventRange<detail::LogCursor> get_all_events() const { return read_all(); }

    /// The event of that id; nothing if there is none, or it is truncated.
    [[nodiscard]] std::optional<SourcedEvent<EncodedPayload>> find_event(EventId const& id) const {
        auto found = source_.read([&](detail::Connection& connection) { return detail::find_row(connection, id); });
        if (!found || annals::detail::is_truncated(*found)) {
            return std::nullopt;
        }
        annals::detail::open(source_.payloads(), *found);
        return found;
    }

    /// The version of the stream's last event; 0 if it has none.
    [[nodiscard]] Version stream_version(StreamName const& stream) const {
        return source_.read([&](detail::Connection& connection) { return detail::stream_version(connection, stream); });
    }

    /// The position of the last event.
    [[nodiscard]] Position head() const {
        return source_.read([](detail::Connection& connection) { return Position{detail::head(connection)}; });
    }

protected:
    explicit EventReader(detail::Source source) : source_{std::move(source)} {}

    [[nodiscard]] detail::Source const& source() const noexcept { return source_; }

private:
    detail::Source source_;
};

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_EVENT_READER_HPP
