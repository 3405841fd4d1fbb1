// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_EVENT_ROWS_HPP
#define ANNALS_SQLITE_DETAIL_EVENT_ROWS_HPP

#include <annals/detail/event_checksum.hpp>
#include <annals/detail/id_bytes.hpp>
#include <annals/detail/metadata_text.hpp>
#include <annals/detail/stored_event.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/sourced_event.hpp>
#include <annals/sqlite/detail/connection.hpp>
#include <annals/sqlite/detail/log_query.hpp>
#include <annals/stream_error.hpp>

#include <sqlite3.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::sqlite::detail {

using Event = SourcedEvent<EncodedPayload>;
using annals::detail::bytes_of;
using annals::detail::EventRow;
using annals::detail::id_from_bytes;

// `SELECT *` is safe where check_schema has compared the table with its definition to the letter.
[[nodiscard]] inline EventRow row_of(Rows const& rows) {
    return EventRow{
        rows.integer(0),
        rows.text(1),
        rows.text(2),
        rows.text(3),
        rows.integer(4),
        rows.text(5),
        rows.integer(6),
        rows.integer(7),
        rows.text(8),
        rows.text(9)
    };
}

/// Makes `event` the one in a row. Its texts keep their memory, so that what is read next needs none.
/// @param known  a stream that it may belong to, so that the name need not be made anew; it becomes the event's
/// @throws CorruptData  if the row is not what was written
inline void read_event(EventRow const& row, std::int64_t checksum, StreamName& known, Event& event) {
    if (checksum != std::int64_t{annals::detail::checksum_of(row)}) {
        throw CorruptData{"the event at position " + std::to_string(row.position) + " does not match its checksum"};
    }
    try {
        if (known.aggregate_id() != row.aggregate_id || known.aggregate_type() != row.aggregate_type) {
            known = StreamName{std::string{row.aggregate_type}, std::string{row.aggregate_id}};
        }
        if (event.stream != known) {
            event.stream = known;
        }
        event.event_id = id_from_bytes(row.event_id);
        event.version = Version{row.version};
        event.position = Position{row.position};
        event.timestamp = Timestamp{std::chrono::microseconds{row.timestamp}};
        event.payload.type = row.event_type;
        event.payload.schema_version = static_cast<std::int32_t>(row.schema_version);
        event.payload.data = row.data;
        if (event.payload.schema_version == row.schema_version &&
            annals::detail::MetadataReader::read(row.metadata, event.metadata)) {
            return;
        }
    } catch (InvalidInput const&) {
        // A name, a version or a position that no append lets through.
    }
    throw CorruptData{"the event at position " + std::to_string(row.position) + " was not written by this library"};
}

/// An event to read into.
[[nodiscard]] inline Event blank_event(StreamName const& any) { return {{}, any, {}, {}, {}, {}, {}}; }

/// Events that are read together, at most some hundred. One page after another goes into the same memory.
class Page {
public:
    void clear() {
        if (bytes_ > most_kept_bytes) {
            events_.clear();
        }
        rows_ = 0;
        size_ = 0;
        bytes_ = 0;
    }

    /// Reads the event in the current row, and adds it if it is not truncated. @param known  as for `read_event`
    /// @returns it, valid until the next
    Event const& add(Rows const& rows, StreamName& known) {
        if (size_ == events_.size()) {
            events_.reserve(most_events);
            events_.push_back(blank_event(known));
        }
        EventRow const row = row_of(rows);
        bytes_ += row.metadata.size() + row.data.size();
        Event& event = events_[size_];
        read_event(row, rows.integer(10), known, event);
        ++rows_;
        size_ += annals::detail::is_truncated(event) ? 0U : 1U;
        return event;
    }

    [[nodiscard]] bool is_full() const noexcept { return rows_ == most_events || bytes_ > most_bytes; }
    /// How many were read, truncated ones too.
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::span<Event const> events() const noexcept { return {events_.data(), size_}; }
    /// To be handed out.
    [[nodiscard]] Event& operator[](std::size_t index) noexcept { return events_[index]; }

private:
    // Bounded in bytes too, so that large payloads do not fill the memory.
    static constexpr std::size_t most_events = 250;
    static constexpr std::size_t most_bytes = std::size_t{1} << 20U;
    static constexpr std::size_t most_kept_bytes = std::size_t{1} << 16U;

    std::vector<Event> events_; ///< behind the first `size_`, those of a page before
    std::size_t rows_ = 0;
    std::size_t size_ = 0;
    std::size_t bytes_ = 0;
};

/// Whatever is stored under an id, as it is stored.
[[nodiscard]] inline std::optional<Event> find_row(Connection& connection, EventId const& id) {
    Rows rows = connection.query("SELECT * FROM events WHERE event_id = ?1", id);
    if (!rows.next()) {
        return std::nullopt;
    }
    StreamName name{"none", "yet"};
    Event stored = blank_event(name);
    read_event(row_of(rows), rows.integer(10), name, stored);
    return stored;
}

