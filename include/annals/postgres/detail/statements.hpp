// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_STATEMENTS_HPP
#define ANNALS_POSTGRES_DETAIL_STATEMENTS_HPP

#include <annals/postgres/schema.hpp>

#include <string>

namespace annals::postgres::detail {

/// Where listeners of the store listen.
[[nodiscard]] inline std::string channel_of(Options const& options) { return "annals_" + options.schema; }

/// In the order in which `event_of` reads them.
inline std::string const event_columns =
    "SELECT position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, data, metadata, "
    "\"timestamp\", checksum";

/// The SQL of a store, with its schema's name written in.
struct Statements {
    explicit Statements(Options const& options) {
        std::string const data_type = options.payload_column == PayloadColumn::json ? "json" : "text";
        notify = "SELECT pg_notify('" + channel_of(options) + "', '')";
        append.replace(append.find("#data#"), 6, data_type);
        append_one.replace(append_one.find("#data#"), 6, data_type);
        for (std::string* const sql :
             {&lock_and_announce,
              &append_one,
              &append,
              &stream_versions,
              &draw_positions,
              &copy_events,
              &notify,
              &find,
              &last_drawn,
              &lowest_announced,
              &stream,
              &log,
              &stream_version,
              &save_snapshot,
              &load_snapshot,
              &remove_snapshot,
              &load_checkpoint,
              &first_checkpoint,
              &advance_checkpoint}) {
            *sql = in_schema(options.schema, std::move(*sql));
        }
    }

    /// Locks the streams, in the order of the array, so that two commits cannot wait for each other. Then says in
    /// pg_locks, before any is drawn, that all positions of this transaction lie above the one in the key.
    std::string lock_and_announce =
        "WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock(k) FROM unnest($1::int8[]) AS k) "
        "SELECT pg_advisory_xact_lock_shared($2::int8 | CASE WHEN is_called THEN last_value ELSE 0 END) "
        "FROM @.events_position WHERE (SELECT count(*) FROM locked) > 0";

    /// For one stream: the same as `append`, without the joins (a tenth of the whole).
    std::string append_one =
        "WITH stream AS MATERIALIZED (SELECT coalesce(max(version), 0) AS version FROM @.events "
        "WHERE aggregate_type = $1::text AND aggregate_id = $2::text"
        "), placed AS MATERIALIZED ("
        "SELECT nextval('@.events_position') AS position, stream.version + e.place AS new_version, e.* "
        "FROM stream CROSS JOIN unnest($4::uuid[], $5::text[], $6::int4[], $7::text[], $8::text[], $9::timestamptz[], "
        "$10::int8[]) WITH ORDINALITY "
        "AS e (event_id, event_type, schema_version, data, metadata, raised, checksum, place) "
        "WHERE CASE $3::int8 WHEN -1 THEN true WHEN -2 THEN stream.version > 0 ELSE stream.version = $3::int8 END"
        "), inserted AS ("
        "INSERT INTO @.events (position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, "
        "data, metadata, \"timestamp\", checksum) "
        "SELECT position, event_id, $1::text, $2::text, new_version, event_type, schema_version, data::#data#, "
        "metadata::json, raised, checksum # ((new_version & 2147483647) * 2654435761 & 4294967295) "
        "# ((position & 2147483647) * 2246822519 & 4294967295) FROM placed) "
        "SELECT version, (SELECT max(position) FROM placed) FROM stream";

    /// Checks the versions with a snapshot taken under the locks, then inserts all or nothing. `expected` is a version,
    /// -1 for any, -2 for an existing stream. The checksum of the client is completed by version and position, each
    /// times an odd number modulo 2^32, so that no flipped bit of theirs goes unnoticed.
    std::string append =
        "WITH streams AS MATERIALIZED ("
        "SELECT n, aggregate_type, aggregate_id, expected, coalesce((SELECT max(e.version) FROM @.events e "
        "WHERE e.aggregate_type = s.aggregate_type AND e.aggregate_id = s.aggregate_id), 0) AS version "
        "FROM unnest($1::text[], $2::text[], $3::int8[]) WITH ORDINALITY AS s (aggregate_type, aggregate_id, expected, "
        "n)"
        "), verdict AS MATERIALIZED ("
        "SELECT bool_and(CASE expected WHEN -1 THEN true WHEN -2 THEN version > 0 ELSE version = expected END) AS "
        "holds "
        "FROM streams"
        "), placed AS MATERIALIZED ("
        "SELECT nextval('@.events_position') AS position, x.* FROM ("
        "SELECT s.n, s.aggregate_type, s.aggregate_id, s.version + e.place AS version, e.event_id, e.event_type, "
        "e.schema_version, e.data, e.metadata, e.raised, e.checksum "
        "FROM unnest($4::int8[], $5::int8[], $6::uuid[], $7::text[], $8::int4[], $9::text[], $10::text[], "
        "$11::timestamptz[], $12::int8[]) WITH ORDINALITY "
        "AS e (n, place, event_id, event_type, schema_version, data, metadata, raised, checksum, ordinal) "
        "JOIN streams s ON s.n = e.n WHERE (SELECT holds FROM verdict) ORDER BY e.ordinal) AS x"
        "), inserted AS ("
        "INSERT INTO @.events (position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, "
        "data, metadata, \"timestamp\", checksum) "
        "SELECT position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, data::#data#, "
        "metadata::json, raised, checksum # ((version & 2147483647) * 2654435761 & 4294967295) "
        "# ((position & 2147483647) * 2246822519 & 4294967295) FROM placed) "
        "SELECT s.version, (SELECT max(position) FROM placed p WHERE p.n = s.n) "
        "FROM streams s ORDER BY s.n";

