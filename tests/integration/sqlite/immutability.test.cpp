// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <string>

// No program that writes into the file with SQLite alone changes, replaces or deletes a stored event.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::RawDatabase;
using reliability::TempDirectory;

/// A file with two events, through SQLite alone.
class Stored {
public:
    Stored() {
        SqliteEventStore store{path_};
        append_additions(store, "a", 2);
    }

    /// Runs SQL. @returns SQLite's primary result code
    [[nodiscard]] int run(std::string const& sql) const { return raw_.try_run(sql) & 0xFF; }
    [[nodiscard]] RawDatabase const& raw() const { return raw_; }
    /// All of the first two events.
    [[nodiscard]] std::string events() const {
        return raw_.text("SELECT position || quote(event_id) || aggregate_type || aggregate_id || version || "
                         "event_type || schema_version || timestamp || metadata || data || checksum "
                         "FROM events WHERE position <= 2 ORDER BY position");
    }

private:
    TempDirectory directory_;
    std::string path_ = directory_.file("events.db");
    RawDatabase raw_{path_};
};

/// An INSERT of an event that would stand in the place of a stored one.
std::string insert_over(std::string const& verb, std::string const& row) {
    return verb +
           " INTO events (position, event_id, aggregate_type, aggregate_id, version, event_type, "
           "schema_version, timestamp, metadata, data, checksum) VALUES (" +
           row + ", 'T', 1, 0, '{}', 'forged', 0)";
}

/// The same position, the same id, the same version of the same stream, each with and without a position.
auto rows_over_others() {
    return GENERATE(
        as<std::string>{},
        "1, zeroblob(16), 'X', 'x', 1",
        "NULL, (SELECT event_id FROM events LIMIT 1), 'X', 'x', 1",
        "9, (SELECT event_id FROM events LIMIT 1), 'X', 'x', 1",
        "NULL, zeroblob(16), 'PlainCounter', 'a', 2",
        "9, zeroblob(16), 'PlainCounter', 'a', 2",
        "1, (SELECT event_id FROM events WHERE position = 2), 'PlainCounter', 'a', 2"
    );
}

} // namespace

TEST_CASE("Nobody inserts over a stored event", "[sqlite]") {
    Stored const stored;
    std::string const row = rows_over_others();
    std::string const before = stored.events();
    CAPTURE(row);
    for (char const* const verb : {"INSERT", "INSERT OR ABORT", "INSERT OR FAIL", "INSERT OR ROLLBACK"}) {
        CAPTURE(verb);
        CHECK(stored.run(insert_over(verb, row)) == SQLITE_CONSTRAINT);
        CHECK(stored.events() == before);
    }
    for (char const* const verb : {"REPLACE", "INSERT OR REPLACE"}) {
        CAPTURE(verb);
        CHECK(stored.run(insert_over(verb, row)) == SQLITE_CONSTRAINT);
        for (char const* const on : {"position", "event_id", "aggregate_type, aggregate_id, version"}) {
            CHECK(
                stored.run(insert_over(verb, row) + " ON CONFLICT (" + on + ") DO UPDATE SET data = 'forged'") ==
                SQLITE_CONSTRAINT
            );
        }
        CHECK(stored.events() == before);
    }
    for (char const* const on : {"position", "event_id", "aggregate_type, aggregate_id, version"}) {
        CHECK(
            stored.run(insert_over("INSERT", row) + " ON CONFLICT (" + on + ") DO UPDATE SET data = 'forged'") ==
            SQLITE_CONSTRAINT
        );
        CHECK(stored.events() == before);
    }
    // These are content to insert nothing.
    CHECK(stored.run(insert_over("INSERT OR IGNORE", row)) == SQLITE_OK);
    CHECK(stored.run(insert_over("INSERT", row) + " ON CONFLICT DO NOTHING") == SQLITE_OK);
    CHECK(stored.events() == before);
    CHECK(stored.raw().text("SELECT count(*) FROM events") == "2");
}

TEST_CASE("Nobody's trigger inserts over a stored event", "[sqlite]") {
    Stored const stored;
    std::string const row = rows_over_others();
    std::string const before = stored.events();
    stored.raw().run("CREATE TABLE theirs (id INTEGER PRIMARY KEY); INSERT INTO theirs VALUES (1)");
    stored.raw().run("CREATE TRIGGER replacing AFTER UPDATE ON theirs BEGIN " + insert_over("REPLACE", row) + "; END");
    stored.raw().run("CREATE TRIGGER inserting AFTER INSERT ON theirs BEGIN " + insert_over("INSERT", row) + "; END");
    CAPTURE(row);
    CHECK(stored.run("UPDATE theirs SET id = 2") == SQLITE_CONSTRAINT);
    CHECK(stored.run("INSERT INTO theirs VALUES (3)") == SQLITE_CONSTRAINT);
    CHECK(stored.run("INSERT OR REPLACE INTO theirs VALUES (3)") == SQLITE_CONSTRAINT);
    CHECK(stored.events() == before);
}

TEST_CASE("Nobody inserts over a stored event by way of the guard", "[sqlite]") {
    Stored const stored;
    std::string const before = stored.events();
    stored.raw().run("INSERT INTO events_guard (rowid, takes_no_or_clause) VALUES (1, 7)");
    CHECK(stored.run(insert_over("REPLACE", rows_over_others())) == SQLITE_CONSTRAINT);
    CHECK(stored.events() == before);
}

