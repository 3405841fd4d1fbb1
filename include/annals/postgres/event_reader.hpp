// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_EVENT_READER_HPP
#define ANNALS_POSTGRES_EVENT_READER_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/event_range.hpp>
#include <annals/postgres/detail/cursors.hpp>
#include <annals/postgres/detail/truncate.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

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

    /// What was truncated, oldest first. See `TruncatableEventStore`.
    [[nodiscard]] std::vector<Truncation> truncations() const {
        return detail::truncations(source_, source_.deadline());
    }

    /// The event with that id, in whatever stream; nothing if there is none, or it was truncated.
    [[nodiscard]] std::optional<SourcedEvent<EncodedPayload>> find_event(EventId const& id) const {
        return detail::find_event(source_, id, source_.deadline());
    }

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
    [[nodiscard]] detail::Source const& source() const noexcept { return source_; }
    void keep_sealed() { source_ = detail::Source{source_.database(), nullptr}; }

private:
    detail::Source source_;
};

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_EVENT_READER_HPP
