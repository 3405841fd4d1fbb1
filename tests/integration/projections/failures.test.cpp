// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// Events that cannot be handled: nothing is passed over in silence.

using namespace projections;
using namespace std::chrono_literals;
using annals::PoisonPolicy;
using annals::ProjectionControl;
using annals::ProjectionOptions;
using annals::ProjectionRunner;
using annals::ProjectionState;
using annals::RunnerState;
using bank::Totals;

namespace {

ProjectionOptions const impatient{.poll = 5ms, .first_wait = 1ms};
ProjectionOptions const putting_aside{
    .batch = 8, .poll = 5ms, .on_poison = PoisonPolicy::put_aside, .attempts = 2, .first_wait = 1ms
};

/// Refuses the event at one position.
struct Poison {
    std::int64_t position;
    int* attempts;
    void operator()(annals::EventFacts const& at) const {
        if (at.position.first() == position) {
            ++*attempts;
            throw std::runtime_error{"cannot digest this"};
        }
    }
};

template <class Place>
void check_poison() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    int attempts = 0;
    ProjectionRunner runner{store, Totals{place.tables(), Poison{13, &attempts}}, impatient};
    runner.start();
    try {
        runner.wait(20s);
        FAIL("it did not end");
    } catch (annals::ProjectionFailed const& error) {
        CHECK(error.failure().position == annals::Position{13});
        CHECK(error.failure().reason == "cannot digest this");
        CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring(annals::to_text(error.failure().event_id)));
    }
    CHECK(attempts == 1 + impatient.attempts); // once among others, then alone
    CHECK(runner.progress().state == RunnerState::ended);
    CHECK_THAT(runner.progress().trouble, Catch::Matchers::ContainsSubstring("cannot digest this"));

    auto const status = control.status("totals").at(0);
    CHECK(status.state == ProjectionState::failed);
    CHECK(status.position == annals::Position{12});
    CHECK(!status.is_leased());
    REQUIRE(status.failure);
    CHECK(status.failure->position == annals::Position{13});
    CHECK(status.failure->reason == "cannot digest this");
    CHECK(status.failure->event_id != annals::EventId{});
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 12);

    // A restart goes on with that event; after a fix, through it.
    CHECK_THROWS_AS(
        (ProjectionRunner{store, Totals{place.tables(), Poison{13, &attempts}}, impatient}.catch_up()),
        annals::ProjectionFailed
    );
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(!control.status("totals").at(0).failure);
}

template <class Place>
void check_failed_while_served() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 5);
    int attempts = 0;
    Totals const totals{place.tables(), Poison{7, &attempts}};
    ProjectionRunner runner{store, totals, impatient};
    ProjectionRunner standby{store, totals, impatient};
    runner.start();
    control.wait_for(store.head(), "totals", 20s);
    standby.start();
    while (standby.progress().state != RunnerState::standing_by) {
        std::this_thread::sleep_for(1ms);
    }
    auto const appended = bank::deposit(store, 5);
    CHECK_THROWS_AS(runner.wait(20s), annals::ProjectionFailed);
    CHECK_THROWS_AS(standby.wait(20s), annals::ProjectionFailed); // it does not wait for ever
    CHECK_THROWS_AS(control.wait_for(appended, "totals", 20s), annals::ProjectionFailed);
    CHECK_NOTHROW(control.wait_for(annals::Position{6}, "totals", 1ms));
    CHECK(control.served_generation("totals") == 1);
    control.resume("totals");
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_transient() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 10);
    int failures = 0;
    auto const stumble = [&](annals::EventFacts const& at) {
        if (at.position.first() == 5 && ++failures < 8) {
            throw annals::StoreError{"busy", "5", true};
        }
    };
    // More often than the attempts that a poison event is given: it is not the event's fault.
    ProjectionRunner runner{store, Totals{place.tables(), stumble}, {.first_wait = 1ms, .longest_wait = 2ms}};
    runner.catch_up(20s);
    CHECK(failures == 8);
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_dead_letters() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    int attempts = 0;
    ProjectionRunner{store, Totals{place.tables(), Poison{13, &attempts}}, putting_aside}.catch_up();
    CHECK(attempts == 1 + putting_aside.attempts);
    auto const status = control.status("totals").at(0);
    CHECK(status.state == ProjectionState::active);
    CHECK(status.position == store.head());
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 19);
    auto const letters = control.dead_letters("totals");
    REQUIRE(letters.size() == 1);
    CHECK(letters[0].position == annals::Position{13});
    CHECK(letters[0].reason == "cannot digest this");
    CHECK(letters[0].key == status.key);
    CHECK(letters[0].failed_at > annals::Timestamp{});

    Totals broken{place.tables(), Poison{13, &attempts}};
    CHECK_THROWS_AS(control.replay_dead_letters(broken), std::runtime_error);
    CHECK(control.dead_letters("totals").size() == 1);
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 19);
    Totals mended{place.tables()};
    CHECK(control.replay_dead_letters(mended) == 1);
    CHECK(control.dead_letters("totals").empty());
    CHECK(control.replay_dead_letters(mended) == 0);
    auto const model = lines(place, store);
    for (auto const& [id, line] : bank::fold(store)) {
        CHECK(model.at(id).total == line.total);
        CHECK(model.at(id).events == line.events);
    }
}