TEST_CASE("Nobody changes or deletes a stored event", "[sqlite]") {
    Stored const stored;
    std::string const before = stored.events();
    bool const triggers_recur = GENERATE(false, true);
    stored.raw().run(std::string{"PRAGMA recursive_triggers="} + (triggers_recur ? "ON" : "OFF"));
    for (char const* const change :
         {"UPDATE events SET data = 'forged'",
          "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
          "UPDATE OR REPLACE events SET version = 1 WHERE version = 2",
          "UPDATE OR REPLACE events SET event_id = (SELECT event_id FROM events WHERE position = 1) WHERE position = 2",
          "UPDATE OR IGNORE events SET data = 'forged'",
          "UPDATE events SET data = 'forged' WHERE rowid = 1",
          "DELETE FROM events",
          "DELETE FROM events WHERE position = 2"}) {
        CAPTURE(change);
        CHECK(stored.raw().try_run(change) == SQLITE_CONSTRAINT_TRIGGER);
        CHECK(stored.events() == before);
    }
}

TEST_CASE(
    "Nothing of a stored event goes without a truncation that says so, and nothing else goes with one", "[sqlite]"
) {
    Stored const stored;
    std::string const gone =
        "event_type = 'annals:truncated', schema_version = 1, metadata = '{}', data = '{}', checksum = 0";
    std::string const before = stored.events();
    auto const expect_refused = [&stored](std::string const& set, std::string const& where) {
        std::string const now = stored.events();
        for (char const* const verb : {"UPDATE", "UPDATE OR REPLACE", "UPDATE OR FAIL", "UPDATE OR IGNORE"}) {
            CAPTURE(verb, set, where);
            CHECK(stored.raw().try_run(std::string{verb} + " events SET " + set + where) == SQLITE_CONSTRAINT_TRIGGER);
            CHECK(stored.events() == now);
        }
    };
    expect_refused(gone, " WHERE position = 1");
    for (char const* const other :
         {"'Other', 'a', 2, 'r', 0, 0", "'PlainCounter', 'b', 2, 'r', 0, 0", "'PlainCounter', 'a', 1, 'r', 0, 0"}) {
        stored.raw().run(std::string{"INSERT INTO truncations VALUES ("} + other + ")");
        expect_refused(gone, " WHERE position = 1");
    }

    stored.raw().run("INSERT INTO truncations VALUES ('PlainCounter', 'a', 2, 'it is old', 0, 0)");
    for (char const* const more :
         {"position = 7",
          "event_id = zeroblob(16)",
          "aggregate_type = 'Other'",
          "aggregate_id = 'b'",
          "version = 7",
          "timestamp = timestamp + 1"}) {
        expect_refused(gone + ", " + more, " WHERE position = 1");
    }
    for (char const* const less :
         {"event_type = 'Annals:truncated', schema_version = 1, metadata = '{}', data = '{}'",
          "event_type = 'annals:truncated', schema_version = 2, metadata = '{}', data = '{}'",
          "event_type = 'annals:truncated', schema_version = 1, metadata = '{\"user\":\"me\"}', data = '{}'",
          "event_type = 'annals:truncated', schema_version = 1, metadata = '{}', data = 'forged'",
          "data = 'forged'",
          "checksum = 0"}) {
        expect_refused(less, " WHERE position = 1");
    }
    expect_refused(gone, " WHERE position = 2");
    expect_refused(gone, "");
    CHECK(stored.events() == before);
    CHECK(stored.raw().try_run("DELETE FROM events WHERE position = 1") == SQLITE_CONSTRAINT_TRIGGER);
    CHECK(stored.run("UPDATE events SET " + gone + " WHERE position = 1") == SQLITE_OK);
    CHECK(stored.events() != before);
}

TEST_CASE("Nobody changes or deletes a truncation", "[sqlite]") {
    Stored const stored;
    stored.raw().run("INSERT INTO truncations VALUES ('PlainCounter', 'a', 2, 'it is old', 0, 0)");
    auto const all = [&stored] {
        return stored.raw().text("SELECT aggregate_type || aggregate_id || first_version || reason || done_at || "
                                 "checksum FROM truncations");
    };
    std::string const before = all();
    for (char const* const change :
         {"UPDATE truncations SET first_version = 1",
          "UPDATE OR REPLACE truncations SET reason = 'another'",
          "DELETE FROM truncations",
          "INSERT INTO truncations VALUES ('PlainCounter', 'a', 2, 'another', 0, 0)",
          "INSERT OR REPLACE INTO truncations VALUES ('PlainCounter', 'a', 2, 'another', 0, 0)",
          "REPLACE INTO truncations VALUES ('PlainCounter', 'b', 2, 'another', 0, 0)",
          "INSERT INTO truncations VALUES ('PlainCounter', 'a', 2, 'another', 0, 0) "
          "ON CONFLICT DO UPDATE SET reason = 'another'"}) {
        CAPTURE(change);
        CHECK(stored.run(change) == SQLITE_CONSTRAINT);
        CHECK(all() == before);
    }
}

TEST_CASE("Without its trigger SQLite would replace a stored event", "[sqlite]") {
    Stored const stored;
    std::string const before = stored.events();
    stored.raw().run("DROP TRIGGER events_refuse_replace");
    CHECK(stored.run(insert_over("REPLACE", rows_over_others())) == SQLITE_OK);
    CHECK(stored.events() != before);
}
