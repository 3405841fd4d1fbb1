// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_EVENT_ROWS_HPP
#define ANNALS_SQLITE_DETAIL_EVENT_ROWS_HPP

#include <annals/detail/event_checksum.hpp>
#include <annals/detail/id_bytes.hpp>
#include <annals/detail/metadata_text.hpp>
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
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::sqlite::detail {

using Event = SourcedEvent<EncodedPayload>;
using annals::detail::bytes_of;
using annals::detail::EventRow;
using annals::detail::id_from_bytes;

// A page is bounded in bytes too, so that large payloads do not fill the memory.
inline constexpr std::size_t page_events = 1'000;
inline constexpr std::size_t page_bytes = std::size_t{1} << 20U;

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

/// The event in the current row.
/// @param known  its stream, if the caller knows it, so that it need not be made anew
/// @throws CorruptData  if the row is not what was written
[[nodiscard]] inline Event event_of(Rows const& rows, std::optional<StreamName>& known) {
    EventRow const row = row_of(rows);
    if (rows.integer(10) != std::int64_t{annals::detail::checksum_of(row)}) {
        throw CorruptData{"the event at position " + std::to_string(row.position) + " does not match its checksum"};
    }
    try {
        if (!known || known->aggregate_id() != row.aggregate_id || known->aggregate_type() != row.aggregate_type) {
            known = StreamName{std::string{row.aggregate_type}, std::string{row.aggregate_id}};
        }
        auto metadata = annals::detail::MetadataReader::read(row.metadata);
        if (metadata && row.schema_version <= (std::numeric_limits<std::int32_t>::max)()) {
            return Event{
                id_from_bytes(row.event_id),
                *known,
                Version{row.version},
                Position{row.position},
                Timestamp{std::chrono::microseconds{row.timestamp}},
                std::move(*metadata),
                EncodedPayload{
                    std::string{row.event_type}, static_cast<std::int32_t>(row.schema_version), std::string{row.data}
                },
            };
        }
    } catch (InvalidInput const&) {
        // A name, a version or a position that no append lets through.
    }
    throw CorruptData{"the event at position " + std::to_string(row.position) + " was not written by this library"};
}

[[nodiscard]] inline Version stream_version(Connection& connection, StreamName const& stream) {
    Rows rows = connection.query(
        "SELECT version FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 ORDER BY version DESC LIMIT 1",
        stream.aggregate_type(),
        stream.aggregate_id()
    );
    std::int64_t const version = rows.next() ? rows.integer(0) : 0;
    if (version < 0) {
        throw CorruptData{stream, Version{}, "the version of the last event is negative"};
    }
    return Version{version};
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

/// What the variable part of an event takes in a page.
[[nodiscard]] inline std::size_t bytes_of_texts(Rows const& rows) { return rows.text(8).size() + rows.text(9).size(); }

/// Reads events of a stream with versions above `after` and up to `last` into `page`, as many as a page holds.
/// @returns whether there are more
/// @throws CorruptData  if a version is missing
inline bool
read_stream(Connection& connection, StreamName const& stream, Version after, Version last, std::vector<Event>& page) {
    page.clear();
    Rows rows = connection.query(
        "SELECT * FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND version > ?3 AND version <= ?4 "
        "ORDER BY version",
        stream.aggregate_type(),
        stream.aggregate_id(),
        after.value(),
        last.value()
    );
    std::optional<StreamName> name = stream;
    for (std::size_t bytes = 0; rows.next();) {
        if (page.size() == page_events || bytes > page_bytes) {
            return true;
        }
        page.push_back(event_of(rows, name));
        bytes += bytes_of_texts(rows);
        if (page.back().version.value() != after.value() + static_cast<std::int64_t>(page.size())) {
            throw CorruptData{stream, page.back().version, "the version before it is missing"};
        }
    }
    return false;
}

/// Reads events with positions above `after` and up to `last` into `page`, as many as a page or `limit` allow.
/// @returns whether there are more
/// @throws CorruptData  if a position is missing: appends leave no gaps; a filter does
inline bool read_log(
    Connection& connection,
    std::int64_t after,
    std::int64_t last,
    std::size_t limit,
    std::vector<Event>& page,
    LogQuery const& query = LogQuery{}
) {
    page.clear();
    Rows rows = connection.query(query.sql(), after, last, query.names());
    std::optional<StreamName> name;
    for (std::size_t bytes = 0; page.size() < limit && rows.next();) {
        if (page.size() == page_events || bytes > page_bytes) {
            return true;
        }
        page.push_back(event_of(rows, name));
        bytes += bytes_of_texts(rows);
        std::int64_t const position = page.back().position.first();
        if (position <= after || (!query.is_filtered() && position != after + 1)) {
            throw CorruptData{"the event before position " + to_text(page.back().position) + " is missing"};
        }
        after = position;
    }
    return false;
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_EVENT_ROWS_HPP
