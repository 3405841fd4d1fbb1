// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

// A projection from its first event to its end, as one runner and one operator see it.

using namespace projections;
using namespace std::chrono_literals;
using annals::ProjectionControl;
using annals::ProjectionOptions;
using annals::ProjectionRunner;
using annals::ProjectionState;
using annals::RunnerState;
using bank::Totals;

namespace {

template <class Place>
void check_first_generation() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 40);
    ProjectionControl control{store};
    CHECK(control.list().empty());
    CHECK(!control.served_generation("totals"));

    std::atomic<int> booting = 0;
    std::atomic<int> live = 0;
    auto const count = [&](annals::EventFacts const& at) { ++(at.is_live ? live : booting); };
    ProjectionRunner runner{store, Totals{place.tables(), count}, {.batch = 7}};
    CHECK(runner.progress().state == RunnerState::idle);
    runner.catch_up();
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(booting == 40);
    CHECK(live == 0);
    CHECK(control.served_generation("totals") == 1);
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "served") == 1);

    bank::deposit(store, 3);
    runner.catch_up();
    CHECK(live == 3);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 3);
    auto const status = control.status("totals").at(0);
    CHECK(status.state == ProjectionState::active);
    CHECK(status.position == store.head());
    CHECK(status.owner.empty());
    CHECK(runner.progress().handled == 43);
    CHECK(runner.progress().remaining() == 0);
    CHECK(runner.progress().time_to_go() == 0ms);
}

template <class Place>
void check_live_run() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    ProjectionRunner runner{store, Totals{place.tables()}, {.poll = 5ms}};
    runner.start();
    CHECK_THROWS_AS(runner.start(), annals::UsageError);
    CHECK(!runner.wait(0ms));
    for (int i = 0; i < 5; ++i) {
        control.wait_for(bank::deposit(store, 2), "totals", 20s);
        CHECK(lines(place, store) == bank::fold(store));
    }
    runner.stop();
    CHECK(runner.wait(0ms));
    CHECK(runner.progress().state == RunnerState::stopped);
    CHECK(control.status("totals").at(0).owner.empty());
    CHECK_THROWS_AS(runner.start(), annals::UsageError); // it would do nothing, and not say so

    CHECK_THROWS_AS(control.wait_for(bank::deposit(store, 1), "totals", 20ms), annals::DeadlineExceeded);
    CHECK_THROWS_AS(control.wait_for(store.head(), "no such", 1ms), annals::DeadlineExceeded);
}

template <class Place>
void check_pause() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    CHECK_THROWS_AS(control.pause("totals"), annals::UsageError);
    ProjectionRunner runner{store, Totals{place.tables()}, {.poll = 5ms}};
    runner.start();
    control.wait_for(bank::deposit(store, 5), "totals", 20s);
    control.pause("totals");
    auto const before = bank::fold(store);
    auto const appended = bank::deposit(store, 5);
    CHECK_THROWS_AS(control.wait_for(appended, "totals", 100ms), annals::DeadlineExceeded);
    CHECK(lines(place, store) == before);
    CHECK(control.status("totals").at(0).state == ProjectionState::paused);
    CHECK(control.served_generation("totals") == 1);
    control.resume("totals");
    control.wait_for(appended, "totals", 20s);
    CHECK(lines(place, store) == bank::fold(store));
    runner.stop();
}