/// Another event at its place is not handed over for it, and it is not forgotten.
template <class Place>
void check_lost_letter() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 20);
    int attempts = 0;
    ProjectionRunner{store, Totals{place.tables(), Poison{13, &attempts}}, putting_aside}.catch_up();
    for (std::string const& statement : place.losing_tail(12)) {
        run(store, statement);
    }
    Totals mended{place.tables()};
    CHECK_THROWS_AS(control.replay_dead_letters(mended), annals::HistoryDiverged);
    bank::deposit(store, 5);
    CHECK_THROWS_AS(control.replay_dead_letters(mended), annals::HistoryDiverged);
    CHECK(control.dead_letters("totals").size() == 1);
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 19);
}

/// What makes a dead letter impossible undoes the step over the event too.
template <class Place>
void check_put_aside_is_atomic() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 5);
    std::string const letters = place.tables() + "dead_letters";
    run(store, "ALTER TABLE " + letters + " RENAME TO hidden_letters");
    int attempts = 0;
    Totals const totals{place.tables(), Poison{3, &attempts}};
    CHECK_THROWS_AS((ProjectionRunner{store, totals, putting_aside}.catch_up()), annals::StoreError);
    CHECK(control.status("totals").at(0).position == annals::Position{2});
    CHECK(control.status("totals").at(0).state == ProjectionState::failed);
    run(store, "ALTER TABLE " + place.tables() + "hidden_letters RENAME TO dead_letters");
    ProjectionRunner{store, totals, putting_aside}.catch_up();
    CHECK(control.dead_letters("totals").size() == 1);
}

template <class Place>
void check_unreadable_payload() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 3);
    std::vector<annals::NewEvent<annals::EncodedPayload>> const odd{
        {annals::new_event_id(), annals::system_clock().now(), {}, {"Deposited", 1, R"({"amount":"much"})"}}
    };
    auto const appended = store.append({"Account", "a0"}, annals::ExpectedVersion::any(), odd);
    bank::deposit(store, 3);
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}, impatient}.catch_up()), annals::ProjectionFailed);
    auto const status = control.status("totals").at(0);
    CHECK(status.failure->position == appended.position);
    CHECK(status.failure->event_id == odd[0].event_id);
    ProjectionRunner{store, Totals{place.tables()}, putting_aside}.catch_up();
    CHECK(control.dead_letters("totals").at(0).event_id == odd[0].event_id);
}

void check_busy_at_stop() {
    SqlitePlace const place;
    annals::SqliteEventStore store{place.path(), {.busy_timeout = 20ms}};
    bank::deposit(store, 5);
    ProjectionRunner runner{store, Totals{place.tables()}, {.poll = 5ms, .first_wait = 1ms}};
    runner.start();
    ProjectionControl const control{store};
    control.wait_for(store.head(), "totals", 20s);
    auto other = place.store();
    other.transact([&](annals::sqlite::Transaction&) { runner.stop(); });
    CHECK(runner.wait(0ms)); // that it could not say good-bye is no failure
    CHECK(control.status("totals").at(0).state == ProjectionState::active);
}

} // namespace

TEST_CASE("A projection stops before the event that it cannot handle, and names it") { check_poison<SqlitePlace>(); }
TEST_CASE("postgres: a projection stops before the event that it cannot handle, and names it") {
    check_poison<PostgresPlace>();
}

TEST_CASE("All who wait for a projection learn that it has failed") { check_failed_while_served<SqlitePlace>(); }
TEST_CASE("postgres: all who wait for a projection learn that it has failed") {
    check_failed_while_served<PostgresPlace>();
}

TEST_CASE("What may pass is tried again") { check_transient<SqlitePlace>(); }
TEST_CASE("postgres: what may pass is tried again") { check_transient<PostgresPlace>(); }

TEST_CASE("A poison event can be put aside and replayed after a fix") { check_dead_letters<SqlitePlace>(); }
TEST_CASE("postgres: a poison event can be put aside and replayed after a fix") { check_dead_letters<PostgresPlace>(); }

TEST_CASE("A dead letter remains if the store has lost its event") { check_lost_letter<SqlitePlace>(); }
TEST_CASE("postgres: a dead letter remains if the store has lost its event") { check_lost_letter<PostgresPlace>(); }

TEST_CASE("An event is not passed over without its dead letter") { check_put_aside_is_atomic<SqlitePlace>(); }
TEST_CASE("postgres: an event is not passed over without its dead letter") {
    check_put_aside_is_atomic<PostgresPlace>();
}

TEST_CASE("A projection stops at a payload that it cannot read") { check_unreadable_payload<SqlitePlace>(); }
TEST_CASE("postgres: a projection stops at a payload that it cannot read") {
    check_unreadable_payload<PostgresPlace>();
}

TEST_CASE("A runner can be stopped while the file is locked") { check_busy_at_stop(); }
