// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_SCHEMA_HPP
#define ANNALS_SQLITE_DETAIL_SCHEMA_HPP

#include <annals/sqlite/detail/connection.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals::sqlite::detail {

/// One object of the database: its name, and the statement that makes it, as SQLite keeps it in `sqlite_schema`.
struct SchemaObject {
    std::string_view name;
    std::string_view sql;
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
    {"events_refuse_update",
     R"(CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)"},
    {"events_refuse_delete",
     R"(CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)"},
    // INSERT OR REPLACE deletes without firing a DELETE trigger.
    {"events_refuse_replace",
     R"(CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
  OR EXISTS (SELECT 1 FROM events WHERE aggregate_type = NEW.aggregate_type
                                    AND aggregate_id = NEW.aggregate_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END)"},
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
};

/// Holds `schema_version`, and tells a store from another database.
inline constexpr SchemaObject version_table{
    "annals_schema", "CREATE TABLE annals_schema (version INTEGER NOT NULL) STRICT"
};

/// Grows with each change of the tables above, together with a step that carries older files over.
inline constexpr std::int64_t schema_version = 1;

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

/// Refuses a file whose tables, indexes and triggers are not to the letter what a store needs.
/// @throws CorruptData  naming the first object that is missing or different
inline void check_schema(Connection& connection, std::string const& path) {
    require_schema_object(connection, version_table, path);
    std::int64_t version = 0;
    if (Rows rows = connection.query("SELECT version FROM annals_schema"); rows.next()) {
        version = rows.integer(0);
    }
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

/// Makes the tables in a file that has none, then checks them. Several processes may do so at once; one killed in
/// the middle leaves nothing behind.
///
/// @throws CorruptData  if the file is a database that has other tables of these names
inline void create_or_check_schema(Connection& connection, std::string const& path) {
    if (!schema_object(connection, version_table.name)) {
        connection.execute("BEGIN IMMEDIATE");
        try {
            if (!schema_object(connection, version_table.name)) {
                for (SchemaObject const& object : schema) {
                    if (schema_object(connection, object.name)) {
                        throw CorruptData{
                            "'" + path + "' is no event store, but has a '" + std::string{object.name} + "'"
                        };
                    }
                    connection.execute(std::string{object.sql});
                }
                connection.execute(std::string{version_table.sql});
                connection.run("INSERT INTO annals_schema (version) VALUES (?1)", schema_version);
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
