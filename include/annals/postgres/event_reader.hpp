// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_EVENT_READER_HPP
#define ANNALS_POSTGRES_EVENT_READER_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/event_range.hpp>
#include <annals/postgres/detail/cursors.hpp>

#include <cstddef>
#include <utility>

namespace annals::postgres {

/// What a store and a transaction on it have in common: reading events.
class EventReader {
public:
    using payload_type = EncodedPayload;

    /// The events of a stream with a version above `after`, oldest first, a page at a time.
    [[nodiscard]] EventRange<detail::StreamCursor> get_events(StreamName const& stream, Version after = {}) const {
        return EventRange{detail::StreamCursor{source_, {stream, after}}};
    }

    /// The settled events of all streams with a position above `after` that `filter` admits, at most `limit`, in
    /// global order. What it does not admit is passed over on the server, the more of it the longer a step may take.
    /// @throws UsageError  in a transaction that was set to another isolation level than READ COMMITTED
    [[nodiscard]] EventRange<detail::LogCursor>
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        return EventRange{detail::LogCursor{source_, {after, limit, filter}}};
    }

    /// The settled events of all streams, in global order.
    [[nodiscard]] EventRange<detail::LogCursor> get_all_events() const { return read_all(); }

    /// The version of the stream's last event; 0 if it has none.
    [[nodiscard]] Version stream_version(StreamName const& stream) const {
        return detail::stream_version(source_, stream, source_.deadline());
    }

    /// The position of the last event that `read_all` would hand out now.
    [[nodiscard]] Position head() const { return detail::head(source_, source_.deadline()); }

protected:
    explicit EventReader(detail::Source source) : source_{std::move(source)} {}

    [[nodiscard]] std::shared_ptr<detail::Database> const& shared_database() const noexcept {
        return source_.database();
    }

private:
    detail::Source source_;
};

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_EVENT_READER_HPP
