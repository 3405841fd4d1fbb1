// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/execution.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstddef>
#include <future>
#include <string>
#include <vector>

// Files of older schema versions are carried over when they are opened.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::Process;
using reliability::RawDatabase;
using reliability::TempDirectory;

constexpr char const* fourth = "DROP TABLE truncations; DROP TRIGGER events_refuse_update; "
                               "UPDATE annals_schema SET version = 3;"
                               R"(CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END;)";
constexpr char const* third = "DROP TABLE events_guard; DROP TRIGGER events_refuse_replace; "
                              "UPDATE annals_schema SET version = 2;"
                              R"(CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM events WHERE event_id = NEW.event_id)
  OR EXISTS (SELECT 1 FROM events WHERE aggregate_type = NEW.aggregate_type
                                    AND aggregate_id = NEW.aggregate_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'annals: stored events are immutable'); END;)";
constexpr char const* second = "DROP TABLE projections; DROP TABLE dead_letters; UPDATE annals_schema SET version = 1;";

/// Makes a store of three events as the library with schema version `version` has left it.
void make_old_store(std::string const& path, int version) {
    {
        SqliteEventStore store{path};
        append_additions(store, "a", 3);
    }
    RawDatabase const raw{path};
    raw.run(fourth);
    if (version < 3) {
        raw.run(third);
    }
    if (version < 2) {
        raw.run(second);
    }
}

std::string schema_of(std::string const& path) {
    return RawDatabase{path}.text("SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name");
}

std::string version_of(std::string const& path) { return RawDatabase{path}.text("SELECT version FROM annals_schema"); }

/// Opens a store, and looks whether it is one of the present version.
void check_new(std::string const& path) {
    SqliteEventStore store{path};
    TempDirectory const directory;
    std::string const fresh = directory.file("fresh.db");
    static_cast<void>(SqliteEventStore{fresh});
    CHECK(schema_of(path) == schema_of(fresh));
    CHECK(version_of(path) == version_of(fresh));
    CHECK(count(store.get_all_events()) == 3);
    append_additions(store, "a", 1);
    CHECK(count(store.get_events(counter_stream("a"))) == 4);
    store.truncate_before(counter_stream("a"), annals::Version{3}, "it is old");
    CHECK(count(store.get_events(counter_stream("a"))) == 2);
}

} // namespace

TEST_CASE("A file of an older schema version is carried over, with what it holds", "[sqlite][opening]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    int const version = GENERATE(1, 2, 3);
    CAPTURE(version);
    make_old_store(path, version);
    REQUIRE(version_of(path) == std::to_string(version));

    SECTION("once") { static_cast<void>(SqliteEventStore{path}); }
    SECTION("by several at once") {
        std::vector<std::future<int>> counts;
        for (int i = 0; i < 4; ++i) {
            counts.push_back(std::async(std::launch::async, [&path] {
                return count(SqliteEventStore{path}.get_all_events());
            }));
        }
        for (auto& each : counts) {
            CHECK(each.get() == 3);
        }
    }
    check_new(path);
}

TEST_CASE("Whoever carries a file over may be killed before any statement", "[sqlite][opening]") {
    int const version = GENERATE(1, 2, 3);
    int killed = 0;
    for (bool is_through = false; !is_through; ++killed) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        make_old_store(path, version);
        std::string const before = schema_of(path);
        Process carrier{[&] {
            Execution const execution{killed + 1};
            static_cast<void>(SqliteEventStore{path});
        }};
        is_through = carrier.wait();
        CAPTURE(version, killed);
        REQUIRE((is_through || carrier.was_killed()));
        CHECK((version_of(path) == "4" || schema_of(path) == before));
        check_new(path);
    }
    CHECK(killed > 15);
}

TEST_CASE("A file of an older schema version is not carried over what is not its own", "[sqlite][opening]") {
    struct Change {
        int version;
        char const* sql;
    };
    auto const change = GENERATE(
        as<Change>{},
        Change{1, "CREATE TABLE projections (id INTEGER)"},
        Change{1, "CREATE TABLE Dead_Letters (id INTEGER)"},
        Change{2, "CREATE TABLE events_guard (id INTEGER)"},
        Change{3, "CREATE TABLE Truncations (id INTEGER)"},
        Change{3, "CREATE TRIGGER truncations_refuse_delete BEFORE DELETE ON events BEGIN SELECT 1; END"},
        // Who knows what has been replaced since then?
        Change{1, "DROP TRIGGER events_refuse_replace"},
        Change{2, "DROP TRIGGER events_refuse_replace"},
        Change{3, "DROP TRIGGER events_refuse_update"},
        Change{
            2,
            "DROP TRIGGER events_refuse_replace; CREATE TRIGGER events_refuse_replace BEFORE INSERT ON events "
            "BEGIN SELECT 1; END"
        }
    );
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    make_old_store(path, change.version);
    RawDatabase{path}.run(change.sql);
    std::string const before = schema_of(path);
    CAPTURE(change.version, change.sql);
    CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
    CHECK(schema_of(path) == before);
    CHECK(version_of(path) == std::to_string(change.version));
}
