// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

// What happens while somebody else holds the file.

namespace {

using namespace integration;
using namespace std::chrono_literals;
using annals::SqliteEventStore;
using reliability::RawDatabase;
using reliability::TempDirectory;
using std::chrono::steady_clock;

/// Runs `work`, which must be refused as busy. @returns how long that took
template <class Work>
steady_clock::duration time_to_be_refused(Work&& work) {
    auto const begin = steady_clock::now();
    try {
        work();
        FAIL_CHECK("was not refused");
    } catch (annals::StoreError const& error) {
        CHECK(error.is_transient());
    }
    return steady_clock::now() - begin;
}

} // namespace

TEST_CASE("A writer gives up when the time for waiting is over", "[sqlite][contention]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {{}, 300ms}};
    append_additions(store, "a", 1);
    RawDatabase const rival{path};
    rival.run("BEGIN IMMEDIATE");

    auto const took = time_to_be_refused([&] { append_additions(store, "a", 1); });
    CHECK(took >= 300ms);
    CHECK(took < 1'300ms);
    CHECK(time_to_be_refused([&] { store.transact([](annals::sqlite::Transaction&) {}); }) >= 300ms);
    // Readers are not held up.
    CHECK(count(store.get_all_events()) == 1);

    rival.run("COMMIT");
    append_additions(store, "a", 1);
    CHECK(count(store.get_all_events()) == 2);
}

TEST_CASE("A writer gets its turn when the lock is released in time", "[sqlite][contention]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {{}, 5s}};
    std::optional<RawDatabase> rival{std::in_place, path};
    rival->run("BEGIN IMMEDIATE");
    std::thread releases{[&] {
        std::this_thread::sleep_for(200ms);
        rival.reset();
    }};
    auto const begin = steady_clock::now();
    CHECK_NOTHROW(append_additions(store, "a", 1));
    CHECK(steady_clock::now() - begin >= 150ms);
    releases.join();
}

TEST_CASE("Without a time for waiting a busy file is refused at once", "[sqlite][contention]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {{}, 0ms}};
    RawDatabase const rival{path};
    rival.run("BEGIN IMMEDIATE");
    CHECK(time_to_be_refused([&] { append_additions(store, "a", 1); }) < 100ms);
}

TEST_CASE("The longest time for waiting there is means for ever", "[sqlite][contention]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {{}, std::chrono::milliseconds::max()}};
    std::optional<RawDatabase> rival{std::in_place, path};
    rival->run("BEGIN IMMEDIATE");
    std::thread releases{[&] {
        std::this_thread::sleep_for(100ms);
        rival.reset();
    }};
    CHECK_NOTHROW(append_additions(store, "a", 1));
    releases.join();
}

TEST_CASE("Opening gives up when the time for waiting is over", "[sqlite][contention]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    RawDatabase const rival{path};
    rival.run("PRAGMA locking_mode=EXCLUSIVE; CREATE TABLE t (n INTEGER); BEGIN EXCLUSIVE");
    CHECK(time_to_be_refused([&] { SqliteEventStore{path, {{}, 200ms}}; }) < 1'200ms);
}

TEST_CASE("A thread gives up waiting for another thread as well", "[sqlite][contention][concurrency]") {
    TempDirectory const directory;
    for (std::string const& path : {directory.file("events.db"), std::string{":memory:"}}) {
        SqliteEventStore store{path, {{}, 200ms}};
        std::atomic<bool> has_begun{false};
        std::atomic<bool> may_end{false};
        std::thread slow{[&] {
            store.transact([&](annals::sqlite::Transaction&) {
                has_begun = true;
                while (!may_end) {
                    std::this_thread::sleep_for(1ms);
                }
            });
        }};
        while (!has_begun) {
            std::this_thread::sleep_for(1ms);
        }
        auto const took = time_to_be_refused([&] { append_additions(store, "a", 1); });
        CHECK(took >= 200ms);
        CHECK(took < 1'200ms);
        may_end = true;
        slow.join();
        append_additions(store, "a", 1);
        CHECK(count(store.get_all_events()) == 1);
    }
}

TEST_CASE("A slow reader does not stop the log from being emptied", "[sqlite][contention]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    append_additions(store, "a", 2'000);
    auto slow = store.get_all_events();
    auto at = slow.begin();
    for (int i = 0; i < 10; ++i) {
        append_additions(store, "a", 2'000);
    }
    store.transact([](annals::sqlite::Transaction&) {});
    // 20,000 events are some 5 MB; without being emptied the log would hold all of them.
    RawDatabase const raw{path};
    CHECK(raw.text("PRAGMA wal_checkpoint(TRUNCATE)") == "0");
    CHECK(at->version.value() == 1);
}
