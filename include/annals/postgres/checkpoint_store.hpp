// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_CHECKPOINT_STORE_HPP
#define ANNALS_POSTGRES_CHECKPOINT_STORE_HPP

#include <annals/concepts/checkpoint_store.hpp>
#include <annals/detail/checkpoint_checksum.hpp>
#include <annals/postgres/event_store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals {

/// Keeps checkpoints beside the events of a PostgreSQL store. Thread-safe. A handle: copies are the same store. Each
/// call ends within the store's deadline.
class PostgresCheckpointStore {
public:
    explicit PostgresCheckpointStore(PostgresEventStore const& store) : database_{store.database()} {}

    /// @throws CorruptData  if what is stored is no checkpoint
    /// @throws StoreError, DeadlineExceeded  if the server does not answer
    [[nodiscard]] std::optional<Checkpoint> load(std::string_view name) const {
        require_name("projection name", name);
        postgres::detail::Deadline const until = database_->deadline();
        return database_->repeatable(until, [&](postgres::detail::Connection& connection) -> std::optional<Checkpoint> {
            auto const answer = connection.run(load_, postgres::detail::Parameters::of(name), until);
            if (answer.rows() == 0) {
                return std::nullopt;
            }
            try {
                Checkpoint const checkpoint{
                    parse_position(answer.text(0, 0)), detail::id_from_bytes(answer.text(0, 1)), answer.int8(0, 2)
                };
                if (detail::checksum_of(name, checkpoint) == answer.int8(0, 3)) {
                    return checkpoint;
                }
            } catch (InvalidInput const&) {
                // No position: damaged like any other row that does not match.
            }
            throw CorruptData{"the checkpoint of projection '" + std::string{name} + "' does not match its checksum"};
        });
    }

    /// @throws FencedOut  if the stored checkpoint is not `from`; nothing was written
    /// @throws StoreError, DeadlineExceeded  if the server does not answer; it may have been advanced then
    void advance(std::string_view name, std::optional<Checkpoint> const& from, Checkpoint const& to) {
        require_name("projection name", name);
        std::string const position = to_text(to.position);
        auto parameters = postgres::detail::Parameters::of(
            name, std::string_view{position}, to.event_id, to.epoch, detail::checksum_of(name, to)
        );
        if (from) {
            std::string const from_position = to_text(from->position);
            parameters.add(std::string_view{from_position});
            parameters.add(from->event_id);
            parameters.add(from->epoch);
        }
        std::string const& sql = from ? advance_ : insert_;
        // Not repeated: a repetition after a lost answer would find the checkpoint moved, by itself.
        if (database_->once([&](postgres::detail::Connection& connection, postgres::detail::Deadline const& until) {
                return connection.run(sql, parameters, until).rows();
            }) == 0) {
            throw FencedOut{
                "annals: another runner has moved the checkpoint of projection '" + std::string{name} + "'"
            };
        }
    }

private:
    [[nodiscard]] std::string in_schema(std::string sql) const {
        return postgres::detail::in_schema(database_->options().schema, std::move(sql));
    }

    std::shared_ptr<postgres::detail::Database> database_;
    std::string load_ =
        in_schema("SELECT position, event_id, epoch, checksum FROM @.checkpoints WHERE name = $1::text");
    std::string insert_ =
        in_schema("INSERT INTO @.checkpoints (name, position, event_id, epoch, checksum) "
                  "VALUES ($1::text, $2::text, $3::uuid, $4::int8, $5::int8) ON CONFLICT DO NOTHING RETURNING true");
    std::string advance_ =
        in_schema("UPDATE @.checkpoints SET position = $2::text, event_id = $3::uuid, epoch = $4::int8, "
                  "checksum = $5::int8 WHERE name = $1::text AND position = $6::text AND event_id = $7::uuid "
                  "AND epoch = $8::int8 RETURNING true");
};

static_assert(CheckpointStore<PostgresCheckpointStore>);

} // namespace annals

#endif // ANNALS_POSTGRES_CHECKPOINT_STORE_HPP
