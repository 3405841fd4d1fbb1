// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_SCHEMA_HPP
#define ANNALS_SQLITE_DETAIL_SCHEMA_HPP

#include <annals/sqlite/detail/connection.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals::sqlite::detail {

/// One object of the database.
struct SchemaObject {
    std::string_view name;
    std::string_view sql;      ///< the statement that makes it, as SQLite keeps it in `sqlite_schema`
    std::int64_t since = 1;    ///< the schema version that brought it
    std::string_view before{}; ///< the trigger that versions before had under its name
};

/// All that a store has in its file.
inline constexpr SchemaObject schema[] = {
    {"events",
     R"(CREATE TABLE events (
    position       INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id       BLOB    NOT NULL CHECK (length(event_id) = 16),
    aggregate_type TEXT    NOT NULL,
    aggregate_id   TEXT    NOT NULL,
    version        INTEGER NOT NULL CHECK (version > 0),
    event_type     TEXT    NOT NULL,
    schema_version INTEGER NOT NULL CHECK (schema_version > 0),
    timestamp      INTEGER NOT NULL, -- microseconds since 1970, UTC
    metadata       TEXT    NOT NULL,
    data           TEXT    NOT NULL,
    checksum       INTEGER NOT NULL  -- CRC-32C of all the others
) STRICT)"},
    {"events_stream", "CREATE UNIQUE INDEX events_stream ON events (aggregate_type, aggregate_id, version)"},
    {"events_event_id", "CREATE UNIQUE INDEX events_event_id ON events (event_id)"},
    // Nothing of an event changes, but that its content goes where a truncation says so.
    {"events_refuse_update",
     R"(CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
WHEN (NEW.position, NEW.event_id, NEW.aggregate_type, NEW.aggregate_id, NEW.version, NEW.timestamp)
       IS NOT (OLD.position, OLD.event_id, OLD.aggregate_type, OLD.aggregate_id, OLD.version, OLD.timestamp)
  OR (NEW.event_type, NEW.schema_version, NEW.metadata, NEW.data) IS NOT ('annals:truncated', 1, '{}', '{}')
  OR NOT EXISTS (SELECT 1 FROM truncations WHERE aggregate_type = OLD.aggregate_type
                                             AND aggregate_id = OLD.aggregate_id AND first_version > OLD.version)
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)",
     4,
     R"(CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)"},
    {"events_refuse_delete",
     R"(CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)"},
    // INSERT OR REPLACE deletes without firing a DELETE trigger. But an OR clause of a statement also takes the place
    // of those in the triggers that it fires: without one, this insert of a NULL passes by; under OR REPLACE it is an
    // error.
    {"events_guard", "CREATE TABLE events_guard (takes_no_or_clause INTEGER NOT NULL) STRICT", 3},
    {"events_refuse_replace",
     R"(CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
BEGIN INSERT OR IGNORE INTO events_guard (rowid, takes_no_or_clause) VALUES (1, NULL); END)",
     3,
     R"(CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
  OR EXISTS (SELECT 1 FROM events WHERE aggregate_type = NEW.aggregate_type
                                    AND aggregate_id = NEW.aggregate_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)"},
    {"truncations",
     R"(CREATE TABLE truncations (
    aggregate_type TEXT    NOT NULL,
    aggregate_id   TEXT    NOT NULL,
    first_version  INTEGER NOT NULL, -- that is left
    reason         TEXT    NOT NULL,
    done_at        INTEGER NOT NULL, -- microseconds since 1970, UTC
    checksum       INTEGER NOT NULL, -- CRC-32C of all the others
    PRIMARY KEY (aggregate_type, aggregate_id, first_version)
) STRICT, WITHOUT ROWID)",
     4},
    {"truncations_refuse_update",
     R"(CREATE TRIGGER truncations_refuse_update BEFORE UPDATE ON truncations
BEGIN SELECT RAISE(ABORT, 'annals: truncations are immutable'); END)",
     4},
    {"truncations_refuse_delete",
     R"(CREATE TRIGGER truncations_refuse_delete BEFORE DELETE ON truncations
BEGIN SELECT RAISE(ABORT, 'annals: truncations are immutable'); END)",
     4},
    {"truncations_refuse_replace",
     R"(CREATE TRIGGER truncations_refuse_replace BEFORE INSERT ON truncations
BEGIN INSERT OR IGNORE INTO events_guard (rowid, takes_no_or_clause) VALUES (1, NULL); END)",
     4},
    {"snapshots",
     R"(CREATE TABLE snapshots (
    aggregate_type TEXT    NOT NULL,
    aggregate_id   TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    event_id       BLOB    NOT NULL, -- of the event at that version
    state_type     TEXT    NOT NULL,
    schema_version INTEGER NOT NULL,
    state          TEXT    NOT NULL,
    created_at     INTEGER NOT NULL, -- microseconds since 1970, UTC
    checksum       INTEGER NOT NULL, -- CRC-32C of all the others
    PRIMARY KEY (aggregate_type, aggregate_id)
) STRICT, WITHOUT ROWID)"},
    {"checkpoints",
     R"(CREATE TABLE checkpoints (
    name     TEXT    PRIMARY KEY,
    position TEXT    NOT NULL,
    event_id BLOB    NOT NULL,
    epoch    INTEGER NOT NULL,
    checksum INTEGER NOT NULL -- CRC-32C of all the others
) STRICT, WITHOUT ROWID)"},
    {"projections",
     R"(CREATE TABLE projections (
    name            TEXT    NOT NULL,
    generation      INTEGER NOT NULL,
    part            INTEGER NOT NULL,
    parts           INTEGER NOT NULL,
    definition      INTEGER NOT NULL,
    state           TEXT    NOT NULL,
    is_served       INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    event_id        TEXT    NOT NULL, -- of the event at that position
    epoch           INTEGER NOT NULL,
    owner           TEXT    NOT NULL,
    lease_until     INTEGER NOT NULL, -- microseconds since 1970, UTC
    failed_position INTEGER NOT NULL,
    failed_event_id TEXT    NOT NULL,
    failure         TEXT    NOT NULL,
    PRIMARY KEY (name, generation, part)
) STRICT, WITHOUT ROWID)",
     2},
    {"dead_letters",
     R"(CREATE TABLE dead_letters (
    name       TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    event_id   TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    failed_at  INTEGER NOT NULL, -- microseconds since 1970, UTC
    PRIMARY KEY (name, generation, position)
) STRICT, WITHOUT ROWID)",
     2},
};

