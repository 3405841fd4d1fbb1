// SPDX-License-Identifier: MIT

#include <annals/subscription.hpp>
#include <tests/catch.hpp>
#include <tests/integration/subscriptions/support/following.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

// How a subscription ends: at once when it is told to, never in silence; and nothing waits longer than it was told.

using namespace following;
using namespace std::chrono_literals;
using annals::EventFeed;
using annals::FeedOptions;
using annals::FeedStart;
using annals::Subscription;

namespace {

template <class Place>
void check_failing_handler() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 6);
    Ids const log = ids_of(store);
    Seen const seen;
    Subscription subscription{store, [seen](auto const& event) {
                                  if (event.position.first() == 4) {
                                      throw std::runtime_error{"no more"};
                                  }
                                  seen(event);
                              }};
    CHECK_THROWS_WITH(subscription.wait(30s), "no more");
    CHECK_THROWS_WITH(subscription.wait(0ms), "no more"); // whoever asks
    CHECK_FALSE(subscription.when_caught_up(30s));
    CHECK(seen.ids() == Ids(log.begin(), log.begin() + 3));
    subscription.stop();
    CHECK_THROWS_WITH(subscription.wait(0ms), "no more");

    // It stands before the event that was not handled.
    EventFeed<decltype(store)> rest{store, {.start = FeedStart::after(subscription.position())}};
    auto const* const next = rest.next(0ms);
    REQUIRE(next != nullptr);
    CHECK(next->event_id == log[3]);
}

template <class Place>
void check_stop_in_handler() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 10);
    std::function<void()> stop;
    std::promise<void> is_made;
    std::shared_future<void> const made{is_made.get_future()};
    Seen const seen;
    Subscription subscription{store, [&stop, made, seen](auto const& event) {
                                  made.wait();
                                  seen(event);
                                  if (seen.size() == 3) {
                                      stop();
                                      stop();
                                  }
                              }};
    stop = [&] { subscription.stop(); };
    is_made.set_value();
    CHECK(subscription.wait(30s));
    CHECK(seen.size() == 3);
    subscription.stop();
    CHECK(ids_of(store, [&](auto const& event) { return event.position <= subscription.position(); }) == seen.ids());
}

/// Threads stop it while it hands events over, all at the same time.
template <class Place>
void check_stop_elsewhere() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 300);
    for (int round = 0; round < 5; ++round) {
        std::atomic<int> calls = 0;
        std::atomic<bool> is_in = false;
        Subscription subscription{store, [&](auto const&) {
                                      is_in = true;
                                      std::this_thread::sleep_for(1ms);
                                      ++calls;
                                      is_in = false;
                                  }};
        REQUIRE(comes_true([&] { return calls > 2; }));
        std::atomic<bool> was_in = false;
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                subscription.stop();
                if (is_in) {
                    was_in = true;
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK_FALSE(was_in); // the event at hand was waited for
        int const at_end = calls;
        CHECK(subscription.wait(0ms));
        bank::deposit(store, 1);
        std::this_thread::sleep_for(20ms);
        CHECK(calls == at_end);
        CHECK(at_end < 300);
    }
}

/// Nothing comes, nothing is hinted at, and it would look again in an hour.
template <class Place>
void check_sleepers() {
    Place const place;
    auto store = place.store();
    FeedOptions const sleepy{.poll = 1h, .hint = [](std::chrono::milliseconds time) {
                                 std::this_thread::sleep_for(time);
                                 return false;
                             }};
    auto const begun = std::chrono::steady_clock::now();

    Subscription subscription{store, Seen{}, sleepy};
    CHECK_FALSE(subscription.wait(20ms));
    CHECK(std::chrono::steady_clock::now() - begun >= 20ms);
    subscription.stop();
    CHECK(subscription.wait(0ms));

    EventFeed<decltype(store)> feed{store, sleepy};
    CHECK(feed.next(20ms) == nullptr);
    std::thread other{[&] {
        std::this_thread::sleep_for(20ms);
        feed.interrupt();
    }};
    CHECK(feed.next(1h) == nullptr);
    other.join();
    CHECK(feed.next(1h) == nullptr);
    CHECK(std::chrono::steady_clock::now() - begun < 60s);
}

template <class Place>
void check_busy_handler() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 2);
    std::promise<void> is_done;
    std::shared_future<void> const done{is_done.get_future()};
    Subscription subscription{store, [done](auto const&) { done.wait(); }};
    CHECK_FALSE(subscription.when_caught_up(20ms));
    CHECK_FALSE(subscription.wait(20ms));
    CHECK(subscription.position() == annals::Position{});
    is_done.set_value();
    CHECK(subscription.when_caught_up(30s));
    CHECK(subscription.position() == store.head());
}

} // namespace

TEST_CASE("What its function throws ends a subscription, for all to see", "[concurrency]") {
    check_failing_handler<projections::SqlitePlace>();
}
TEST_CASE("postgres: what its function throws ends a subscription, for all to see") {
    check_failing_handler<projections::PostgresPlace>();
}

TEST_CASE("A subscription's function can stop it", "[concurrency]") {
    check_stop_in_handler<projections::SqlitePlace>();
}
TEST_CASE("postgres: a subscription's function can stop it") { check_stop_in_handler<projections::PostgresPlace>(); }

TEST_CASE("Any thread can stop a subscription", "[concurrency]") { check_stop_elsewhere<projections::SqlitePlace>(); }
TEST_CASE("postgres: any thread can stop a subscription") { check_stop_elsewhere<projections::PostgresPlace>(); }

TEST_CASE("A feed or subscription that waits can be told to end", "[concurrency]") {
    check_sleepers<projections::SqlitePlace>();
}
TEST_CASE("postgres: a feed or subscription that waits can be told to end") {
    check_sleepers<projections::PostgresPlace>();
}

TEST_CASE("Who waits for a subscription does not wait longer than told", "[concurrency]") {
    check_busy_handler<projections::SqlitePlace>();
}
TEST_CASE("postgres: who waits for a subscription does not wait longer than told") {
    check_busy_handler<projections::PostgresPlace>();
}
