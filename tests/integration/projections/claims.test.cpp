// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

// Who may write a read model: one runner at a time, and only over the history that it has handled.

using namespace projections;
using namespace std::chrono_literals;
using annals::ProjectionControl;
using annals::ProjectionRunner;
using annals::ProjectionState;
using annals::RunnerState;
using bank::Totals;

namespace {

/// A projection that keeps its read model elsewhere.
struct Counter {
    static constexpr std::string_view name = "totals";
    static constexpr bool takes_subset = true;
    using events = bank::Account;
    std::atomic<int>* count;
    template <class Event>
    void handle(Event const&) {
        ++*count;
    }
};

/// A place where a runner stands still between two pages, as if its process were frozen.
class Freezer {
public:
    bool operator()(std::chrono::milliseconds time) {
        std::unique_lock lock{mutex_};
        is_in_ = is_cold_;
        changed_.notify_all();
        changed_.wait_for(lock, is_cold_ ? 30s : time, [this] { return !is_cold_; });
        is_in_ = false;
        return false;
    }
    void freeze() {
        std::unique_lock lock{mutex_};
        is_cold_ = true;
        changed_.wait(lock, [this] { return is_in_; });
    }
    void thaw() {
        std::lock_guard const lock{mutex_};
        is_cold_ = false;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_cold_ = false;
    bool is_in_ = false;
};

template <class Place>
void check_take_over() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 10);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    bank::deposit(store, 10);
    // What a runner leaves behind that is gone without a word.
    using Transaction = typename decltype(store)::transaction_type;
    run(store,
        "UPDATE " + place.tables() + "projections SET owner = 'ghost', epoch = epoch + 1, lease_until = 400000 + " +
            std::string{Transaction::now_micros_sql()});
    auto const begun = std::chrono::steady_clock::now();
    ProjectionRunner runner{store, Totals{place.tables()}, {.poll = 10ms}};
    CHECK_THROWS_AS(runner.catch_up(50ms), annals::DeadlineExceeded);
    CHECK(runner.progress().state == RunnerState::standing_by);
    CHECK(control.status("totals").at(0).owner == "ghost");
    runner.catch_up(20s);
    CHECK(std::chrono::steady_clock::now() - begun >= 390ms);
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_renewal() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 1);
    annals::ProjectionOptions const options{.poll = 5ms, .lease = 300ms, .owner = "first"};
    ProjectionRunner first{store, Totals{place.tables()}, options};
    first.start();
    control.wait_for(store.head(), "totals", 20s);
    auto const before = control.status("totals").at(0).lease_until;
    while (control.status("totals").at(0).lease_until == before) { // though there is nothing to handle
        std::this_thread::sleep_for(5ms);
    }
    CHECK(control.status("totals").at(0).owner == "first");
    first.stop();
}

template <class Place>
void check_frozen() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 10);
    auto const freezer = std::make_shared<Freezer>();
    annals::ProjectionOptions const options{
        .poll = 5ms, .lease = 100ms, .hint = [freezer](std::chrono::milliseconds time) { return (*freezer)(time); }
    };
    ProjectionRunner frozen{store, Totals{place.tables()}, options};
    frozen.start();
    control.wait_for(store.head(), "totals", 20s);
    freezer->freeze();

    bank::deposit(store, 10);
    ProjectionRunner other{store, Totals{place.tables()}, {.poll = 5ms, .lease = 100ms}};
    other.start();
    control.wait_for(store.head(), "totals", 20s);
    bank::deposit(store, 10);
    freezer->thaw();
    CHECK_THROWS_AS(frozen.wait(20s), annals::FencedOut);
    CHECK(frozen.progress().state == RunnerState::ended);
    control.wait_for(store.head(), "totals", 20s);
    other.stop();
    CHECK(other.wait(0ms)); // the one that was fenced out has not disturbed it
    CHECK(lines(place, store) == bank::fold(store));
}

template <class Place>
void check_frozen_elsewhere() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    std::atomic<int> handled = 0;
    auto const freezer = std::make_shared<Freezer>();
    annals::ProjectionOptions const options{
        .poll = 5ms, .lease = 100ms, .hint = [freezer](std::chrono::milliseconds time) { return (*freezer)(time); }
    };
    ProjectionRunner frozen{store, Counter{&handled}, options};
    frozen.start();
    control.wait_for(bank::deposit(store, 5), "totals", 20s);
    freezer->freeze();
    std::atomic<int> handled_by_other = 0;
    ProjectionRunner other{store, Counter{&handled_by_other}, {.poll = 5ms, .lease = 100ms}};
    other.start();
    control.wait_for(bank::deposit(store, 5), "totals", 20s);
    bank::deposit(store, 5);
    freezer->thaw();
    CHECK_THROWS_AS(frozen.wait(20s), annals::FencedOut);
    control.wait_for(store.head(), "totals", 20s);
    // It has looked before it handled anything.
    CHECK(handled == 5);
    CHECK(handled_by_other == 10);

    control.pause("totals");
    auto const appended = bank::deposit(store, 5);
    CHECK_THROWS_AS(control.wait_for(appended, "totals", 100ms), annals::DeadlineExceeded);
    CHECK(handled_by_other == 10);
    control.resume("totals");
    control.wait_for(appended, "totals", 20s);
    CHECK(handled_by_other == 15);
}

