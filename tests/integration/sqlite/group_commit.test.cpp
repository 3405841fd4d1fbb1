// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/gated_disk.hpp>
#include <tests/integration/support/threaded_append.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <string>
#include <thread>
#include <vector>

// Threads that append at once commit together, and each learns what became of its own append.

namespace {

using namespace annals;
using namespace std::chrono_literals;
using integration::append_to;
using integration::GatedDisk;
using integration::is_stored;
using integration::new_events;
using Append = integration::ThreadedAppend;

/// A store whose appends can be made to line up behind one that waits for the disk.
class Line {
public:
    /// Runs them at once. @param meanwhile  called when they stand in the line
    void run(std::vector<Append>& appends, std::function<void()> const& meanwhile = [] {}) {
        disk_.close();
        Append first = append_to("first-" + std::to_string(++rounds_));
        std::vector<std::thread> threads;
        threads.emplace_back([&] { first.run(store_); });
        disk_.wait_for_a_sync();
        for (Append& append : appends) {
            threads.emplace_back([&] { append.run(store_); });
        }
        std::this_thread::sleep_for(100ms); // if one of them is late it commits by itself, and the test shows less
        meanwhile();
        disk_.open();
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK(first.result);
    }

    [[nodiscard]] SqliteEventStore& store() { return store_; }
    [[nodiscard]] GatedDisk& disk() { return disk_; }

private:
    reliability::TempDirectory directory_;
    GatedDisk disk_;
    SqliteEventStore store_{directory_.file("events.db")};
    int rounds_ = 0;
};

} // namespace

TEST_CASE("Appends of several threads share one sync of the disk", "[concurrency]") {
    Line line;
    line.store().append({"Note", "alone"}, ExpectedVersion::no_stream(), new_events(1));
    int const before = line.disk().syncs();
    line.store().append({"Note", "alone"}, ExpectedVersion::any(), new_events(1));
    int const one = line.disk().syncs() - before;
    REQUIRE(one > 0);

    bool has_shared = false;
    for (int round = 0; round < 10 && !has_shared; ++round) {
        std::vector<Append> appends;
        for (int i = 0; i < 8; ++i) {
            appends.push_back(append_to(std::to_string(round) + "-" + std::to_string(i), 2));
        }
        int const until_then = line.disk().syncs();
        line.run(appends);
        has_shared = line.disk().syncs() - until_then == 2 * one; // of the first, and of all others
        for (Append const& append : appends) {
            CHECK(is_stored(line.store(), append));
            CHECK(append.result->version == Version{2});
        }
    }
    CHECK(has_shared);
    CHECK_NOTHROW(line.store().verify());
}

TEST_CASE("Each of those who commit together has an outcome of its own", "[concurrency]") {
    Line line;
    SqliteEventStore& store = line.store();
    Append before = append_to("a");
    before.run(store);

    Append repeated = before;
    repeated.result.reset();
    Append stolen = append_to("c"); // its first event could be stored, its second is another's
    stolen.events.push_back(before.events.front());
    std::vector<Append> appends{
        append_to("b", 3), append_to("a"), repeated, stolen, append_to("f"), append_to("f"), append_to("g")
    };
    line.run(appends);

    CHECK(appends[0].result);
    CHECK(is_stored(store, appends[0]));
    CHECK(appends[1].has_thrown<ConcurrencyError>());
    CHECK(is_stored(store, before));
    CHECK(appends[2].result->already_appended);
    CHECK(appends[2].result->position == before.result->position);
    CHECK(appends[3].has_thrown<IdempotencyMismatch>());
    CHECK(store.stream_version({"Note", "c"}) == Version{});
    CHECK(appends[4].result.has_value() != appends[5].result.has_value());
    CHECK((appends[4].has_thrown<ConcurrencyError>() || appends[5].has_thrown<ConcurrencyError>()));
    CHECK(is_stored(store, appends[4].result ? appends[4] : appends[5]));
    CHECK(is_stored(store, appends[6]));
    CHECK(store.head() == Position{7}); // a, the first in the line, three of b, f, g
    CHECK_NOTHROW(store.verify());
}

TEST_CASE("A commit of several appends that fails is unknown to each, for its own events", "[concurrency]") {
    Line line;
    SqliteEventStore& store = line.store();
    Append before = append_to("a");
    before.run(store);
    std::vector<Append> appends{append_to("a"), append_to("b", 2), append_to("a"), append_to("c", 3), append_to("a")};
    line.run(appends, [&] { line.disk().fail_next_sync(); });
    int unknown = 0;
    for (Append& append : appends) {
        if (append.stream.aggregate_id() == "a") {
            CHECK(append.has_thrown<ConcurrencyError>());
        } else if (append.has_thrown<AppendOutcomeUnknown>()) {
            ++unknown;
            try {
                std::rethrow_exception(append.error);
            } catch (AppendOutcomeUnknown const& error) {
                CHECK(error.event_ids().size() == append.events.size());
                CHECK(error.event_ids().front() == append.events.front().event_id);
            }
        } else {
            CHECK(append.result); // came late, and committed by itself
        }
        if (append.stream.aggregate_id() != "a") {
            append.run(store); // the same events again
            CHECK(is_stored(store, append));
        }
    }
    CHECK(unknown > 0);
    CHECK_NOTHROW(store.verify());
}

TEST_CASE("Those who commit together with one that breaks the transaction go on without it", "[concurrency]") {
    Line line;
    std::vector<Append> appends{append_to("a"), append_to("b", 12, 900'000), append_to("c")};
    line.run(appends, [&] { line.disk().fail_next_write(); }); // while what does not fit into the cache is written
    for (Append& append : appends) {
        if (!append.result) {
            CHECK((append.has_thrown<StoreError>() || append.has_thrown<AppendOutcomeUnknown>()));
            append.run(line.store());
        }
        CHECK(is_stored(line.store(), append));
    }
    CHECK_NOTHROW(line.store().verify());
}

TEST_CASE("Who waits too long for other threads is told so, and its events are not stored later", "[concurrency]") {
    reliability::TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db"), {sqlite::Durability::power_loss_safe, 50ms}};
    std::vector<Append> appends{append_to("a"), append_to("b"), append_to("c"), append_to("d")};
    std::atomic<bool> is_begun = false;
    std::atomic<bool> is_over = false;
    std::thread holder{[&] {
        store.transact([&](sqlite::Transaction&) {
            is_begun = true;
            while (!is_over) {
                std::this_thread::sleep_for(1ms);
            }
        });
    }};
    while (!is_begun) {
        std::this_thread::sleep_for(1ms);
    }
    std::vector<std::thread> threads;
    for (Append& append : appends) {
        threads.emplace_back([&] { append.run(store); });
    }
    for (std::thread& thread : threads) {
        thread.join(); // though the other one still writes
    }
    is_over = true;
    holder.join();
    store.append({"Note", "z"}, ExpectedVersion::no_stream(), new_events(1));
    for (Append const& append : appends) {
        CHECK(append.has_thrown<StoreError>());
        CHECK(store.stream_version(append.stream) == Version{});
    }
    CHECK(store.head() == Position{1});
}
