// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_CHECKPOINT_STORE_HPP
#define ANNALS_SQLITE_CHECKPOINT_STORE_HPP

#include <annals/concepts/checkpoint_store.hpp>
#include <annals/sqlite/detail/checkpoint_rows.hpp>
#include <annals/sqlite/event_store.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// Keeps checkpoints in the file of an SQLite event store. Thread-safe. A handle: copies are the same store.
class SqliteCheckpointStore {
public:
    explicit SqliteCheckpointStore(SqliteEventStore store) : store_{std::move(store)} {}

    /// @throws CorruptData  if what is stored is no checkpoint
    [[nodiscard]] std::optional<Checkpoint> load(std::string_view name) const {
        return store_.database()->with_reader([name](sqlite::detail::Connection& connection) {
            return load_with(connection, name);
        });
    }

    /// @throws FencedOut  if the stored checkpoint is not `from`; nothing was written
    void advance(std::string_view name, std::optional<Checkpoint> const& from, Checkpoint const& to) {
        store_.transact([&](sqlite::Transaction& transaction) { advance_in(transaction, name, from, to); });
    }

    /// Reads within a transaction.
    [[nodiscard]] static std::optional<Checkpoint> load_in(sqlite::Transaction& transaction, std::string_view name) {
        return load_with(transaction.connection(), name);
    }

    /// Advances within a transaction, together with what it stands for.
    /// @throws FencedOut  if the stored checkpoint is not `from`
    static void advance_in(
        sqlite::Transaction& transaction,
        std::string_view name,
        std::optional<Checkpoint> const& from,
        Checkpoint const& to
    ) {
        require_name("projection name", name);
        if (load_in(transaction, name) != from) {
            throw FencedOut{
                "annals: another runner has moved the checkpoint of projection '" + std::string{name} + "'"
            };
        }
        transaction.run(
            "INSERT OR REPLACE INTO checkpoints (name, position, event_id, epoch, checksum) VALUES (?1, ?2, ?3, ?4, "
            "?5)",
            name,
            to_text(to.position),
            to.event_id,
            to.epoch,
            detail::checksum_of(name, to)
        );
    }

private:
    [[nodiscard]] static std::optional<Checkpoint>
    load_with(sqlite::detail::Connection& connection, std::string_view name) {
        auto rows = connection.query("SELECT * FROM checkpoints WHERE name = ?1", name);
        return rows.next() ? std::optional{sqlite::detail::checkpoint_of(rows)} : std::nullopt;
    }

    SqliteEventStore store_;
};

static_assert(CheckpointStore<SqliteCheckpointStore>);

} // namespace annals

#endif // ANNALS_SQLITE_CHECKPOINT_STORE_HPP