/// Holds `schema_version`, and tells a store from another database.
inline constexpr SchemaObject version_table{
    "annals_schema", "CREATE TABLE annals_schema (version INTEGER NOT NULL) STRICT"
};

/// Grows with each change of the tables above. An older file is carried over by what came since.
inline constexpr std::int64_t schema_version = 4;

/// The statement that has made the object; nothing if there is none of that name.
[[nodiscard]] inline std::optional<std::string> schema_object(Connection& connection, std::string_view name) {
    // Names of tables differ by more than case.
    Rows rows = connection.query("SELECT sql FROM sqlite_schema WHERE name = ?1 COLLATE NOCASE", name);
    return rows.next() ? std::optional{std::string{rows.text(0)}} : std::nullopt;
}

inline void require_schema_object(Connection& connection, SchemaObject const& object, std::string const& path) {
    if (schema_object(connection, object.name) != object.sql) {
        throw CorruptData{
            "'" + path + "' lacks '" + std::string{object.name} + "' as the event store made it; it is not safe to use"
        };
    }
}

/// The version of the tables that are there; 0 if there are none.
[[nodiscard]] inline std::int64_t stored_schema_version(Connection& connection) {
    if (schema_object(connection, version_table.name) != version_table.sql) {
        return 0;
    }
    Rows rows = connection.query("SELECT version FROM annals_schema");
    return rows.next() ? rows.integer(0) : 0;
}

/// Refuses a file whose tables, indexes and triggers are not to the letter what a store needs.
/// @throws CorruptData  naming the first object that is missing or different
inline void check_schema(Connection& connection, std::string const& path) {
    require_schema_object(connection, version_table, path);
    std::int64_t const version = stored_schema_version(connection);
    if (version != schema_version) {
        throw CorruptData{
            "'" + path + "' has schema version " + std::to_string(version) + ", this library knows " +
            std::to_string(schema_version)
        };
    }
    for (SchemaObject const& object : schema) {
        require_schema_object(connection, object, path);
    }
}

/// Makes room for an object in a store of schema version `from`, or in a database that is none if that is 0.
/// @throws CorruptData  if what has its name is not what such a store has there
inline void
make_room_for(Connection& connection, SchemaObject const& object, std::int64_t from, std::string const& path) {
    bool const is_changed = from > 0 && !object.before.empty();
    if (schema_object(connection, object.name) != (is_changed ? std::optional{object.before} : std::nullopt)) {
        throw CorruptData{
            "'" + path + "' is no event store" + (from > 0 ? " of schema version " + std::to_string(from) : "") +
            ", by its '" + std::string{object.name} + "'"
        };
    }
    if (is_changed) {
        connection.execute("DROP TRIGGER " + std::string{object.name});
    }
}

/// Makes what came since schema version `from`, 0 for all. Within a transaction.
/// @throws CorruptData  if the file is a database that has other tables of these names
inline void make_schema_since(Connection& connection, std::int64_t from, std::string const& path) {
    for (SchemaObject const& object : schema) {
        if (object.since > from) {
            make_room_for(connection, object, from, path);
            connection.execute(std::string{object.sql});
        }
    }
    if (from == 0) {
        connection.execute(std::string{version_table.sql});
        connection.run("INSERT INTO annals_schema (version) VALUES (?1)", schema_version);
    } else {
        connection.run("UPDATE annals_schema SET version = ?1", schema_version);
    }
}

/// Makes the tables in a file that has none, or those that an older one lacks, then checks them. Several processes may
/// do so at once; one killed in the middle leaves nothing behind.
///
/// @throws CorruptData  if the tables are not those of an event store, or of a newer one
inline void prepare_schema(Connection& connection, std::string const& path) {
    auto const is_due = [&connection] {
        return !schema_object(connection, version_table.name) ||
               (stored_schema_version(connection) > 0 && stored_schema_version(connection) < schema_version);
    };
    if (is_due()) {
        connection.execute("BEGIN IMMEDIATE");
        try {
            if (is_due()) {
                make_schema_since(connection, stored_schema_version(connection), path);
            }
            connection.execute("COMMIT");
        } catch (...) {
            sqlite3_exec(connection.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
            throw;
        }
    }
    check_schema(connection, path);
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_SCHEMA_HPP
