// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_STATEMENTS_HPP
#define ANNALS_POSTGRES_DETAIL_STATEMENTS_HPP

#include <annals/postgres/schema.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace annals::postgres::detail {

/// Where listeners of the store listen.
[[nodiscard]] inline std::string channel_of(Options const& options) { return "annals_" + options.schema; }

/// In the order in which `event_of` reads and `CopyRows` writes them.
inline std::string const event_columns =
    "position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, data, metadata, "
    "\"timestamp\", checksum";

/// The client's checksum, completed by version and position. @see completed
inline std::string const completed_checksum =
    "checksum # ((new_version & 2147483647) * 2654435761 & 4294967295) # ((new_version & -2147483648) << 1) "
    "# ((position & 2147483647) * 2246822519 & 4294967295) # ((position & -2147483648) << 1)";

/// What is needed of `s`, a stream: `expected` is a version, -1 for any, -2 for an existing stream.
inline std::string const is_as_expected =
    "CASE s.expected WHEN -1 THEN true WHEN -2 THEN s.version > 0 ELSE s.version = s.expected END";

/// The SQL of a store.
struct Statements {
    explicit Statements(Options const& options) : in_{options} {}

private:
    /// Writes the schema's name for `@` and the payload's type for `%data%`.
    struct InStore {
        Options options;
        [[nodiscard]] std::string operator()(std::string sql) const {
            if (std::size_t const at = sql.find("%data%"); at != std::string::npos) {
                sql.replace(at, 6, options.payload_column == PayloadColumn::json ? "json" : "text");
            }
            return in_schema(options.schema, std::move(sql));
        }
    };
    InStore in_;

public:
    /// Locks the streams, in the order of the array, so that two commits cannot wait for each other. Then says in
    /// pg_locks, before any is drawn, that all positions of this transaction lie above the one in the key.
    std::string lock_and_announce =
        in_("WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(k) FROM unnest($1::int8[]) AS k) "
            "SELECT pg_advisory_xact_lock_shared($2::int8 | CASE WHEN is_called THEN last_value ELSE 0 END) "
            "FROM @.events_position WHERE (SELECT count(*) FROM locked) > 0");

    /// The same for one stream: no scan, so it starts faster.
    std::string lock_one_and_announce =
        in_("SELECT pg_advisory_xact_lock($1::int8), pg_advisory_xact_lock_shared($2::int8 | "
            "(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM @.events_position))");

    /// Checks the version with a snapshot taken under the lock, then inserts all or nothing. Answers with the last
    /// version and position, or with nulls if the stream is not as expected. Divides by zero if a trigger or a rule has
    /// swallowed a row, so that nothing of the commit remains.
    std::string append_one =
        in_("WITH inserted AS (INSERT INTO @.events (" + event_columns +
            ") "
            "SELECT position, event_id, $1::text, $2::text, new_version, event_type, schema_version, data, metadata, "
            "raised, " +
            completed_checksum +
            " FROM ("
            "SELECT nextval('@.events_position') AS position, s.version + e.place AS new_version, e.* "
            "FROM (SELECT $3::int8 AS expected, coalesce(max(version), 0) AS version FROM @.events "
            "WHERE aggregate_type = $1::text AND aggregate_id = $2::text) AS s "
            "CROSS JOIN unnest($4::uuid[], $5::text[], $6::int4[], $7::%data%[], $8::json[], $9::timestamptz[], "
            "$10::int8[]) WITH ORDINALITY "
            "AS e (event_id, event_type, schema_version, data, metadata, raised, checksum, place) "
            "WHERE " +
            is_as_expected +
            ") AS placed RETURNING version, position) "
            "SELECT max(version), max(position), 1 / (count(*) IN (0, cardinality($4::uuid[])))::int4 FROM inserted");

    /// The same for several streams, of which some may get no event. Answers with a row a stream: its version before,
    /// and its last new position.
    std::string append = in_(
        "WITH s AS MATERIALIZED ("
        "SELECT n, aggregate_type, aggregate_id, expected, coalesce((SELECT max(e.version) FROM @.events e "
        "WHERE e.aggregate_type = s.aggregate_type AND e.aggregate_id = s.aggregate_id), 0) AS version "
        "FROM unnest($1::text[], $2::text[], $3::int8[]) WITH ORDINALITY "
        "AS s (aggregate_type, aggregate_id, expected, n)"
        "), verdict AS MATERIALIZED (SELECT bool_and(" +
        is_as_expected +
        ") AS holds FROM s"
        "), placed AS MATERIALIZED ("
        "SELECT nextval('@.events_position') AS position, x.* FROM ("
        "SELECT s.n, s.aggregate_type, s.aggregate_id, s.version + e.place AS new_version, e.event_id, e.event_type, "
        "e.schema_version, e.data, e.metadata, e.raised, e.checksum "
        "FROM unnest($4::int8[], $5::int8[], $6::uuid[], $7::text[], $8::int4[], $9::%data%[], $10::json[], "
        "$11::timestamptz[], $12::int8[]) WITH ORDINALITY "
        "AS e (n, place, event_id, event_type, schema_version, data, metadata, raised, checksum, ordinal) "
        "JOIN s ON s.n = e.n WHERE (SELECT holds FROM verdict) ORDER BY e.ordinal) AS x"
        "), inserted AS (INSERT INTO @.events (" +
        event_columns +
        ") "
        "SELECT position, event_id, aggregate_type, aggregate_id, new_version, event_type, schema_version, data, "
        "metadata, raised, " +
        completed_checksum +
        " FROM placed RETURNING 1) "
        "SELECT s.version, (SELECT max(position) FROM placed p WHERE p.n = s.n), "
        "1 / ((SELECT count(*) FROM inserted) = (SELECT count(*) FROM placed))::int4 FROM s ORDER BY s.n"
    );

