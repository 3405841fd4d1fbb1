// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_TRUNCATE_HPP
#define ANNALS_SQLITE_DETAIL_TRUNCATE_HPP

#include <annals/detail/this_thread.hpp>
#include <annals/detail/truncation_input.hpp>
#include <annals/event_context.hpp>
#include <annals/sqlite/transaction.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::sqlite::detail {

[[nodiscard]] inline std::int64_t checksum_of(Truncation const& made) {
    return annals::detail::checksum_of(
        {0,
         {},
         made.stream.aggregate_type(),
         made.stream.aggregate_id(),
         made.first.value(),
         made.reason,
         0,
         made.done_at.time_since_epoch().count(),
         {},
         {}}
    );
}

/// All truncations, oldest first.
/// @throws CorruptData  if one is not what was written
[[nodiscard]] inline std::vector<Truncation> truncations(Connection& connection) {
    std::vector<Truncation> all;
    Rows rows = connection.query("SELECT * FROM truncations ORDER BY done_at, first_version");
    while (rows.next()) {
        all.push_back(
            {StreamName{std::string{rows.text(0)}, std::string{rows.text(1)}},
             Version{rows.integer(2)},
             std::string{rows.text(3)},
             Timestamp{std::chrono::microseconds{rows.integer(4)}}}
        );
        if (checksum_of(all.back()) != rows.integer(5)) {
            throw CorruptData{
                "a truncation of stream '" + to_text(all.back().stream) + "' does not match its checksum"
            };
        }
    }
    return all;
}

/// @throws CorruptData  if a truncation is damaged, or an event is gone that none has taken
inline void check_truncations(Connection& connection) {
    static_cast<void>(truncations(connection)); // reading them checks them
    Rows rows = connection.query("SELECT position FROM events AS e WHERE event_type = 'annals:truncated' "
                                 "AND version < 9223372036854775807 AND NOT EXISTS (SELECT 1 FROM truncations "
                                 "WHERE aggregate_type = e.aggregate_type AND aggregate_id = e.aggregate_id "
                                 "AND first_version > e.version)");
    if (rows.next()) {
        throw CorruptData{"no truncation has taken the event at position " + std::to_string(rows.integer(0))};
    }
}

/// Lets the events before `first` be truncated, if that is not so yet. Within a transaction.
inline void allow(Connection& connection, StreamName const& stream, Version first, std::string_view reason) {
    if (first <= Version{1} || first <= first_left(connection, stream)) {
        return;
    }
    Truncation const made{stream, first, std::string{reason}, system_clock().now()};
    connection.run(
        "INSERT INTO truncations VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        stream.aggregate_type(),
        stream.aggregate_id(),
        first.value(),
        made.reason,
        made.done_at.time_since_epoch().count(),
        checksum_of(made)
    );
}

/// Appends the mark that ends the stream, if it has none. Within a transaction.
/// @returns the version of its last event
/// @throws StreamNotFound  if it has no events
inline Version end(Connection& connection, StreamName const& stream) {
    Version const last = stream_version(connection, stream);
    if (last == Version{}) {
        throw StreamNotFound{stream};
    }
    if (last_version(connection, stream) == last) {
        NewEvent<EncodedPayload> const mark{
            new_event_id(), system_clock().now(), {}, {std::string{annals::detail::truncated_type}, 1, "{}"}
        };
        Version before{annals::detail::ended_version.value() - 1};
        std::int64_t position = head(connection);
        insert(connection, {stream, ExpectedVersion::any(), {&mark, 1}}, before, position);
    }
    return last;
}

/// Truncates some of the events that may be. Within a transaction.
/// @param reached  those up to there are truncated; it is moved
/// @returns whether there may be more
[[nodiscard]] inline bool
truncate_some(Connection& connection, StreamName const& stream, Version& reached, Version first) {
    // A writer's usual mode leaves the pages of long payloads as they were when it frees them.
    connection.execute("PRAGMA secure_delete=ON");
    struct Usual {
        ~Usual() { sqlite3_exec(handle, "PRAGMA secure_delete=FAST", nullptr, nullptr, nullptr); }
        sqlite3* handle;
    } const usual{connection.handle()};

    constexpr std::size_t most = 1'000;
    std::size_t seen = 0;
    std::vector<std::pair<std::int64_t, std::int64_t>> gone; // positions, and the checksums of what is left
    for (Rows rows = connection.query(
             "SELECT * FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 AND version > ?3 AND version < ?4 "
             "ORDER BY version",
             stream.aggregate_type(),
             stream.aggregate_id(),
             reached.value(),
             first.value()
         );
         seen < most && rows.next();
         ++seen) {
        EventRow row = row_of(rows);
        reached = Version{row.version};
        if (std::exchange(row.event_type, annals::detail::truncated_type) != annals::detail::truncated_type) {
            row.schema_version = 1;
            row.metadata = row.data = "{}";
            gone.emplace_back(row.position, annals::detail::checksum_of(row));
        }
    }
    for (auto const& [position, checksum] : gone) {
        connection.run(
            "UPDATE events SET event_type = ?1, schema_version = 1, metadata = '{}', data = '{}', checksum = ?2 "
            "WHERE position = ?3",
            annals::detail::truncated_type,
            checksum,
            position
        );
        if (sqlite3_changes(connection.handle()) != 1) {
            throw CorruptData{"a trigger in the file keeps an event from being truncated"};
        }
    }
    return seen == most;
}

/// Truncates what may be, and leaves no trace of it in the file or its write-ahead log.
/// @throws StoreError  transient, if others read too long to empty the log: to be called again
template <class Store>
void truncate_all(Store& store, StreamName const& stream, Version first) {
    Version reached;
    while (store.transact([&](Transaction& in) { return truncate_some(in.connection(), stream, reached, first); })) {
        annals::detail::sleep_for(std::chrono::milliseconds{1}); // others write too
    }
    auto const is_log_empty = [](Connection& connection) {
        Rows rows = connection.query("PRAGMA wal_checkpoint(TRUNCATE)");
        return !rows.next() || rows.integer(0) == 0;
    };
    // SQLite itself does not wait for another connection that moves the log just now.
    auto const until = std::chrono::steady_clock::now() + store.database()->patience();
    while (!store.database()->with_writer(is_log_empty)) {
        if (std::chrono::steady_clock::now() >= until) {
            throw_error(SQLITE_BUSY, "empty the write-ahead log of truncated events");
        }
        annals::detail::sleep_for(std::chrono::milliseconds{1});
    }
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_TRUNCATE_HPP