/// The version that `sql` finds for a stream; 0 if there is none.
[[nodiscard]] inline Version find_version(Connection& connection, StreamName const& stream, std::string_view sql) {
    Rows rows = connection.query(sql, stream.aggregate_type(), stream.aggregate_id());
    std::int64_t const version = rows.next() ? rows.integer(0) : 0;
    if (version < 0) {
        throw CorruptData{stream, Version{}, "the version of the last event is negative"};
    }
    return Version{version};
}

/// Of the last event, or of the mark that ends the stream.
[[nodiscard]] inline Version last_version(Connection& connection, StreamName const& stream) {
    return find_version(
        connection,
        stream,
        "SELECT version FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 ORDER BY version DESC LIMIT 1"
    );
}

/// Of the last event.
[[nodiscard]] inline Version stream_version(Connection& connection, StreamName const& stream) {
    Version const last = last_version(connection, stream);
    if (last < annals::detail::ended_version) {
        return last;
    }
    return find_version(
        connection,
        stream,
        "SELECT version FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND version < 9223372036854775807 "
        "ORDER BY version DESC LIMIT 1"
    );
}

/// Of the first event that no truncation takes; 0 if there is no truncation.
[[nodiscard]] inline Version first_left(Connection& connection, StreamName const& stream) {
    return find_version(
        connection, stream, "SELECT max(first_version) FROM truncations WHERE aggregate_type = ?1 AND aggregate_id = ?2"
    );
}

/// The position of the last event; 0 if there is none.
/// @throws CorruptData  if it is not the last that was ever given: events are missing
[[nodiscard]] inline std::int64_t head(Connection& connection) {
    Rows rows =
        connection.query("SELECT max(position), (SELECT seq FROM sqlite_sequence WHERE name = 'events') FROM events");
    std::int64_t const last = rows.next() ? rows.integer(0) : 0;
    if (last != rows.integer(1) || last < 0) {
        throw CorruptData{"the events after position " + std::to_string(last) + " are missing"};
    }
    return last;
}

/// Reads events of a stream with versions above `reached` and up to `last` into `page`, as many as a page holds.
/// @param reached  is moved to the version of the last one read, or behind those that are truncated
/// @param last     of the stream, or nothing: then it becomes the version that the stream has now
/// @returns whether there are more
/// @throws CorruptData  if a version is missing
inline bool read_stream(
    Connection& connection, StreamName const& stream, Version& reached, std::optional<Version>& last, Page& page
) {
    page.clear();
    Version const after = reached;
    Rows rows = connection.query(
        "SELECT * FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND version > ?3 ORDER BY version",
        stream.aggregate_type(),
        stream.aggregate_id(),
        after.value()
    );
    StreamName name = stream;
    while ((!last || reached < *last) && rows.next()) {
        if (page.is_full()) {
            return true;
        }
        if (!last) {
            // Found from the other end of the index, in the view of the file that the open query keeps.
            last = stream_version(connection, stream);
            if (rows.integer(4) == annals::detail::ended_version.value()) {
                return false;
            }
        }
        Version const version = page.add(rows, name).version;
        if (version.value() != after.value() + static_cast<std::int64_t>(page.rows())) {
            throw CorruptData{stream, version, "the version before it is missing"};
        }
        reached = version;
        if (page.rows() == 1 && page.events().empty()) {
            // Perhaps the first of many: begin again where they end.
            Version const left = first_left(connection, stream);
            reached = left > version ? Version{left.value() - 1} : version;
            return reached < *last;
        }
    }
    if (!last) {
        last = stream_version(connection, stream);
        return *last > reached; // others have appended since then
    }
    return false;
}

/// Reads events with positions above `reached` and up to `last` into `page`, as many as a page or `limit` allow.
/// @param reached  is moved to the position of the last one read
/// @returns whether there are more
/// @throws CorruptData  if a position is missing: appends leave no gaps; a filter does
inline bool read_log(
    Connection& connection,
    std::int64_t& reached,
    std::int64_t last,
    std::size_t limit,
    Page& page,
    LogQuery const& query = LogQuery{}
) {
    page.clear();
    Rows rows = connection.query(query.sql(), reached, last, query.names());
    StreamName name{"none", "yet"};
    while (page.events().size() < limit && rows.next()) {
        if (page.is_full()) {
            return true;
        }
        Position const position = page.add(rows, name).position;
        if (position.first() <= reached || (!query.is_filtered() && position.first() != reached + 1)) {
            throw CorruptData{"the event before position " + to_text(position) + " is missing"};
        }
        reached = position.first();
    }
    return false;
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_EVENT_ROWS_HPP
