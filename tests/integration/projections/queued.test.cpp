// SPDX-License-Identifier: MIT

#include <annals/inline_projections.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What a handler queues may fail when the handler has long returned. It is the fault of its event all the same.

using namespace projections;
using namespace std::chrono_literals;
using annals::PoisonPolicy;
using annals::Position;
using annals::ProjectionControl;
using annals::ProjectionRunner;
using annals::ProjectionState;

namespace {

/// Writes each position down, in a table that does not take one of them.
struct Positions {
    static constexpr std::string_view name = "positions";
    static constexpr bool takes_subset = true;
    using events = bank::Account;

    std::string tables;
    std::int64_t asks_at = 0; ///< where it waits for an answer besides

    template <class Tx>
    void prepare(std::int64_t, Tx& tx) {
        tx.run(
            "CREATE TABLE IF NOT EXISTS " + tables +
            "positions (position BIGINT PRIMARY KEY, CONSTRAINT unlucky CHECK (position <> 13))"
        );
    }
    template <class Tx>
    void handle(bank::Deposited const&, annals::EventFacts const& at, Tx& tx) {
        tx.queue("INSERT INTO " + tables + "positions VALUES ($1)", at.position.first());
        if (at.position.first() == asks_at) {
            static_cast<void>(tx.query("SELECT count(*) FROM " + tables + "positions"));
        }
    }
};

template <class Place, class Store>
[[nodiscard]] std::int64_t written(Place const& place, Store& store) {
    return number(store, "SELECT count(*) FROM " + place.tables() + "positions");
}

/// How the events come: in pages of so many, and where a handler asks for something behind the one that fails.
struct Course {
    std::size_t batch;
    std::int64_t asks_at;
};
constexpr Course courses[] = {{1, 0}, {8, 0}, {8, 13}, {8, 15}, {500, 0}, {500, 15}, {500, 20}};

template <class Place>
void check_stop() {
    for (Course const& course : courses) {
        CAPTURE(course.batch, course.asks_at);
        Place const place;
        auto store = place.store();
        bank::deposit(store, 20);
        Positions const positions{place.tables(), course.asks_at};
        try {
            ProjectionRunner{store, positions, {.batch = course.batch, .first_wait = 1ms}}.catch_up();
            FAIL("it did not end");
        } catch (annals::ProjectionFailed const& error) {
            CHECK(error.failure().position == Position{13});
            CHECK_THAT(error.failure().reason, Catch::Matchers::ContainsSubstring("constraint"));
        }
        auto const status = ProjectionControl{store}.status("positions").at(0);
        CHECK(status.state == ProjectionState::failed);
        CHECK(status.position == Position{12});
        CHECK(written(place, store) == 12);
    }
}

template <class Place>
void check_dead_letter() {
    for (Course const& course : courses) {
        CAPTURE(course.batch, course.asks_at);
        Place const place;
        auto store = place.store();
        ProjectionControl control{store};
        bank::deposit(store, 20);
        Positions positions{place.tables(), course.asks_at};
        annals::ProjectionOptions const options{
            .batch = course.batch, .on_poison = PoisonPolicy::put_aside, .attempts = 2, .first_wait = 1ms
        };
        ProjectionRunner{store, positions, options}.catch_up();
        CHECK(written(place, store) == 19);
        CHECK(control.status("positions").at(0).position == store.head());
        auto const letters = control.dead_letters("positions");
        REQUIRE(letters.size() == 1);
        CHECK(letters[0].position == Position{13});
        CHECK_THROWS_AS(control.replay_dead_letters(positions), annals::StoreError);
        CHECK(control.dead_letters("positions").size() == 1);
        CHECK(written(place, store) == 19);
    }
}

template <class Place>
void check_live() {
    Place const place;
    auto store = place.store();
    ProjectionControl const control{store};
    bank::deposit(store, 12);
    ProjectionRunner runner{store, Positions{place.tables()}, {.poll = 5ms, .first_wait = 1ms}};
    runner.start();
    control.wait_for(store.head(), "positions", 20s);
    bank::deposit(store, 1); // alone in its page
    CHECK_THROWS_AS(runner.wait(20s), annals::ProjectionFailed);
    CHECK(control.status("positions").at(0).failure->position == Position{13});
    CHECK(written(place, store) == 12);
}

template <class Place>
void check_inline() {
    Place const place;
    auto store = place.store();
    annals::InlineProjections all{store, Positions{place.tables()}};
    bank::deposit(all, 10);
    CHECK_THROWS_AS(bank::deposit(all, 5), annals::StoreError);
    CHECK(store.head() == Position{10});
    CHECK(written(place, store) == 10);
}

} // namespace

TEST_CASE("A projection stops before the event whose queued statement fails") { check_stop<SqlitePlace>(); }
TEST_CASE("postgres: a projection stops before the event whose queued statement fails") { check_stop<PostgresPlace>(); }

TEST_CASE("An event whose queued statement fails becomes a dead letter") { check_dead_letter<SqlitePlace>(); }
TEST_CASE("postgres: an event whose queued statement fails becomes a dead letter") {
    check_dead_letter<PostgresPlace>();
}

TEST_CASE("An event whose queued statement fails stops a live projection") { check_live<SqlitePlace>(); }
TEST_CASE("postgres: an event whose queued statement fails stops a live projection") { check_live<PostgresPlace>(); }

TEST_CASE("A queued statement that fails undoes the append") { check_inline<SqlitePlace>(); }
TEST_CASE("postgres: a queued statement that fails undoes the append") { check_inline<PostgresPlace>(); }
