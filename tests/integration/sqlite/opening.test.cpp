// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <cstddef>
#include <filesystem>
#include <future>
#include <random>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

// Files that are no event store, or no longer one, are refused when they are opened.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using Catch::Matchers::ContainsSubstring;
using reliability::Process;
using reliability::RawDatabase;
using reliability::read_file;
using reliability::TempDirectory;
using reliability::write_file;

std::string new_store(TempDirectory const& directory) {
    std::string path = directory.file("events.db");
    SqliteEventStore store{path};
    append_additions(store, "a", 3);
    return path;
}

/// The objects of a store by the statements that remove them.
std::vector<std::pair<std::string, std::string>> const objects{
    {"events_stream", "DROP INDEX events_stream"},
    {"events_event_id", "DROP INDEX events_event_id"},
    {"events_refuse_update", "DROP TRIGGER events_refuse_update"},
    {"events_refuse_delete", "DROP TRIGGER events_refuse_delete"},
    {"events_refuse_replace", "DROP TRIGGER events_refuse_replace"},
    {"events_guard", "DROP TABLE events_guard"},
    {"snapshots", "DROP TABLE snapshots"},
    {"checkpoints", "DROP TABLE checkpoints"},
    {"events", "DROP TABLE events"},
};

} // namespace

TEST_CASE("A file that lacks a part of the schema is refused", "[sqlite][opening]") {
    for (auto const& [name, drop] : objects) {
        TempDirectory const directory;
        std::string const path = new_store(directory);
        CHECK_NOTHROW(SqliteEventStore{path});
        RawDatabase{path}.run(drop);
        CAPTURE(name);
        CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
        CHECK_THROWS_WITH(SqliteEventStore{path}, ContainsSubstring("'" + name + "'"));
    }
}

TEST_CASE("A file with a part of the schema changed is refused", "[sqlite][opening]") {
    std::vector<std::pair<std::string, std::string>> const changes{
        {"DROP INDEX events_stream", "CREATE INDEX events_stream ON events (aggregate_type, aggregate_id, version)"
        }, // not unique
        {"DROP INDEX events_event_id", "CREATE UNIQUE INDEX events_event_id ON events (event_id) WHERE version < 5"},
        {"DROP TRIGGER events_refuse_update",
         "CREATE TRIGGER events_refuse_update BEFORE UPDATE OF version ON events "
         "BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END"},
        {"DROP TABLE events_guard", "CREATE TABLE events_guard (takes_no_or_clause INTEGER) STRICT"},
        {"DROP TRIGGER events_refuse_delete",
         "CREATE TRIGGER events_refuse_delete AFTER INSERT ON snapshots BEGIN SELECT 1; END"},
        {"DROP TABLE snapshots", "CREATE TABLE snapshots (aggregate_type, aggregate_id, version)"},
        {"DROP TABLE checkpoints", "CREATE VIEW checkpoints AS SELECT 1 AS name"},
        {"ALTER TABLE checkpoints ADD COLUMN note TEXT", ""},
        {"ALTER TABLE events ADD COLUMN note TEXT", ""},
        {"ALTER TABLE events RENAME COLUMN data TO payload", ""},
    };
    for (auto const& [first, second] : changes) {
        TempDirectory const directory;
        std::string const path = new_store(directory);
        {
            RawDatabase const raw{path};
            raw.run(first);
            raw.run(second);
        }
        CAPTURE(first, second);
        CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
    }
}

TEST_CASE("A file of another schema version is refused", "[sqlite][opening]") {
    for (char const* const change :
         {"UPDATE annals_schema SET version = 5",
          "UPDATE annals_schema SET version = 2", // although it has the tables of 3
          "UPDATE annals_schema SET version = 1",
          "UPDATE annals_schema SET version = 0",
          "DELETE FROM annals_schema",
          "DROP TABLE annals_schema; CREATE TABLE annals_schema (number INTEGER)"}) {
        TempDirectory const directory;
        std::string const path = new_store(directory);
        RawDatabase{path}.run(change);
        CAPTURE(change);
        CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
    }
}

TEST_CASE("A store whose mark is lost is not made anew over its events", "[sqlite][opening]") {
    TempDirectory const directory;
    std::string const path = new_store(directory);
    RawDatabase{path}.run("DROP TABLE annals_schema");
    CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
    CHECK(RawDatabase{path}.text("SELECT count(*) FROM events") == "3");
}

TEST_CASE("A database of others is left as it is", "[sqlite][opening]") {
    for (char const* const theirs :
         {"CREATE TABLE events (id INTEGER)",
          "CREATE TABLE Events (id INTEGER)",
          "CREATE TABLE t (a); CREATE INDEX events_stream ON t (a)",
          "CREATE TABLE snapshots (id INTEGER)"}) {
        TempDirectory const directory;
        std::string const path = directory.file("theirs.db");
        RawDatabase{path}.run(theirs);
        std::string const schema = "SELECT group_concat(sql) FROM sqlite_schema";
        std::string const before = RawDatabase{path}.text(schema);
        CAPTURE(theirs);
        CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
        CHECK(RawDatabase{path}.text(schema) == before);
    }
}

