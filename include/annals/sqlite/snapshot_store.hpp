// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_SNAPSHOT_STORE_HPP
#define ANNALS_SQLITE_SNAPSHOT_STORE_HPP

#include <annals/concepts/snapshot_store.hpp>
#include <annals/detail/sealed_commit.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/sqlite/detail/event_rows.hpp>
#include <annals/sqlite/detail/source.hpp>

#include <chrono>
#include <cstdint>
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
    explicit SqliteSnapshotStore(sqlite::detail::Source store) : store_{std::move(store)} {}

    /// The latest snapshot of the stream; nothing if there is none, it does not match its checksum, or it is sealed in
    /// a way that is not known here.
    /// @throws StoreError, CorruptData  if the file cannot be read; and what a key store throws
    [[nodiscard]] std::optional<Snapshot<EncodedPayload>> load(StreamName const& stream) const {
        auto snapshot = store_.read([&](sqlite::detail::Connection& connection) {
            auto rows = connection.query(
                "SELECT version, event_id, state_type, schema_version, state, created_at, checksum FROM snapshots "
                "WHERE aggregate_type = ?1 AND aggregate_id = ?2",
                stream.aggregate_type(),
                stream.aggregate_id()
            );
            return rows.next() ? read(stream, rows) : std::nullopt;
        });
        if (snapshot && store_.payloads() != nullptr) {
            try {
                snapshot->state.data = store_.payloads()->open(place_of(*snapshot), snapshot->state.data);
            } catch (UnreadablePayload const&) {
                return std::nullopt;
            }
        }
        return snapshot;
    }

    /// Replaces the snapshot of the stream.
    /// @throws InvalidInput  if the state's type name or data break the limits of payloads, or it holds personal data
    ///                       that the store does not seal
    /// @throws StoreError    if the file cannot be written; and what a key store throws
    void save(Snapshot<EncodedPayload> const& snapshot) {
        require_valid(snapshot.state);
        if (store_.payloads() == nullptr) {
            detail::require_no_personal_data(snapshot.state);
            return write(snapshot);
        }
        Snapshot<EncodedPayload> sealed = snapshot;
        sealed.state.data = store_.payloads()->seal(place_of(snapshot), snapshot.state.data);
        write(sealed);
    }

    /// Forgets the snapshot of the stream, if there is one.
    void remove(StreamName const& stream) {
        store_.database()->with_writer([&](sqlite::detail::Connection& connection) {
            connection.run(
                "DELETE FROM snapshots WHERE aggregate_type = ?1 AND aggregate_id = ?2",
                stream.aggregate_type(),
                stream.aggregate_id()
            );
        });
    }

private:
    [[nodiscard]] static PayloadPlace place_of(Snapshot<EncodedPayload> const& snapshot) {
        return {snapshot.stream, snapshot.event_id, snapshot.version};
    }

    void write(Snapshot<EncodedPayload> const& snapshot) {
        store_.database()->with_writer([&](sqlite::detail::Connection& connection) {
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

    sqlite::detail::Source store_;
};

static_assert(SnapshotStore<SqliteSnapshotStore>);

} // namespace annals

#endif // ANNALS_SQLITE_SNAPSHOT_STORE_HPP
