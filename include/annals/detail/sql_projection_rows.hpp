// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SQL_PROJECTION_ROWS_HPP
#define ANNALS_DETAIL_SQL_PROJECTION_ROWS_HPP

#include <annals/detail/id_bytes.hpp>
#include <annals/projection_status.hpp>
#include <annals/stream_error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// One text for SQLite and PostgreSQL: parameters stand in the order of their numbers, ids are texts, times are
// microseconds since 1970.

namespace annals::detail {

/// The tables `projections` and `dead_letters` as one transaction sees them.
template <class Transaction>
class SqlProjectionRows {
public:
    explicit SqlProjectionRows(Transaction& transaction)
        : transaction_{transaction}, projections_{transaction.table("projections")},
          dead_letters_{transaction.table("dead_letters")} {}

    /// All projections, by name, generation and part.
    [[nodiscard]] std::vector<ProjectionStatus> all() {
        return read(transaction_.query(select() + " ORDER BY name, generation, part"));
    }

    /// All generations and parts of one, by generation and part.
    [[nodiscard]] std::vector<ProjectionStatus> of(std::string_view name) {
        return read(transaction_.query(select() + " WHERE name = $1 ORDER BY generation, part", name));
    }

    /// One of them.
    [[nodiscard]] std::optional<ProjectionStatus> find(ProjectionKey const& key) { return find(key, ""); }

    /// One of them, which no other transaction can change or lock until this one ends.
    [[nodiscard]] std::optional<ProjectionStatus> lock(ProjectionKey const& key) {
        return find(key, Transaction::lock_rows_sql());
    }

    /// One of them, which no other transaction can change until this one ends.
    [[nodiscard]] std::optional<ProjectionStatus> share(ProjectionKey const& key) {
        return find(key, Transaction::share_rows_sql());
    }

    /// @returns false if there is one with this key
    bool insert(ProjectionStatus const& row) {
        return transaction_.run(
                   "INSERT INTO " + projections_ +
                       " (name, generation, part, parts, definition, state, is_served, position, event_id, epoch, "
                       "owner, lease_until, failed_position, failed_event_id, failure) VALUES ($1, $2, $3, $4, $5, $6, "
                       "$7, 0, '', 0, '', 0, 0, '', '') ON CONFLICT (name, generation, part) DO NOTHING",
                   row.key.name,
                   row.key.generation,
                   row.key.part,
                   row.parts,
                   row.definition,
                   to_text(row.state),
                   int{row.is_served}
               ) == 1;
    }

    /// Writes all that can change of a row that was locked.
    void update(ProjectionStatus const& row) {
        ProjectionFailure const failure = row.failure.value_or(ProjectionFailure{});
        transaction_.queue(
            "UPDATE " + projections_ +
                " SET state = $1, is_served = $2, position = $3, event_id = $4, epoch = $5, owner = $6, lease_until = "
                "$7, failed_position = $8, failed_event_id = $9, failure = $10 WHERE name = $11 AND generation = $12 "
                "AND part = $13",
            to_text(row.state),
            int{row.is_served},
            row.position.first(),
            text_of(row.event_id),
            row.epoch,
            row.owner,
            micros(row.lease_until),
            failure.position.first(),
            text_of(failure.event_id),
            failure.reason,
            row.key.name,
            row.key.generation,
            row.key.part
        );
    }

    /// The id of the event at that position, if there is one.
    [[nodiscard]] std::optional<EventId> event_id_at(Position position) {
        if (auto const known = ids_.find(position); known != ids_.end()) {
            return known->second;
        }
        auto rows = transaction_.query(
            "SELECT event_id FROM " + transaction_.table("events") + " WHERE position = $1", position.first()
        );
        if (!rows.next()) {
            return std::nullopt;
        }
        return stored_id(rows.text(0));
    }

    void add(DeadLetter const& letter) {
        transaction_.queue(
            "INSERT INTO " + dead_letters_ +
                " (name, generation, part, position, event_id, reason, failed_at) VALUES ($1, $2, $3, $4, $5, $6, " +
                std::string{Transaction::now_micros_sql()} + ")",
            letter.key.name,
            letter.key.generation,
            letter.key.part,
            letter.position.first(),
            text_of(letter.event_id),
            letter.reason
        );
    }