template <class Place>
void check_stop_in_handler() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 20);
    std::function<void()> stop;
    Totals totals{place.tables(), [&](annals::EventFacts const& at) {
                      if (at.position.first() >= 5 && stop) {
                          stop();
                      }
                  }};
    {
        ProjectionRunner runner{store, totals, {.poll = 5ms}};
        stop = [&] { runner.stop(); };
        runner.start();
        CHECK(runner.wait(20s));
        CHECK(runner.progress().state == RunnerState::stopped);
        CHECK(runner.progress().handled < 20);
    }
    {
        ProjectionRunner runner{store, totals};
        stop = [&] { runner.stop(); };
        runner.catch_up(20s);
        CHECK(runner.progress().handled < 20);
        stop = nullptr;
    }
    ProjectionRunner{store, totals}.catch_up();
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_stop_elsewhere() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 1);
    ProjectionRunner holder{store, Totals{place.tables()}, {.poll = 5ms}};
    holder.start();
    ProjectionControl{store}.wait_for(store.head(), "totals", 20s);

    ProjectionRunner standby{store, Totals{place.tables()}, {.poll = 5ms}};
    std::thread other{[&] {
        while (standby.progress().state != RunnerState::standing_by) {
            std::this_thread::sleep_for(1ms);
        }
        standby.stop();
    }};
    auto const begun = std::chrono::steady_clock::now();
    standby.catch_up(60s);
    CHECK(std::chrono::steady_clock::now() - begun < 50s);
    other.join();
    holder.stop();
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}, {.batch = 0}}), annals::UsageError);
}

template <class Place>
void check_deadline() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 10);
    Totals const slow{place.tables(), [](annals::EventFacts const&) { std::this_thread::sleep_for(5ms); }};
    ProjectionRunner runner{store, slow, {.batch = 2}};
    do {
        CHECK_THROWS_AS(runner.catch_up(1ms), annals::DeadlineExceeded);
    } while (ProjectionControl{store}.list().empty()); // not even begun
    CHECK(ProjectionControl{store}.status("totals").at(0).owner.empty()); // for others to go on at once
    ProjectionRunner{store, Totals{place.tables()}}.catch_up(20s);
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_time_to_go() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 60);
    Totals const slow{place.tables(), [](annals::EventFacts const&) { std::this_thread::sleep_for(10ms); }};
    ProjectionRunner runner{store, slow, {.batch = 5}};
    CHECK(runner.progress().time_to_go() == 0ms); // nothing is known to be there
    runner.start();
    bool was_told = false;
    while (!runner.progress().projection || runner.progress().projection->position < store.head()) {
        auto const progress = runner.progress();
        auto const time = progress.time_to_go();
        was_told = was_told || (progress.remaining() > 0 && progress.remaining() < 60 && time && *time > 0ms);
        std::this_thread::sleep_for(2ms);
    }
    CHECK(was_told);
    runner.stop();
    CHECK(runner.progress().handled == 60);
}

} // namespace

TEST_CASE("A projection boots, is served and goes on") { check_first_generation<SqlitePlace>(); }
TEST_CASE("postgres: a projection boots, is served and goes on") { check_first_generation<PostgresPlace>(); }

TEST_CASE("A running projection can be waited for and stopped", "[concurrency]") { check_live_run<SqlitePlace>(); }
TEST_CASE("postgres: a running projection can be waited for and stopped") { check_live_run<PostgresPlace>(); }

TEST_CASE("A projection can be paused and resumed", "[concurrency]") { check_pause<SqlitePlace>(); }
TEST_CASE("postgres: a projection can be paused and resumed") { check_pause<PostgresPlace>(); }

TEST_CASE("A handler can stop its own runner", "[concurrency]") { check_stop_in_handler<SqlitePlace>(); }
TEST_CASE("postgres: a handler can stop its own runner") { check_stop_in_handler<PostgresPlace>(); }

TEST_CASE("A projection that catches up can be stopped by another thread", "[concurrency]") {
    check_stop_elsewhere<SqlitePlace>();
}
TEST_CASE("postgres: a projection that catches up can be stopped by another thread") {
    check_stop_elsewhere<PostgresPlace>();
}

TEST_CASE("Catching up has a deadline, and keeps what was done") { check_deadline<SqlitePlace>(); }
TEST_CASE("postgres: catching up has a deadline, and keeps what was done") { check_deadline<PostgresPlace>(); }

TEST_CASE("A runner tells how long it will take") { check_time_to_go<SqlitePlace>(); }
TEST_CASE("postgres: a runner tells how long it will take") { check_time_to_go<PostgresPlace>(); }
