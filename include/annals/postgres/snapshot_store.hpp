// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_SNAPSHOT_STORE_HPP
#define ANNALS_POSTGRES_SNAPSHOT_STORE_HPP

#include <annals/concepts/snapshot_store.hpp>
#include <annals/detail/sealed_commit.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/postgres/detail/database.hpp>
#include <annals/postgres/detail/event_rows.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// Keeps snapshots beside the events of a PostgreSQL store, one a stream. Thread-safe. A handle: copies are the same
/// store. Each call ends within the store's deadline.
class PostgresSnapshotStore {
public:
    using payload_type = EncodedPayload;

    /// @see PostgresEventStore::snapshot_store
    PostgresSnapshotStore(std::shared_ptr<postgres::detail::Database> database, PayloadTransform const* payloads)
        : database_{std::move(database)}, payloads_{payloads} {}

    /// The latest snapshot of the stream; nothing if there is none, it does not match its checksum or cannot be opened.
    /// @throws StoreError, DeadlineExceeded  if the server does not answer
    [[nodiscard]] std::optional<Snapshot<EncodedPayload>> load(StreamName const& stream) const {
        postgres::detail::Deadline const until = database_->deadline();
        auto found = database_->repeatable(until, [&](postgres::detail::Connection& connection) {
            auto const answer = connection.run(database_->sql().load_snapshot, postgres::detail::key_of(stream), until);
            return answer.rows() == 0 ? std::nullopt : read(stream, answer);
        });
        return opened(std::move(found));
    }

    /// Replaces the snapshot of the stream.
    /// @throws InvalidInput  if the state's type name or data break the limits of payloads, or it cannot be sealed
    /// @throws StoreError, DeadlineExceeded  if the server does not answer; it may have been replaced then
    void save(Snapshot<EncodedPayload> const& snapshot) {
        require_valid(snapshot.state);
        if (payloads_ == nullptr) {
            annals::detail::require_no_personal_data(snapshot.state);
            save_as_it_is(snapshot);
        } else {
            Snapshot<EncodedPayload> sealed = snapshot;
            sealed.state.data = payloads_->seal(place_of(snapshot), snapshot.state.data);
            save_as_it_is(sealed);
        }
    }

    /// Forgets the snapshot of the stream, if there is one.
    void remove(StreamName const& stream) { run(database_->sql().remove_snapshot, postgres::detail::key_of(stream)); }

private:
    [[nodiscard]] static PayloadPlace place_of(Snapshot<EncodedPayload> const& snapshot) {
        return {snapshot.stream, snapshot.event_id, snapshot.version};
    }

    [[nodiscard]] std::optional<Snapshot<EncodedPayload>> opened(std::optional<Snapshot<EncodedPayload>> found) const {
        if (found && payloads_ != nullptr) {
            try {
                found->state.data = payloads_->open(place_of(*found), found->state.data);
            } catch (UnreadablePayload const&) {
                return std::nullopt;
            }
        }
        return found;
    }

    void save_as_it_is(Snapshot<EncodedPayload> const& snapshot) {
        postgres::detail::Parameters parameters = postgres::detail::key_of(snapshot.stream);
        parameters.add(snapshot.version.value());
        parameters.add(snapshot.event_id);
        parameters.add(std::string_view{snapshot.state.type});
        parameters.add(snapshot.state.schema_version);
        parameters.add(std::string_view{snapshot.state.data});
        parameters.add(snapshot.taken_at);
        parameters.add(checksum_of(snapshot));
        run(database_->sql().save_snapshot, parameters);
    }

    void run(std::string const& sql, postgres::detail::Parameters const& parameters) {
        postgres::detail::Deadline const until = database_->deadline();
        database_->repeatable(until, [&](postgres::detail::Connection& connection) {
            return connection.run(sql, parameters, until).rows();
        });
    }

    [[nodiscard]] static std::int64_t checksum_of(Snapshot<EncodedPayload> const& snapshot) {
        std::int64_t const content = postgres::detail::checksum_of(
            snapshot.stream,
            snapshot.event_id,
            snapshot.taken_at,
            {},
            snapshot.state.type,
            snapshot.state.schema_version,
            snapshot.state.data
        );
        return postgres::detail::completed(content, snapshot.version.value(), 0);
    }

    [[nodiscard]] static std::optional<Snapshot<EncodedPayload>>
    read(StreamName const& stream, postgres::detail::Result const& answer) {
        std::int64_t const version = answer.int8(0, 0);
        Snapshot<EncodedPayload> snapshot{
            stream,
            Version{version < 0 ? 0 : version},
            detail::id_from_bytes(answer.text(0, 1)),
            postgres::detail::timestamp_from(answer.int8(0, 5)),
            EncodedPayload{std::string{answer.text(0, 2)}, answer.int4(0, 3), std::string{answer.text(0, 4)}},
        };
        return checksum_of(snapshot) == answer.int8(0, 6) ? std::optional{std::move(snapshot)} : std::nullopt;
    }

    std::shared_ptr<postgres::detail::Database> database_;
    PayloadTransform const* payloads_; ///< of the database's options
};

static_assert(SnapshotStore<PostgresSnapshotStore>);

} // namespace annals

#endif // ANNALS_POSTGRES_SNAPSHOT_STORE_HPP