/// All events after that position are lost, at once: a running projection does not see it half done.
template <class Place, class Store>
void lose_tail(Place const& place, Store& store, std::int64_t after) {
    store.transact([&](typename Store::transaction_type& transaction) {
        for (std::string const& sql : place.losing_tail(after)) {
            transaction.run(sql);
        }
    });
}

template <class Place>
void check_lost_tail() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 20);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up();
    lose_tail(place, store, 15);
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::HistoryDiverged);
    auto const status = ProjectionControl{store}.status("totals").at(0);
    CHECK(status.state == ProjectionState::failed);
    REQUIRE(status.failure);
    CHECK_THAT(status.failure->reason, Catch::Matchers::ContainsSubstring("does not have"));
    // Again and again, and also when there is more to handle.
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::HistoryDiverged);
    auto accounts = annals::repository_for<bank::Account>(store);
    for (int i = 0; i < 10; ++i) {
        accounts.transact("new" + std::to_string(i), [](bank::Account& account) { account.open("Eve"); });
    }
    CHECK_THROWS_AS((ProjectionRunner{store, Totals{place.tables()}}.catch_up()), annals::HistoryDiverged);
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") == 20);
    // A read model of the history that is left is made anew.
    CHECK(ProjectionControl{store}.rebuild("totals") == 2);
    ProjectionRunner{store, Totals{place.tables()}}.catch_up(20s);
    CHECK(ProjectionControl{store}.served_generation("totals") == 2);
    CHECK(lines(place, store, 2) == bank::fold(store));
}

template <class Place>
void check_lost_tail_elsewhere() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 20);
    std::atomic<int> handled = 0;
    ProjectionRunner{store, Counter{&handled}}.catch_up();
    CHECK(handled == 20);
    lose_tail(place, store, 15);
    auto accounts = annals::repository_for<bank::Account>(store);
    for (int i = 0; i < 10; ++i) {
        accounts.transact("new" + std::to_string(i), [](bank::Account& account) { account.open("Eve"); });
    }
    CHECK_THROWS_AS((ProjectionRunner{store, Counter{&handled}}.catch_up()), annals::HistoryDiverged);
    CHECK(handled == 20); // it has looked before it handled anything
}

template <class Place>
void check_lost_tail_live() {
    Place const place;
    auto store = place.store();
    ProjectionRunner runner{store, Totals{place.tables()}, {.poll = 5ms, .lease = 60ms}};
    runner.start();
    ProjectionControl{store}.wait_for(bank::deposit(store, 20), "totals", 20s);
    lose_tail(place, store, 15);
    CHECK_THROWS_AS(runner.wait(20s), annals::HistoryDiverged); // though there is nothing to handle
}

} // namespace

TEST_CASE("A runner takes over when the lease of one that is gone has ended") { check_take_over<SqlitePlace>(); }
TEST_CASE("postgres: a runner takes over when the lease of one that is gone has ended") {
    check_take_over<PostgresPlace>();
}

TEST_CASE("A runner without work keeps its lease") { check_renewal<SqlitePlace>(); }
TEST_CASE("postgres: a runner without work keeps its lease") { check_renewal<PostgresPlace>(); }

TEST_CASE("A runner that was replaced while it was frozen can write nothing more", "[concurrency]") {
    check_frozen<SqlitePlace>();
}
TEST_CASE("postgres: a runner that was replaced while it was frozen can write nothing more") {
    check_frozen<PostgresPlace>();
}

TEST_CASE("A runner that was replaced or paused hands over nothing more", "[concurrency]") {
    check_frozen_elsewhere<SqlitePlace>();
}
TEST_CASE("postgres: a runner that was replaced or paused hands over nothing more") {
    check_frozen_elsewhere<PostgresPlace>();
}

TEST_CASE("A projection refuses a store that has lost what it has handled") { check_lost_tail<SqlitePlace>(); }
TEST_CASE("postgres: a projection refuses a store that has lost what it has handled") {
    check_lost_tail<PostgresPlace>();
}

TEST_CASE("A projection elsewhere refuses a store that has lost what it has handled") {
    check_lost_tail_elsewhere<SqlitePlace>();
}
TEST_CASE("postgres: a projection elsewhere refuses a store that has lost what it has handled") {
    check_lost_tail_elsewhere<PostgresPlace>();
}

TEST_CASE("A running projection notices that its history is gone") { check_lost_tail_live<SqlitePlace>(); }
TEST_CASE("postgres: a running projection notices that its history is gone") { check_lost_tail_live<PostgresPlace>(); }
