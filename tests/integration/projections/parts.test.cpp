// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// One projection by several runners, each with its part of the streams.

using namespace projections;
using namespace std::chrono_literals;
using annals::ProjectionControl;
using annals::ProjectionOptions;
using annals::ProjectionRunner;
using bank::Totals;

namespace {

/// Notes the versions of each stream as they are handled.
class Order {
public:
    void take(annals::EventFacts const& at) {
        std::lock_guard const lock{mutex_};
        auto& last = last_[at.aggregate_id()];
        broken_ += at.version == last.next() ? 0 : 1;
        last = at.version;
    }
    [[nodiscard]] int broken() const {
        std::lock_guard const lock{mutex_};
        return broken_;
    }

private:
    mutable std::mutex mutex_;
    std::map<std::string, annals::Version> last_;
    int broken_ = 0;
};

template <class Place>
void check_three_parts() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    bank::deposit(store, 120, 24);
    Order order;
    Totals const totals{place.tables(), [&](annals::EventFacts const& at) { order.take(at); }};
    using Runner = ProjectionRunner<decltype(store), Totals>;
    std::vector<std::unique_ptr<Runner>> runners;
    for (std::int32_t part = 0; part < 3; ++part) {
        ProjectionOptions const options{.batch = 10, .poll = 5ms, .part = part, .parts = 3};
        runners.push_back(std::make_unique<Runner>(store, totals, options));
        runners.back()->start();
    }
    control.wait_for(bank::deposit(store, 48, 24), "totals", 30s);
    for (auto& runner : runners) {
        runner->stop();
        CHECK(runner->wait(0ms));
        CHECK(runner->progress().handled > 0);
    }
    CHECK(order.broken() == 0);
    CHECK(lines(place, store) == bank::fold(store));
    CHECK(control.status("totals").size() == 3);
    CHECK(control.served_generation("totals") == 1);
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "served") == 1);
    CHECK_THROWS_AS((ProjectionRunner{store, totals}.catch_up()), annals::UsageError);
}

/// Lets two threads meet, if they can within that time.
class Meeting {
public:
    void wait() {
        std::unique_lock lock{mutex_};
        ++there_;
        all_there_.notify_all();
        all_there_.wait_for(lock, 2s, [this] { return there_ >= 2; });
    }

private:
    std::mutex mutex_;
    std::condition_variable all_there_;
    int there_ = 0;
};

/// An account whose events are of that part of two.
std::string account_of(std::int32_t part) {
    for (int i = 0;; ++i) {
        std::string id = "p" + std::to_string(i);
        if (annals::detail::part_of({"Account", id}, 2) == part) {
            return id;
        }
    }
}

template <class Store>
void open_both(Store& store) {
    auto accounts = annals::repository_for<bank::Account>(store);
    for (std::int32_t const part : {0, 1}) {
        accounts.transact(account_of(part), [](bank::Account& account) { account.open("x"); });
    }
}

template <class Place>
void check_last_two_at_once() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    open_both(store);
    Totals tables{place.tables()}; // made before, so that the parts have nothing to wait for
    store.transact([&](auto& transaction) { tables.prepare(1, transaction); });
    Meeting meeting;
    Totals const totals{place.tables(), [&](annals::EventFacts const&) { meeting.wait(); }};
    ProjectionRunner first{store, totals, {.poll = 5ms, .part = 0, .parts = 2}};
    ProjectionRunner second{store, totals, {.poll = 5ms, .part = 1, .parts = 2}};
    first.start();
    second.start();
    control.wait_for(store.head(), "totals", 30s);
    first.stop();
    second.stop();
    CHECK(first.wait(0ms));
    CHECK(second.wait(0ms));
    CHECK(control.served_generation("totals") == 1);
    // One of the two was the last to be ready, and has said so.
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "served") == 1);
}

