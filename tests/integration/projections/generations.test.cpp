// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

// A read model that is built beside the one that is served, and takes its place.

using namespace projections;
using namespace std::chrono_literals;
using annals::ProjectionControl;
using annals::ProjectionRunner;
using annals::ProjectionState;
using bank::Totals;
using bank::Totals2;

namespace {

/// Deposits until the end of the scope.
template <class Place>
class Writer {
public:
    explicit Writer(Place const& place) : thread_{[this, &place] { write(place); }} {}
    Writer(Writer const&) = delete;
    Writer& operator=(Writer const&) = delete;
    ~Writer() { stop(); }

    void stop() {
        is_over_ = true;
        if (thread_.joinable()) {
            thread_.join();
        }
    }

private:
    void write(Place const& place) {
        auto store = place.store();
        while (!is_over_) {
            bank::deposit(store, 1);
            std::this_thread::sleep_for(1ms);
        }
    }

    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

template <class Control>
void wait_until_served(Control const& control, std::int64_t generation) {
    for (auto const until = std::chrono::steady_clock::now() + 30s;
         control.served_generation("totals") != generation;) {
        REQUIRE(std::chrono::steady_clock::now() < until);
        std::this_thread::sleep_for(2ms);
    }
}

template <class Place>
void check_switch() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 30);
    ProjectionRunner blue{store, Totals{place.tables()}, {.batch = 5, .poll = 5ms}};
    blue.start();
    wait_until_served(control, 1);

    Writer<Place> first{place};
    Writer<Place> second{place};
    control.wait_for(bank::deposit(store, 20), "totals", 30s);
    ProjectionRunner green{store, Totals2{place.tables()}, {.batch = 50, .poll = 5ms}};
    green.start();
    wait_until_served(control, 2);
    CHECK_THROWS_AS(blue.wait(30s), annals::FencedOut);
    control.wait_for(bank::deposit(store, 20), "totals", 30s);
    first.stop();
    second.stop();
    control.wait_for(store.head(), "totals", 30s);
    green.stop();

    auto const fold = bank::fold(store);
    CHECK(lines(place, store, 2) == fold);
    std::int64_t events = 0;
    for (auto const& [id, line] : fold) {
        events += line.events;
    }
    // What was in the log when the first generation booted was no news; all else was, once, by one of the two.
    std::string const letters = " FROM " + place.tables() + "letters";
    CHECK(number(store, "SELECT count(*)" + letters) == events - 30);
    CHECK(number(store, "SELECT count(DISTINCT event_id)" + letters) == events - 30);
    std::int64_t const by_first = number(store, "SELECT count(*)" + letters + " WHERE version = 1");
    CHECK(by_first >= 20);
    CHECK(by_first < events - 30);
    // The first has handled those before the switch and none behind it.
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 30 + by_first);
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "served") == 2);

    auto const status = control.status("totals");
    CHECK(status.at(0).state == ProjectionState::retired);
    CHECK(status.at(1).state == ProjectionState::active);
    CHECK(status.at(1).definition == 2);
    // The old code is refused from now on.
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::FencedOut);
}

template <class Place>
void check_unfinished_generation() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 10);
    Totals const slow{place.tables(), [](annals::EventFacts const&) { std::this_thread::sleep_for(20ms); }};
    ProjectionRunner old{store, slow, {.batch = 1}};
    do {
        CHECK_THROWS_AS(old.catch_up(30ms), annals::DeadlineExceeded);
    } while (control.list().empty()); // not even begun
    CHECK(!control.served_generation("totals"));

    ProjectionRunner{store, Totals2{place.tables()}}.catch_up();
    CHECK(control.served_generation("totals") == 2);
    // The one that was never finished does not take the place of the newer one.
    CHECK_THROWS_AS(old.catch_up(), annals::FencedOut);
    CHECK(control.served_generation("totals") == 2);
    CHECK(control.status("totals").at(0).state == ProjectionState::retired);
}

