// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_SNAPSHOT_STORE_HPP
#define ANNALS_SQLITE_SNAPSHOT_STORE_HPP

#include <annals/concepts/snapshot_store.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/sqlite/detail/database.hpp>
#include <annals/sqlite/detail/event_rows.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace annals {

/// Keeps snapshots in the file of an SQLite event store, one a stream. Thread-safe. A handle: copies are the same
/// store.
class SqliteSnapshotStore {
public:
    using payload_type = EncodedPayload;

    /// @see SqliteEventStore::snapshot_store
    explicit SqliteSnapshotStore(std::shared_ptr<sqlite::detail::Database> database) : database_{std::move(database)} {}

    /// The latest snapshot of the stream; nothing if there is none, or it does not match its checksum.
    /// @throws StoreError, CorruptData  if the file cannot be read
    [[nodiscard]] std::optional<Snapshot<EncodedPayload>> load(StreamName const& stream) const {
        return database_->with_reader([&](sqlite::detail::Connection& connection) {
            auto rows = connection.query(
                "SELECT version, event_id, state_type, schema_version, state, created_at, checksum FROM snapshots "
                "WHERE aggregate_type = ?1 AND aggregate_id = ?2",
                stream.aggregate_type(),
                stream.aggregate_id()
            );
            return rows.next() ? read(stream, rows) : std::nullopt;
        });
    }

    /// Replaces the snapshot of the stream.
    /// @throws InvalidInput  if the state's type name or data break the limits of payloads
    /// @throws StoreError    if the file cannot be written
    void save(Snapshot<EncodedPayload> const& snapshot) {
        require_valid(snapshot.state);
        database_->with_writer([&](sqlite::detail::Connection& connection) {
            connection.run(
                "INSERT OR REPLACE INTO snapshots (aggregate_type, aggregate_id, version, event_id, state_type, "
                "schema_version, state, created_at, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                snapshot.stream.aggregate_type(),
                snapshot.stream.aggregate_id(),
                snapshot.version.value(),
                snapshot.event_id,
                snapshot.state.type,
                snapshot.state.schema_version,
                snapshot.state.data,
                snapshot.taken_at.time_since_epoch().count(),
                checksum_of(snapshot)
            );
        });
    }

    /// Forgets the snapshot of the stream, if there is one.
    void remove(StreamName const& stream) {
        database_->with_writer([&](sqlite::detail::Connection& connection) {
            connection.run(
                "DELETE FROM snapshots WHERE aggregate_type = ?1 AND aggregate_id = ?2",
                stream.aggregate_type(),
                stream.aggregate_id()
            );
        });
    }

private:
    [[nodiscard]] static std::int64_t checksum_of(Snapshot<EncodedPayload> const& snapshot) {
        return annals::detail::checksum_of({
            0,
            detail::bytes_of(snapshot.event_id),
            snapshot.stream.aggregate_type(),
            snapshot.stream.aggregate_id(),
            snapshot.version.value(),
            snapshot.state.type,
            snapshot.state.schema_version,
            snapshot.taken_at.time_since_epoch().count(),
            {},
            snapshot.state.data,
        });
    }

    [[nodiscard]] static std::optional<Snapshot<EncodedPayload>>
    read(StreamName const& stream, sqlite::Rows const& rows) {
        std::int64_t const version = rows.integer(0);
        Snapshot<EncodedPayload> snapshot{
            stream,
            Version{version < 0 ? 0 : version},
            detail::id_from_bytes(rows.text(1)),
            Timestamp{std::chrono::microseconds{rows.integer(5)}},
            EncodedPayload{
                std::string{rows.text(2)}, static_cast<std::int32_t>(rows.integer(3)), std::string{rows.text(4)}
            },
        };
        bool const is_whole =
            snapshot.state.schema_version == rows.integer(3) && checksum_of(snapshot) == rows.integer(6);
        return is_whole ? std::optional{std::move(snapshot)} : std::nullopt;
    }

    std::shared_ptr<sqlite::detail::Database> database_;
};

static_assert(SnapshotStore<SqliteSnapshotStore>);

} // namespace annals

#endif // ANNALS_SQLITE_SNAPSHOT_STORE_HPP