    // The parts of an append by COPY.
    /// With the mark that ends a stream.
    std::string stream_versions =
        in_("SELECT coalesce((SELECT max(e.version) FROM @.events e WHERE e.aggregate_type = s.aggregate_type "
            "AND e.aggregate_id = s.aggregate_id), 0), NULL::int8 "
            "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (aggregate_type, aggregate_id, n) ORDER BY n");
    std::string draw_positions = in_("SELECT nextval('@.events_position') FROM generate_series(1, $1::int8)");
    std::string copy_events = in_("COPY @.events (" + event_columns + ") FROM STDIN (FORMAT binary)");

    /// For the rest of the transaction.
    std::string wait_briefly = "SELECT set_config('lock_timeout', '10ms', true)";

    std::string notify = "SELECT pg_notify('" + channel_of(in_.options) + "', '')";

    /// Writes to the log of the server and nowhere else, so that the commit waits for the standby as any other.
    std::string touch = "SELECT pg_logical_emit_message(true, 'annals', '')";

    std::string is_read_committed = "SELECT current_setting('transaction_isolation') = 'read committed'";

    // The frontier: first this, then what is announced. Each statement has a snapshot of its own.
    std::string last_drawn = in_("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM @.events_position");
    std::string lowest_announced =
        "SELECT min(key & 2199023255551) FROM (SELECT (classid::int8 << 32) | objid::int8 AS key FROM pg_locks "
        "WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held "
        "WHERE (key & ~2199023255551) = $1::int8";

    std::string find = in_("SELECT " + event_columns + " FROM @.events WHERE event_id = ANY ($1::uuid[])");
    std::string stream =
        in_("SELECT " + event_columns +
            " FROM @.events WHERE aggregate_type = $1::text "
            "AND aggregate_id = $2::text AND version > $3::int8 AND version <= $4::int8 "
            "ORDER BY version LIMIT $5::int8");
    std::string log = log_where("");
    /// @param condition  empty, or a further one that begins with " AND "
    [[nodiscard]] std::string log_where(std::string const& condition) const {
        return in_(
            "SELECT " + event_columns + " FROM @.events WHERE position > $1::int8 AND position <= $2::int8" +
            condition + " ORDER BY position LIMIT $3::int8"
        );
    }
    std::string head = in_("SELECT coalesce(max(position), 0) FROM @.events WHERE position <= $1::int8");
    /// Without the mark that ends a stream, see `ended_version`.
    std::string stream_version = in_("SELECT coalesce(max(version), 0) FROM @.events WHERE aggregate_type = $1::text "
                                     "AND aggregate_id = $2::text AND version < 9223372036854775807");
    std::string first_version = in_("SELECT coalesce(max(first_version), 0) FROM @.truncations "
                                    "WHERE aggregate_type = $1::text AND aggregate_id = $2::text");

    std::string load_snapshot = in_("SELECT version, event_id, state_type, schema_version, state, created_at, checksum "
                                    "FROM @.snapshots WHERE aggregate_type = $1::text AND aggregate_id = $2::text");
    std::string save_snapshot =
        in_("INSERT INTO @.snapshots (aggregate_type, aggregate_id, version, event_id, state_type, schema_version, "
            "state, created_at, checksum) "
            "VALUES ($1::text, $2::text, $3::int8, $4::uuid, $5::text, $6::int4, $7::text, $8::timestamptz, $9::int8) "
            "ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE SET version = excluded.version, "
            "event_id = excluded.event_id, state_type = excluded.state_type, "
            "schema_version = excluded.schema_version, state = excluded.state, "
            "created_at = excluded.created_at, checksum = excluded.checksum");
    std::string remove_snapshot =
        in_("DELETE FROM @.snapshots WHERE aggregate_type = $1::text AND aggregate_id = $2::text");
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_STATEMENTS_HPP