template <class Place>
void check_one_part_missing() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    open_both(store);
    ProjectionOptions const first{.parts = 2};
    ProjectionOptions const second{.part = 1, .parts = 2};
    ProjectionRunner{store, Totals{place.tables()}, first}.catch_up();
    CHECK(!control.served_generation("totals"));
    CHECK_THROWS_AS(control.wait_for(store.head(), "totals", 20ms), annals::DeadlineExceeded);
    ProjectionRunner{store, Totals{place.tables()}, second}.catch_up();
    CHECK(control.served_generation("totals") == 1);
    CHECK_NOTHROW(control.wait_for(store.head(), "totals", 1ms));

    CHECK(control.rebuild("totals") == 2);
    ProjectionRunner{store, Totals{place.tables()}, first}.catch_up();
    CHECK(control.served_generation("totals") == 1); // until all of the other is there
    ProjectionRunner{store, Totals{place.tables()}, second}.catch_up();
    CHECK(control.served_generation("totals") == 2);
    CHECK(lines(place, store, 2) == bank::fold(store));
}

template <class Place>
void check_slow_part() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    open_both(store);
    auto const options = [](std::int32_t part) { return ProjectionOptions{.poll = 5ms, .part = part, .parts = 2}; };
    ProjectionRunner first{store, Totals{place.tables()}, options(0)};
    ProjectionRunner second{store, Totals{place.tables()}, options(1)};
    first.start();
    second.start();
    control.wait_for(store.head(), "totals", 30s);

    ProjectionRunner new_first{store, bank::Totals2{place.tables()}, options(0)};
    new_first.start();
    auto const is_ready = [&] {
        auto const rows = control.status("totals"); // generation by generation, part by part
        return rows.size() == 4 && rows[2].state == annals::ProjectionState::active;
    };
    for (auto const until = std::chrono::steady_clock::now() + 30s; !is_ready();) {
        REQUIRE(std::chrono::steady_clock::now() < until);
        std::this_thread::sleep_for(2ms);
    }
    // One part is missing in the new read model, so the old one is served, and goes on in all its parts.
    control.wait_for(bank::deposit(store, 40, 20), "totals", 30s);
    CHECK(control.served_generation("totals") == 1);
    CHECK(lines(place, store, 1) == bank::fold(store));

    ProjectionRunner new_second{store, bank::Totals2{place.tables()}, options(1)};
    new_second.start();
    CHECK_THROWS_AS(first.wait(30s), annals::FencedOut);
    CHECK_THROWS_AS(second.wait(30s), annals::FencedOut);
    control.wait_for(bank::deposit(store, 40, 20), "totals", 30s);
    CHECK(control.served_generation("totals") == 2);
    CHECK(lines(place, store, 2) == bank::fold(store));
    // Each event that was news has made one letter, whichever generation it was that wrote it.
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == 80);
    CHECK(number(store, "SELECT count(DISTINCT event_id) FROM " + place.tables() + "letters") == 80);
}

} // namespace

TEST_CASE("Three runners share a projection by streams", "[concurrency]") { check_three_parts<SqlitePlace>(); }
TEST_CASE("postgres: three runners share a projection by streams") { check_three_parts<PostgresPlace>(); }

TEST_CASE("A projection is served once when its last parts are ready at once") {
    check_last_two_at_once<SqlitePlace>();
}
TEST_CASE("postgres: a projection is served once when its last parts are ready at once") {
    check_last_two_at_once<PostgresPlace>();
}

TEST_CASE("A projection is not served before all its parts are there") { check_one_part_missing<SqlitePlace>(); }
TEST_CASE("postgres: a projection is not served before all its parts are there") {
    check_one_part_missing<PostgresPlace>();
}

TEST_CASE("A read model is served in all its parts until the last part of the new one is there", "[concurrency]") {
    check_slow_part<SqlitePlace>();
}
TEST_CASE("postgres: a read model is served in all its parts until the last part of the new one is there") {
    check_slow_part<PostgresPlace>();
}
