// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_APPEND_HPP
#define ANNALS_SQLITE_DETAIL_APPEND_HPP

#include <annals/append.hpp>
#include <annals/detail/earlier_append.hpp>
#include <annals/sqlite/detail/event_rows.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::sqlite::detail {

using Commit = std::span<StreamAppend<EncodedPayload> const>;

/// Inserts events after `version` at the positions after `position`, moving both.
inline void
insert(Connection& connection, StreamAppend<EncodedPayload> const& part, Version& version, std::int64_t& position) {
    for (NewEvent<EncodedPayload> const& event : part.events) {
        if (position == (std::numeric_limits<std::int64_t>::max)()) {
            throw CorruptData{"the last position there is has been given"};
        }
        version = version.next();
        std::string const metadata = annals::detail::metadata_to_json(event.metadata);
        EventRow const row{
            ++position,
            bytes_of(event.event_id),
            part.stream.aggregate_type(),
            part.stream.aggregate_id(),
            version.value(),
            event.payload.type,
            event.payload.schema_version,
            event.timestamp.time_since_epoch().count(),
            metadata,
            event.payload.data,
        };
        connection.run(
            "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            row.position,
            event.event_id,
            row.aggregate_type,
            row.aggregate_id,
            row.version,
            row.event_type,
            row.schema_version,
            row.timestamp,
            row.metadata,
            row.data,
            annals::detail::checksum_of(row)
        );
        if (sqlite3_changes(connection.handle()) != 1) {
            throw CorruptData{"a trigger in the file has swallowed an event"};
        }
    }
}

/// What is stored under an event's id, for `find_earlier_append`.
[[nodiscard]] inline std::optional<annals::detail::StoredUnderId>
find(Connection& connection, NewEvent<EncodedPayload> const& event) {
    Rows rows = connection.query("SELECT * FROM events WHERE event_id = ?1", event.event_id);
    if (!rows.next()) {
        return std::nullopt;
    }
    StreamName name{"none", "yet"};
    Event stored = blank_event(name);
    read_event(row_of(rows), rows.integer(10), name, stored);
    bool const is_same =
        stored.payload == event.payload && stored.metadata == event.metadata && stored.timestamp == event.timestamp;
    return annals::detail::StoredUnderId{stored.stream, stored.version, stored.position, is_same};
}

[[nodiscard]] inline std::optional<std::vector<AppendResult>> find_earlier(Connection& connection, Commit commit) {
    return annals::detail::find_earlier_append(
        commit,
        [&connection](auto const& event) { return find(connection, event); },
        [&connection](StreamName const& stream) { return stream_version(connection, stream); }
    );
}

/// Writes the commit within the open transaction, of which nothing may stay if this throws.
///
/// It looks up no ids: an append that was made before fails here, and only then is looked for.
/// @throws ConcurrencyError  before anything is written
[[nodiscard]] inline std::vector<AppendResult> write(Connection& connection, Commit commit) {
    std::vector<AppendResult> results;
    for (auto const& part : commit) {
        Version const current = stream_version(connection, part.stream);
        if (!part.expected.admits(current)) {
            throw ConcurrencyError{part.stream, part.expected, current};
        }
        results.push_back({current, Position{}});
    }
    std::int64_t position = head(connection);
    for (std::size_t i = 0; i < commit.size(); ++i) {
        insert(connection, commit[i], results[i].version, position);
        results[i].position = commit[i].events.empty() ? Position{} : Position{position};
    }
    return results;
}

[[nodiscard]] inline bool is_constraint(StoreError const& error) {
    // The unique indexes answer SQLITE_CONSTRAINT_UNIQUE; a trigger of somebody's may refuse the event before they do.
    return error.native_code() == std::to_string(SQLITE_CONSTRAINT_UNIQUE) ||
           error.native_code() == std::to_string(SQLITE_CONSTRAINT_TRIGGER);
}

/// Calls `write_all`, which leaves nothing behind when it throws. What is refused may be so because this very commit
/// was made before; then that is the answer.
template <class WriteAll>
[[nodiscard]] std::vector<AppendResult> write_once(Connection& connection, Commit commit, WriteAll&& write_all) {
    try {
        return write_all();
    } catch (ConcurrencyError const&) {
        if (auto earlier = find_earlier(connection, commit)) {
            return std::move(*earlier);
        }
        throw;
    } catch (StoreError const& error) {
        auto earlier = is_constraint(error) ? find_earlier(connection, commit) : std::nullopt;
        if (earlier) {
            return std::move(*earlier);
        }
        throw;
    }
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_APPEND_HPP
