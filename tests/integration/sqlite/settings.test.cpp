// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <string>

// What is promised of durability and immutability rests on SQLite's settings and on triggers.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using annals::sqlite::Durability;
using reliability::RawDatabase;
using reliability::TempDirectory;

/// A setting of the very connection that appends.
std::string setting(SqliteEventStore& store, std::string const& name) {
    return store.transact([&](annals::sqlite::Transaction& transaction) {
        auto rows = transaction.query("PRAGMA " + name);
        return rows.next() ? std::string{rows.text(0)} : std::string{};
    });
}

} // namespace

TEST_CASE("The writing connection has the settings that durability rests on", "[sqlite]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    CHECK(setting(store, "journal_mode") == "wal");
    CHECK(setting(store, "synchronous") == "2"); // FULL
    CHECK(setting(store, "fullfsync") == "1");
    CHECK(setting(store, "checkpoint_fullfsync") == "1");
    CHECK(setting(store, "trusted_schema") == "0");
    CHECK(setting(store, "cell_size_check") == "1");
    CHECK(setting(store, "query_only") == "0");
    store.transact([](annals::sqlite::Transaction& transaction) {
        int defensive = 0;
        sqlite3_db_config(transaction.handle(), SQLITE_DBCONFIG_DEFENSIVE, -1, &defensive);
        CHECK(defensive == 1);
    });
}

TEST_CASE("The settings hold for an existing file, whatever it was left with", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    static_cast<void>(SqliteEventStore{path});
    RawDatabase{path}.run("PRAGMA journal_mode=DELETE");
    SqliteEventStore store{path};
    CHECK(setting(store, "journal_mode") == "wal");
    CHECK(setting(store, "synchronous") == "2");
}

TEST_CASE("The weaker mode is the one that its name says", "[sqlite]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db"), {Durability::process_crash_only}};
    CHECK(setting(store, "journal_mode") == "wal");
    CHECK(setting(store, "synchronous") == "1"); // NORMAL
}

TEST_CASE("An event that a trigger of somebody swallows is not acknowledged", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    append_additions(store, "a", 1);
    RawDatabase{path}.run("CREATE TRIGGER theirs BEFORE INSERT ON events WHEN NEW.data = '2' "
                          "BEGIN SELECT RAISE(IGNORE); END");
    CHECK_THROWS_AS(append_additions(store, "a", 2), annals::CorruptData);
    CHECK(count(store.get_all_events()) == 1);
    append_additions(store, "a", 1);
    CHECK(count(store.get_events(counter_stream("a"))) == 2);
}