    // The parts of an append by COPY.
    std::string stream_versions =
        "SELECT coalesce((SELECT max(e.version) FROM @.events e WHERE e.aggregate_type = s.aggregate_type "
        "AND e.aggregate_id = s.aggregate_id), 0), NULL::int8 "
        "FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS s (aggregate_type, aggregate_id, n) ORDER BY n";
    std::string draw_positions = "SELECT nextval('@.events_position') FROM generate_series(1, $1::int8)";
    std::string copy_events =
        "COPY @.events (position, event_id, aggregate_type, aggregate_id, version, event_type, schema_version, data, "
        "metadata, \"timestamp\", checksum) FROM STDIN (FORMAT binary)";

    std::string notify;

    std::string find = event_columns + " FROM @.events WHERE event_id = ANY ($1::uuid[])";

    // The frontier: first this, then what is announced. Each statement has a snapshot of its own.
    std::string last_drawn = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM @.events_position";
    std::string lowest_announced =
        "SELECT min(key & 2199023255551) FROM (SELECT (classid::int8 << 32) | objid::int8 AS key FROM pg_locks "
        "WHERE locktype = 'advisory' AND objsubid = 1 AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held "
        "WHERE (key & ~2199023255551) = $1::int8";

    std::string stream = event_columns +
                         " FROM @.events WHERE aggregate_type = $1::text AND aggregate_id = $2::text "
                         "AND version > $3::int8 AND version <= $4::int8 ORDER BY version LIMIT $5::int8";
    std::string log = event_columns + " FROM @.events WHERE position > $1::int8 AND position <= $2::int8 "
                                      "ORDER BY position LIMIT $3::int8";
    std::string stream_version = "SELECT coalesce(max(version), 0) FROM @.events "
                                 "WHERE aggregate_type = $1::text AND aggregate_id = $2::text";

    std::string load_snapshot = "SELECT version, event_id, state_type, schema_version, state, created_at, checksum "
                                "FROM @.snapshots WHERE aggregate_type = $1::text AND aggregate_id = $2::text";
    std::string save_snapshot =
        "INSERT INTO @.snapshots (aggregate_type, aggregate_id, version, event_id, state_type, schema_version, state, "
        "created_at, checksum) "
        "VALUES ($1::text, $2::text, $3::int8, $4::uuid, $5::text, $6::int4, $7::text, $8::timestamptz, $9::int8) "
        "ON CONFLICT (aggregate_type, aggregate_id) DO UPDATE SET version = excluded.version, event_id = "
        "excluded.event_id, "
        "state_type = excluded.state_type, schema_version = excluded.schema_version, state = excluded.state, "
        "created_at = excluded.created_at, checksum = excluded.checksum";
    std::string remove_snapshot = "DELETE FROM @.snapshots WHERE aggregate_type = $1::text AND aggregate_id = $2::text";

    std::string load_checkpoint = "SELECT position, event_id, epoch FROM @.checkpoints WHERE name = $1::text";
    std::string first_checkpoint =
        "INSERT INTO @.checkpoints (name, position, event_id, epoch) "
        "VALUES ($1::text, $2::text, $3::uuid, $4::int8) ON CONFLICT DO NOTHING RETURNING true";
    std::string advance_checkpoint =
        "UPDATE @.checkpoints SET position = $2::text, event_id = $3::uuid, epoch = $4::int8 "
        "WHERE name = $1::text AND position = $5::text AND event_id = $6::uuid AND epoch = $7::int8 RETURNING true";
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_STATEMENTS_HPP