template <class Place>
void check_rebuild() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    CHECK_THROWS_AS(control.rebuild("totals"), annals::UsageError);
    bank::deposit(store, 30);
    ProjectionRunner first{store, Totals{place.tables()}, {.batch = 5, .poll = 5ms}};
    first.start();
    wait_until_served(control, 1);
    run(store, "UPDATE " + place.tables() + "totals_1 SET total = 0"); // what the rebuild is to mend

    CHECK(control.rebuild("totals") == 2);
    CHECK_THROWS_AS(control.rebuild("totals"), annals::UsageError);
    bank::deposit(store, 10);
    control.wait_for(store.head(), "totals", 30s);
    CHECK(control.served_generation("totals") == 1); // the runner that is there goes on with what is served

    ProjectionRunner second{store, Totals{place.tables()}, {.batch = 5, .poll = 5ms}};
    second.start();
    wait_until_served(control, 2);
    CHECK(lines(place, store, 2) == bank::fold(store));
    CHECK(!first.wait(50ms)); // it stands by for the new one
    second.stop();
    control.wait_for(bank::deposit(store, 10), "totals", 30s);
    CHECK(lines(place, store, 2) == bank::fold(store));
    first.stop();
    CHECK(first.wait(0ms));
}

template <class Place>
void check_rebuild_alone() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 30);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    bank::deposit(store, 10);
    CHECK(control.rebuild("totals") == 2);
    // One process alone: it builds up to where the old one stands, and goes on from there as the new one.
    ProjectionRunner{store, Totals{place.tables()}, {.batch = 7}}.catch_up();
    CHECK(control.served_generation("totals") == 2);
    CHECK(lines(place, store, 2) == bank::fold(store));
    CHECK(number(store, "SELECT count(DISTINCT event_id) FROM " + place.tables() + "letters") == 10);
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 10);
}

template <class Place>
void check_pause_while_rebuilding() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 60);
    ProjectionRunner blue{store, Totals{place.tables()}, {.poll = 1ms}};
    blue.start();
    wait_until_served(control, 1);
    Writer<Place> writer{place};
    ProjectionRunner green{store, Totals2{place.tables()}, {.batch = 1, .poll = 1ms}};
    green.start();
    for (int i = 0; i < 30; ++i) {
        control.pause("totals");
        control.resume("totals");
        std::this_thread::sleep_for(2ms);
    }
    writer.stop(); // may be faster than a runner that commits each event by itself
    wait_until_served(control, 2);
    control.wait_for(store.head(), "totals", 30s);
    CHECK(lines(place, store, 2) == bank::fold(store));
}

} // namespace

TEST_CASE("A new version is built beside the old one, and takes its place at one event", "[concurrency]") {
    check_switch<SqlitePlace>();
}
TEST_CASE("postgres: a new version is built beside the old one, and takes its place at one event") {
    check_switch<PostgresPlace>();
}

TEST_CASE("A generation that was never finished does not replace a newer one") {
    check_unfinished_generation<SqlitePlace>();
}
TEST_CASE("postgres: a generation that was never finished does not replace a newer one") {
    check_unfinished_generation<PostgresPlace>();
}

TEST_CASE("A rebuild replaces the read model while it is served", "[concurrency]") { check_rebuild<SqlitePlace>(); }
TEST_CASE("postgres: a rebuild replaces the read model while it is served") { check_rebuild<PostgresPlace>(); }

TEST_CASE("One process alone can rebuild") { check_rebuild_alone<SqlitePlace>(); }
TEST_CASE("postgres: one process alone can rebuild") { check_rebuild_alone<PostgresPlace>(); }

TEST_CASE("Both generations can be paused while one is built", "[concurrency]") {
    check_pause_while_rebuilding<SqlitePlace>();
}
TEST_CASE("postgres: both generations can be paused while one is built") {
    check_pause_while_rebuilding<PostgresPlace>();
}