TEST_CASE("A database that keeps its texts as UTF-16 is refused", "[sqlite][opening]") {
    TempDirectory const directory;
    std::string const path = directory.file("wide.db");
    RawDatabase{path}.run("PRAGMA encoding = 'UTF-16'; CREATE TABLE t (a)");
    CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
}

TEST_CASE("A store lives beside the tables of others", "[sqlite][opening]") {
    TempDirectory const directory;
    std::string const path = directory.file("shared.db");
    RawDatabase{path}.run("CREATE TABLE theirs (id INTEGER); INSERT INTO theirs VALUES (7)");
    {
        SqliteEventStore store{path};
        append_additions(store, "a", 2);
    }
    CHECK(RawDatabase{path}.text("SELECT id FROM theirs") == "7");
    SqliteEventStore const store{path};
    CHECK(count(store.get_all_events()) == 2);
}

TEST_CASE("What is no database is refused", "[sqlite][opening]") {
    TempDirectory const directory;
    std::string const path = directory.file("file");
    std::mt19937 dice{1};
    std::string noise(8'192, '\0');
    for (char& byte : noise) {
        byte = static_cast<char>(dice());
    }
    for (std::string const& bytes : {std::string{"a text"}, std::string(5'000, 'x'), noise}) {
        write_file(path, bytes);
        CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
        CHECK(read_file(path) == bytes);
    }
}

TEST_CASE("A path that cannot be a file is refused", "[sqlite][opening]") {
    TempDirectory const directory;
    CHECK_THROWS_AS(SqliteEventStore{""}, annals::StoreError);
    CHECK_THROWS_AS(SqliteEventStore{directory.path().string()}, annals::StoreError);
    CHECK_THROWS_AS(SqliteEventStore{directory.file("no/such/folder.db")}, annals::StoreError);
    CHECK_THROWS_AS(SqliteEventStore{directory.file(std::string(300, 'x'))}, annals::StoreError);
    CHECK_THROWS_AS(SqliteEventStore{directory.file(std::string{"a\0b", 3})}, annals::InvalidInput);
    CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("Names that mean something elsewhere are names of files", "[sqlite][opening]") {
    TempDirectory const directory;
    for (char const* const name :
         {"file:events.db?mode=memory", "a b.db", "a'b;DROP TABLE events;--.db", "\xc3\xa4.db", "%20.db", ":memory:x"
         }) {
        std::string const path = directory.file(name);
        {
            SqliteEventStore store{path};
            append_additions(store, "a", 1);
        }
        CAPTURE(name);
        CHECK(std::filesystem::is_regular_file(path));
        CHECK(count(SqliteEventStore{path}.get_all_events()) == 1);
    }
}

TEST_CASE("A file that may not be written is refused", "[sqlite][opening]") {
    if (::geteuid() != 0) {
        WARN("needs to be root to become somebody without rights");
        return;
    }
    TempDirectory const directory;
    std::string const path = new_store(directory);
    namespace fs = std::filesystem;
    fs::permissions(directory.path(), fs::perms::all);
    fs::permissions(path, fs::perms::owner_read | fs::perms::others_read);
    Process somebody{[&] {
        if (::setgid(65'534) != 0 || ::setuid(65'534) != 0) {
            throw std::runtime_error{"cannot give up its rights"};
        }
        try {
            static_cast<void>(SqliteEventStore{path});
        } catch (annals::StoreError const& error) {
            if (!error.is_transient()) {
                return;
            }
        }
        throw std::runtime_error{"the file was opened"};
    }};
    CHECK(somebody.wait());
}

TEST_CASE("A store finds its file wherever the process goes", "[sqlite][opening]") {
    TempDirectory const here;
    TempDirectory const there;
    Process traveller{[&] {
        std::filesystem::current_path(here.path());
        SqliteEventStore store{"events.db"};
        std::filesystem::current_path(there.path());
        append_additions(store, "a", 3);
        if (count(store.get_all_events()) != 3) { // a connection of its own
            throw std::runtime_error{"reads another file"};
        }
    }};
    CHECK(traveller.wait());
    CHECK(std::filesystem::is_empty(there.path()));
}

TEST_CASE("A store in memory is one store for all its handles, and alone", "[sqlite][opening]") {
    SqliteEventStore store{":memory:"};
    SqliteEventStore const copy = store;
    SqliteEventStore const other{":memory:"};
    append_additions(store, "a", 3);
    CHECK(count(copy.get_all_events()) == 3);
    CHECK(count(other.get_all_events()) == 0);
}