    /// Those of all generations and parts, oldest events first.
    [[nodiscard]] std::vector<DeadLetter> dead_letters(std::string_view name) {
        std::vector<DeadLetter> letters;
        auto rows = transaction_.query(
            "SELECT name, generation, part, position, event_id, reason, failed_at FROM " + dead_letters_ +
                " WHERE name = $1 ORDER BY position, generation",
            name
        );
        while (rows.next()) {
            letters.push_back(
                {key_in(rows),
                 id_in(rows.text(4)),
                 Position{rows.integer(3)},
                 std::string{rows.text(5)},
                 time_in(rows.integer(6))}
            );
        }
        return letters;
    }

    /// @returns false if it is not there any more
    bool remove(DeadLetter const& letter) {
        return transaction_.run(
                   "DELETE FROM " + dead_letters_ + " WHERE name = $1 AND generation = $2 AND position = $3",
                   letter.key.name,
                   letter.key.generation,
                   letter.position.first()
               ) == 1;
    }

private:
    [[nodiscard]] std::optional<ProjectionStatus> find(ProjectionKey const& key, std::string_view how) {
        std::string const sql = select() + " WHERE name = $1 AND generation = $2 AND part = $3" + std::string{how};
        auto rows = read(transaction_.query(sql, key.name, key.generation, key.part));
        return rows.empty() ? std::nullopt : std::optional{std::move(rows.front())};
    }

    [[nodiscard]] std::string select() const {
        return "SELECT name, generation, part, parts, definition, state, is_served, position, event_id, epoch, owner, "
               "lease_until, failed_position, failed_event_id, failure, " +
               std::string{Transaction::now_micros_sql()} + ", (SELECT event_id FROM " + transaction_.table("events") +
               " AS event WHERE event.position = projection.position) FROM " + projections_ + " AS projection";
    }

    template <class Rows>
    [[nodiscard]] std::vector<ProjectionStatus> read(Rows rows) {
        std::vector<ProjectionStatus> all;
        while (rows.next()) {
            ProjectionStatus& row = all.emplace_back();
            row.key = key_in(rows);
            row.parts = static_cast<std::int32_t>(rows.integer(3));
            row.definition = rows.integer(4);
            row.state = state_in(rows.text(5));
            row.is_served = rows.integer(6) != 0;
            row.position = Position{rows.integer(7)};
            row.event_id = id_in(rows.text(8));
            row.epoch = rows.integer(9);
            row.owner = rows.text(10);
            row.lease_until = time_in(rows.integer(11));
            if (row.state == ProjectionState::failed) {
                row.failure = {id_in(rows.text(13)), Position{rows.integer(12)}, std::string{rows.text(14)}};
            }
            row.now = time_in(rows.integer(15));
            // A row that was waited for may be at an event that this statement does not see yet.
            if (!rows.is_null(16)) {
                ids_.insert_or_assign(row.position, stored_id(rows.text(16)));
            }
        }
        return all;
    }

    template <class Rows>
    [[nodiscard]] static ProjectionKey key_in(Rows const& rows) {
        return {std::string{rows.text(0)}, rows.integer(1), static_cast<std::int32_t>(rows.integer(2))};
    }

    [[nodiscard]] static ProjectionState state_in(std::string_view text) {
        for (ProjectionState const state : all_states) {
            if (to_text(state) == text) {
                return state;
            }
        }
        throw CorruptData{"a projection is in no state that there is"};
    }

    [[nodiscard]] static std::string text_of(EventId const& id) { return id == EventId{} ? "" : to_text(id); }
    /// Of an event, which SQLite keeps as bytes.
    [[nodiscard]] static EventId stored_id(std::string_view id) {
        return id.size() == 16 ? id_from_bytes(id) : parse_event_id(id);
    }
    [[nodiscard]] static EventId id_in(std::string_view text) {
        return text.empty() ? EventId{} : parse_event_id(text);
    }
    [[nodiscard]] static std::int64_t micros(Timestamp time) { return time.time_since_epoch().count(); }
    [[nodiscard]] static Timestamp time_in(std::int64_t micros) { return Timestamp{std::chrono::microseconds{micros}}; }

    static constexpr ProjectionState all_states[] = {
        ProjectionState::booting,
        ProjectionState::active,
        ProjectionState::paused,
        ProjectionState::failed,
        ProjectionState::retired,
        ProjectionState::transacted,
    };

    Transaction& transaction_;
    std::string projections_;
    std::string dead_letters_;
    std::map<Position, EventId> ids_; ///< of the events at the places of the rows that were read
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_SQL_PROJECTION_ROWS_HPP
