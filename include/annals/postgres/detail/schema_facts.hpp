// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_SCHEMA_FACTS_HPP
#define ANNALS_POSTGRES_DETAIL_SCHEMA_FACTS_HPP

#include <annals/postgres/schema.hpp>

#include <string>
#include <vector>

namespace annals::postgres::detail {

/// What the catalogue says of a store's tables, a sentence a row.
inline std::string const schema_facts_sql =
    "SELECT 'schema version ' || coalesce(string_agg(version::text, ' and '), 'none') FROM @.annals_schema "
    "UNION ALL "
    "SELECT 'table ' || relname || CASE relpersistence WHEN 'p' THEN ' that is logged' ELSE '' END || "
    "CASE WHEN relrowsecurity OR relforcerowsecurity THEN '' ELSE ', without row level security' END || "
    "CASE WHEN EXISTS (SELECT FROM pg_rewrite WHERE ev_class = c.oid) THEN '' ELSE ' or rules' END "
    "FROM pg_class c WHERE c.oid IN ('@.events'::regclass, '@.snapshots'::regclass, '@.checkpoints'::regclass, "
    "'@.projections'::regclass, '@.dead_letters'::regclass, '@.truncations'::regclass) "
    "UNION ALL "
    "SELECT 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || "
    "CASE WHEN a.attnotnull THEN ' not null' ELSE '' END "
    "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.attnum > 0 AND NOT a.attisdropped "
    "AND c.oid IN ('@.events'::regclass, '@.snapshots'::regclass, '@.checkpoints'::regclass, "
    "'@.projections'::regclass, '@.dead_letters'::regclass, '@.truncations'::regclass) "
    "UNION ALL "
    "SELECT 'constraint ' || k.conname || ' ' || pg_get_constraintdef(k.oid) "
    "FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid WHERE i.indisvalid AND k.convalidated "
    "AND k.conrelid IN ('@.events'::regclass, '@.snapshots'::regclass, '@.checkpoints'::regclass, "
    "'@.projections'::regclass, '@.dead_letters'::regclass, '@.truncations'::regclass) "
    "UNION ALL "
    "SELECT 'trigger ' || t.tgname || ' of ' || c.relname || ' enabled always for type ' || t.tgtype::text || ' with ' "
    "|| "
    "md5(replace(p.prosrc, '@', 'own')) || coalesce(' and ' || array_to_string(p.proconfig, ', '), '') "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE t.tgqual IS NULL AND t.tgattr = '' AND t.tgenabled = 'A' "
    "AND c.oid IN ('@.events'::regclass, '@.truncations'::regclass) "
    "UNION ALL "
    "SELECT 'sequence with cache ' || seqcache::text || ', increment ' || seqincrement::text || ' and maximum ' || "
    "seqmax::text || CASE WHEN seqcycle THEN ', then again' ELSE '' END "
    "FROM pg_sequence WHERE seqrelid = '@.events_position'::regclass "
    "UNION ALL "
    "SELECT 'sequence at or above the last position' FROM @.events_position "
    "WHERE last_value - CASE WHEN is_called THEN 0 ELSE 1 END >= (SELECT coalesce(max(position), 0) FROM @.events)";

/// The sentences that must be among them.
[[nodiscard]] inline std::vector<std::string> expected_schema_facts(Options const& options) {
    std::string const data_type = options.payload_column == PayloadColumn::json ? "json" : "text";
    return {
        "schema version " + std::to_string(schema_version),
        "column events.position bigint not null",
        "column events.event_id uuid not null",
        "column events.aggregate_type character varying(255) not null",
        "column events.aggregate_id character varying(255) not null",
        "column events.version bigint not null",
        "column events.event_type character varying(255) not null",
        "column events.schema_version integer not null",
        "column events.data " + data_type + " not null",
        "column events.metadata json not null",
        "column events.timestamp timestamp with time zone not null",
        "column events.checksum bigint not null",
        "column snapshots.aggregate_type character varying(255) not null",
        "column snapshots.aggregate_id character varying(255) not null",
        "column snapshots.version bigint not null",
        "column snapshots.event_id uuid not null",
        "column snapshots.state_type character varying(255) not null",
        "column snapshots.schema_version integer not null",
        "column snapshots.state text not null",
        "column snapshots.created_at timestamp with time zone not null",
        "column snapshots.checksum bigint not null",
        "column checkpoints.name character varying(255) not null",
        "column checkpoints.position text not null",
        "column checkpoints.event_id uuid not null",
        "column checkpoints.epoch bigint not null",
        "column checkpoints.checksum bigint not null",
        "column projections.name character varying(255) not null",
        "column projections.generation bigint not null",
        "column projections.part integer not null",
        "column projections.parts integer not null",
        "column projections.definition bigint not null",
        "column projections.state text not null",
        "column projections.is_served integer not null",
        "column projections.position bigint not null",
        "column projections.event_id text not null",
        "column projections.epoch bigint not null",
        "column projections.owner text not null",
        "column projections.lease_until bigint not null",
        "column projections.failed_position bigint not null",
        "column projections.failed_event_id text not null",
        "column projections.failure text not null",
        "column dead_letters.name character varying(255) not null",
        "column dead_letters.generation bigint not null",
        "column dead_letters.part integer not null",
        "column dead_letters.position bigint not null",
        "column dead_letters.event_id text not null",
        "column dead_letters.reason text not null",
        "column dead_letters.failed_at bigint not null",
        "column truncations.aggregate_type character varying(255) not null",
        "column truncations.aggregate_id character varying(255) not null",
        "column truncations.first_version bigint not null",
        "column truncations.reason text not null",
        "column truncations.done_at timestamp with time zone not null",
        "table events that is logged, without row level security or rules",
        "table snapshots that is logged, without row level security or rules",
        "table checkpoints that is logged, without row level security or rules",
        "table projections that is logged, without row level security or rules",
        "table dead_letters that is logged, without row level security or rules",
        "table truncations that is logged, without row level security or rules",
        "constraint events_position_key PRIMARY KEY (\"position\")",
        "constraint events_event_id_key UNIQUE (event_id)",
        "constraint events_stream_key UNIQUE (aggregate_type, aggregate_id, version)",
        "constraint snapshots_stream_key PRIMARY KEY (aggregate_type, aggregate_id)",
        "constraint checkpoints_name_key PRIMARY KEY (name)",
        "constraint projections_key PRIMARY KEY (name, generation, part)",
        "constraint dead_letters_key PRIMARY KEY (name, generation, \"position\")",
        "constraint truncations_key PRIMARY KEY (aggregate_type, aggregate_id, first_version)",
        // For each row (1), BEFORE (2) DELETE (8), UPDATE (16), TRUNCATE (32).
        "trigger events_refuse_change of events enabled always for type 42 with bdfab754f07112c13a10c6e006229613",
        "trigger truncations_refuse_change of truncations enabled always for type 58 with "
        "bdfab754f07112c13a10c6e006229613",
        "trigger events_refuse_update of events enabled always for type 19 with 1ef3a8f3dcb8c62ca25aeb76785ca71c and "
        "search_path=pg_catalog, "
        "pg_temp",
        "sequence with cache 1, increment 1 and maximum " + std::to_string(LockKeys::value_bits),
        "sequence at or above the last position",
    };
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_SCHEMA_FACTS_HPP
