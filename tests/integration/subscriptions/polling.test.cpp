// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/subscriptions/support/followers.hpp>
#include <tests/reliability/support/processes.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>

// How followers learn of appends that nobody tells them of.

using namespace following;
using namespace std::chrono_literals;
using projections::PostgresPlace;
using projections::SqlitePlace;

namespace {

annals::AppendHint no_hint() { return {}; }

/// Waits its time and hears nothing.
annals::AppendHint deaf_hint() {
    return [](std::chrono::milliseconds time) {
        std::this_thread::sleep_for(time);
        return false;
    };
}

annals::AppendHint broken_hint() {
    return [](std::chrono::milliseconds) -> bool { throw std::runtime_error{"no connection"}; };
}

/// Tells of appends all the time.
annals::AppendHint hasty_hint() {
    return [](std::chrono::milliseconds) {
        std::this_thread::yield();
        return true;
    };
}

template <class Place>
void check_hint(annals::AppendHint (*make_hint)()) {
    Place const place;
    auto store = place.store();
    auto other = place.store();
    Followers followers{store, place.tables(), make_hint};
    for (int i = 0; i < 5; ++i) {
        REQUIRE(followers.get(bank::deposit(other, 3)));
    }
    followers.stop();
    followers.check(place, store);
}

template <class Place>
void check_all_hints() {
    check_hint<Place>(&no_hint);
    check_hint<Place>(&deaf_hint);
    check_hint<Place>(&broken_hint);
    check_hint<Place>(&hasty_hint);
}

template <class Place>
void check_other_process() {
    Place const place;
    reliability::SharedCounters const numbers{2};
    std::atomic<std::int64_t>& wanted = numbers[0];
    std::atomic<std::int64_t>& last = numbers[1]; // where the last append ended
    reliability::Process writer{[&] {
        while (wanted == 0) {
            std::this_thread::sleep_for(1ms);
        }
        auto store = place.store();
        for (std::int64_t done = 0; done < 20;) {
            if (done < wanted) {
                last = bank::deposit(store, 3).position.first();
                ++done;
            }
            std::this_thread::sleep_for(1ms);
        }
    }};
    auto store = place.store();
    Followers followers{store, place.tables(), &no_hint};
    for (std::int64_t i = 1; i <= 20; ++i) {
        std::int64_t const before = last;
        wanted = i;
        REQUIRE(comes_true([&] { return last > before; }));
        REQUIRE(followers.get({annals::Version{}, annals::Position{last}}));
    }
    CHECK(writer.wait());
    followers.stop();
    followers.check(place, store);
}

} // namespace

TEST_CASE("Followers find all events, whatever the hint is worth", "[concurrency]") { check_all_hints<SqlitePlace>(); }
TEST_CASE("postgres: followers find all events, whatever the hint is worth") { check_all_hints<PostgresPlace>(); }

TEST_CASE("Followers find what another process appends") { check_other_process<SqlitePlace>(); }
TEST_CASE("postgres: followers find what another process appends") { check_other_process<PostgresPlace>(); }

TEST_CASE("SQLite's data version tells of appends by other connections, and of nothing else") {
    SqlitePlace const place;
    auto store = place.store();
    auto other = place.store();
    annals::AppendHint const hint = store.append_hint();
    CHECK(hint(1ms)); // what was before is not known
    auto const begun = std::chrono::steady_clock::now();
    CHECK_FALSE(hint(30ms));
    CHECK(std::chrono::steady_clock::now() - begun >= 30ms);
    for (int i = 0; i < 5; ++i) {
        bank::deposit(i % 2 == 0 ? store : other, 1); // its own store writes by another connection
        CHECK(hint(1h));
    }
    CHECK(std::chrono::steady_clock::now() - begun < 60s);
}
