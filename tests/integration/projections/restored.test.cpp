// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/reliability/support/raw_database.hpp>

#include <filesystem>
#include <string>

// Read models in a restored backup: they go on where they were; one that has seen more than the log holds is refused.

namespace {

using namespace projections;
using annals::Position;
using annals::PostgresEventStore;
using annals::ProjectionRunner;
using annals::ProjectionState;
using annals::SqliteEventStore;
using annals_tests::Server;
using annals_tests::Session;
using reliability::RawDatabase;

/// What stands before the names of tables, for `lines`.
struct Tables {
    std::string before;
    [[nodiscard]] std::string tables() const { return before; }
};

template <class Store>
void catch_up(Store& store, Tables const& place) {
    ProjectionRunner{store, bank::Totals{place.tables()}}.catch_up();
}

/// A store whose read model is 10 events behind.
template <class Store>
void fill(Store& store, Tables const& place) {
    bank::deposit(store, 30);
    catch_up(store, place);
    bank::deposit(store, 10);
}

template <class Store>
void check_going_on(Store& store, Tables const& place) {
    CHECK(lines(place, store) == bank::fold(store, Position{30}));
    catch_up(store, place);
    CHECK(lines(place, store) == bank::fold(store));
    bank::deposit(store, 20);
    catch_up(store, place);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 60);
}

template <class Store>
void check_refusal(Store& store, Tables const& place) {
    auto const before = lines(place, store);
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 55);
    for (int i = 0; i < 3; ++i) { // the log is shorter, then longer than what the read model has seen
        try {
            catch_up(store, place);
            FAIL("it was not refused");
        } catch (annals::HistoryDiverged const& error) {
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("'totals'"));
        }
        auto const row = annals::ProjectionControl{store}.status("totals").at(0);
        CHECK(row.state == ProjectionState::failed);
        CHECK(row.position == Position{55});
        CHECK(lines(place, store) == before);
        bank::deposit(store, 10);
    }
    CHECK(annals::ProjectionControl{store}.rebuild("totals") == 2);
    catch_up(store, place);
    CHECK(lines(place, store, 2) == bank::fold(store));
}

} // namespace

TEST_CASE("Read models in an older copy of the file go on, or are refused if they are newer") {
    reliability::TempDirectory const directory;
    Tables const place{};
    std::string const now = directory.file("events.db");
    std::string const backup = directory.file("backup.db");
    {
        SqliteEventStore store{now};
        fill(store, place);
    }
    std::filesystem::copy_file(now, backup);

    SECTION("all of it is as old") {
        SqliteEventStore store{backup};
        check_going_on(store, place);
    }
    SECTION("the read model is newer") {
        {
            SqliteEventStore store{now};
            bank::deposit(store, 15);
            catch_up(store, place);
        }
        RawDatabase{backup}.run(
            "ATTACH '" + now +
            "' AS newer; DELETE FROM totals_1; INSERT INTO totals_1 SELECT * FROM newer.totals_1; "
            "DELETE FROM projections; INSERT INTO projections SELECT * FROM newer.projections"
        );
        SqliteEventStore store{backup};
        check_refusal(store, place);
    }
}

TEST_CASE("postgres: read models in a restored dump go on, or are refused if they are newer", "[dump]") {
    Server server;
    std::string const at_server = " -h 127.0.0.1 -U annals -p " + Session{server.conninfo()}.run("SHOW port");
    Session{server.conninfo()}.run("CREATE DATABASE restored");
    std::string const restored = server.conninfo() + " dbname=restored";
    Tables const place{"annals."};
    PostgresEventStore old_store{server.conninfo()};
    fill(old_store, place);
    server.run("pg_dump --format=custom --file=dump" + at_server + " postgres");
    server.run("pg_restore --exit-on-error --dbname=restored" + at_server + " dump");

    SECTION("all of it is as old") {
        PostgresEventStore store{restored};
        check_going_on(store, place);
    }
    SECTION("the read model is newer") {
        bank::deposit(old_store, 15);
        catch_up(old_store, place);
        server.run(
            "pg_dump --format=custom --data-only --table=annals.projections --table=annals.totals_1 --file=newer" +
            at_server + " postgres"
        );
        Session{restored}.run("TRUNCATE annals.projections, annals.totals_1");
        server.run("pg_restore --exit-on-error --dbname=restored" + at_server + " newer");
        PostgresEventStore store{restored};
        check_refusal(store, place);
    }
}
