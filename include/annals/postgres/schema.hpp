// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_SCHEMA_HPP
#define ANNALS_POSTGRES_SCHEMA_HPP

#include <annals/postgres/detail/lock_keys.hpp>
#include <annals/postgres/options.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace annals::postgres {

/// Grows with each change of the tables, together with the statements that carry older ones over.
inline constexpr int schema_version = 3;

namespace detail {

/// Writes the schema's name for each `@`. The name has been checked, so it needs no quotes inside.
[[nodiscard]] inline std::string in_schema(std::string const& schema, std::string sql) {
    std::string const qualifier = '"' + schema + '"';
    for (std::size_t at = sql.find('@'); at != std::string::npos; at = sql.find('@', at + qualifier.size())) {
        sql.replace(at, 1, qualifier);
    }
    return sql;
}

/// The tables of schema version 1.
[[nodiscard]] inline std::vector<std::string> first_schema_sql(Options const& options) {
    std::string const data_type = options.payload_column == PayloadColumn::json ? "json" : "text";
    return {
        "CREATE SCHEMA IF NOT EXISTS @",
        // CACHE 1: a session that had drawn numbers ahead would use them below those that readers have passed.
        "CREATE SEQUENCE @.events_position AS bigint MAXVALUE " + std::to_string(detail::LockKeys::value_bits) +
            " CACHE 1 NO CYCLE",
        "CREATE TABLE @.events ("
        "position bigint NOT NULL CONSTRAINT events_position_key PRIMARY KEY, "
        "event_id uuid NOT NULL CONSTRAINT events_event_id_key UNIQUE, "
        "aggregate_type varchar(255) NOT NULL, "
        "aggregate_id varchar(255) NOT NULL, "
        "version bigint NOT NULL CHECK (version > 0), "
        "event_type varchar(255) NOT NULL, "
        "schema_version integer NOT NULL CHECK (schema_version > 0), "
        "data " +
            data_type +
            " NOT NULL, "
            "metadata json NOT NULL, "
            "\"timestamp\" timestamptz NOT NULL, "
            "checksum bigint NOT NULL, "
            "CONSTRAINT events_stream_key UNIQUE (aggregate_type, aggregate_id, version))",
        "ALTER SEQUENCE @.events_position OWNED BY @.events.position",
        "CREATE FUNCTION @.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'annals: stored events are immutable' USING ERRCODE = 'restrict_violation'; END $$",
        "CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON @.events "
        "FOR EACH STATEMENT EXECUTE FUNCTION @.refuse_change()",
        // Also where replication or a restore has switched ordinary triggers off.
        "ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_change",
        "CREATE TABLE @.snapshots ("
        "aggregate_type varchar(255) NOT NULL, "
        "aggregate_id varchar(255) NOT NULL, "
        "version bigint NOT NULL, "
        "event_id uuid NOT NULL, "
        "state_type varchar(255) NOT NULL, "
        "schema_version integer NOT NULL, "
        "state text NOT NULL, "
        "created_at timestamptz NOT NULL, "
        "checksum bigint NOT NULL, "
        "CONSTRAINT snapshots_stream_key PRIMARY KEY (aggregate_type, aggregate_id))",
        "CREATE TABLE @.checkpoints ("
        "name varchar(255) NOT NULL CONSTRAINT checkpoints_name_key PRIMARY KEY, "
        "position text NOT NULL, "
        "event_id uuid NOT NULL, "
        "epoch bigint NOT NULL, "
        "checksum bigint NOT NULL)",
        "CREATE TABLE @.annals_schema (version integer NOT NULL)",
        "INSERT INTO @.annals_schema (version) VALUES (1)",
    };
}

/// What schema version 2 brought.
inline void add_projections_sql(std::vector<std::string>& statements) {
    statements.insert(
        statements.end(),
        {
            "CREATE TABLE @.projections ("
            "name varchar(255) NOT NULL, "
            "generation bigint NOT NULL, "
            "part integer NOT NULL, "
            "parts integer NOT NULL, "
            "definition bigint NOT NULL, "
            "state text NOT NULL, "
            "is_served integer NOT NULL, "
            "position bigint NOT NULL, "
            "event_id text NOT NULL, "
            "epoch bigint NOT NULL, "
            "owner text NOT NULL, "
            "lease_until bigint NOT NULL, "
            "failed_position bigint NOT NULL, "
            "failed_event_id text NOT NULL, "
            "failure text NOT NULL, "
            "CONSTRAINT projections_key PRIMARY KEY (name, generation, part))",
            "CREATE TABLE @.dead_letters ("
            "name varchar(255) NOT NULL, "
            "generation bigint NOT NULL, "
            "part integer NOT NULL, "
            "position bigint NOT NULL, "
            "event_id text NOT NULL, "
            "reason text NOT NULL, "
            "failed_at bigint NOT NULL, "
            "CONSTRAINT dead_letters_key PRIMARY KEY (name, generation, position))",
            "UPDATE @.annals_schema SET version = 2",
        }
    );
}

/// What schema version 3 brought: an event may become the mark of one that was truncated, if it is noted beside it that
/// all before a later version of its stream are, and no other change is let through.
inline void add_truncations_sql(std::vector<std::string>& statements) {
    statements.insert(
        statements.end(),
        {
            "CREATE TABLE @.truncations ("
            "aggregate_type varchar(255) NOT NULL, "
            "aggregate_id varchar(255) NOT NULL, "
            "first_version bigint NOT NULL, "
            "reason text NOT NULL, "
            "done_at timestamptz NOT NULL, "
            "CONSTRAINT truncations_key PRIMARY KEY (aggregate_type, aggregate_id, first_version))",
            "CREATE TRIGGER truncations_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON @.truncations "
            "FOR EACH STATEMENT EXECUTE FUNCTION @.refuse_change()",
            "ALTER TABLE @.truncations ENABLE ALWAYS TRIGGER truncations_refuse_change",
            // Whoever changes a row must not choose what '=' means.
            "CREATE FUNCTION @.refuse_update() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp "
            "AS $$ BEGIN "
            "IF (NEW.position, NEW.event_id, NEW.aggregate_type, NEW.aggregate_id, NEW.version, NEW.\"timestamp\") "
            "IS DISTINCT FROM "
            "(OLD.position, OLD.event_id, OLD.aggregate_type, OLD.aggregate_id, OLD.version, OLD.\"timestamp\") "
            "OR (NEW.event_type, NEW.schema_version, NEW.data::text, NEW.metadata::text) "
            "IS DISTINCT FROM ('annals:truncated', 1, '{}', '{}') "
            "OR NOT EXISTS (SELECT FROM @.truncations t WHERE t.aggregate_type = OLD.aggregate_type "
            "AND t.aggregate_id = OLD.aggregate_id AND t.first_version > OLD.version) "
            "THEN RAISE EXCEPTION 'annals: stored events are immutable' USING ERRCODE = 'restrict_violation'; END IF; "
            "RETURN NEW; END $$",
            "CREATE TRIGGER events_refuse_update BEFORE UPDATE ON @.events "
            "FOR EACH ROW EXECUTE FUNCTION @.refuse_update()",
            "ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_update",
            "CREATE OR REPLACE TRIGGER events_refuse_change BEFORE DELETE OR TRUNCATE ON @.events "
            "FOR EACH STATEMENT EXECUTE FUNCTION @.refuse_change()",
            "ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_change",
            "UPDATE @.annals_schema SET version = 3",
        }
    );
}

} // namespace detail

/// The statements that make the tables of a store, for those whose database team applies them. In this order, in one
/// transaction. A store made with the same options and `create_tables = false` then works on them.
///
/// @param from  the version of the tables that are there, 0 if there are none; it stands in `annals_schema`
/// @throws InvalidInput  if the schema's name is not acceptable
[[nodiscard]] inline std::vector<std::string> schema_sql(Options const& options = {}, int from = 0) {
    require_schema_name(options.schema);
    std::vector<std::string> statements;
    if (from < 1) {
        statements = detail::first_schema_sql(options);
    }
    if (from < 2) {
        detail::add_projections_sql(statements);
    }
    if (from < 3) {
        detail::add_truncations_sql(statements);
    }
    for (std::string& statement : statements) {
        statement = detail::in_schema(options.schema, std::move(statement));
    }
    return statements;
}

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_SCHEMA_HPP
