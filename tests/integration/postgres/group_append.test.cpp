// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/integration/support/threaded_append.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// Threads that append at once, and are more than there are connections, append together; each learns what became of its
// own append.

namespace {

using namespace annals;
using namespace integration::postgres;
using namespace std::chrono_literals;
using integration::append_to;
using integration::is_stored;
using integration::new_events;
using Append = integration::ThreadedAppend;

Options connections(std::size_t count) {
    Options options;
    options.pool_size = count;
    return options;
}

/// Holds the lock of a stream, so that who appends to it has to wait.
class HeldStream {
public:
    HeldStream(TestSchema const& schema, PostgresEventStore const& store, StreamName const& stream)
        : session_{schema.conninfo}, key_{std::to_string(store.database()->locks().stream(stream))} {
        session_.run("BEGIN; SELECT pg_advisory_xact_lock(" + key_ + ")");
    }
    /// Returns when so many sessions wait for it.
    void wait_for(std::string const& count) {
        while (session_.run(
                   "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND "
                   "((classid::int8 << 32) | objid::int8) = " +
                   key_
               ) < count) {
            std::this_thread::sleep_for(1ms);
        }
    }
    void release() { session_.run("ROLLBACK"); }

private:
    Session session_;
    std::string key_;
};

/// A store whose one connection can be kept busy, so that appends line up.
class Line {
public:
    /// Runs them at once. @param meanwhile  called when they stand in the line
    void run(std::vector<Append>& appends, std::function<void()> const& meanwhile = [] {}) {
        Append first = append_to("first-" + std::to_string(++rounds_));
        HeldStream held{schema_, store_, first.stream};
        std::vector<std::thread> threads;
        threads.emplace_back([&] { first.run(store_); });
        held.wait_for("1");
        for (Append& append : appends) {
            threads.emplace_back([&] { append.run(store_); });
        }
        std::this_thread::sleep_for(100ms); // if one of them is late it appends by itself, and the test shows less
        meanwhile();
        held.release();
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK(first.result);
    }

    [[nodiscard]] PostgresEventStore& store() { return store_; }
    [[nodiscard]] TestSchema& schema() { return schema_; }

private:
    TestSchema schema_{connections(1)};
    PostgresEventStore store_ = schema_.open();
    int rounds_ = 0;
};

std::string transactions(TestSchema const& schema) {
    return schema.run("SELECT count(DISTINCT xmin::text) FROM @.events");
}

} // namespace

TEST_CASE("postgres: appends of more threads than connections share a commit", "[postgres][concurrency]") {
    Line line;
    bool has_shared = false;
    for (int round = 0; round < 10 && !has_shared; ++round) {
        std::vector<Append> appends;
        for (std::size_t i = 0; i < 8; ++i) {
            appends.push_back(append_to(std::to_string(round) + "-" + std::to_string(i), i + 1U));
        }
        int const before = std::stoi(transactions(line.schema()));
        line.run(appends);
        has_shared = std::stoi(transactions(line.schema())) - before == 2; // of the first, and of all others
        for (Append const& append : appends) {
            REQUIRE(append.result);
            CHECK(is_stored(line.store(), append));
            AppendResult last;
            for (auto const& event : line.store().get_events(append.stream)) {
                last = {event.version, event.position};
            }
            CHECK(append.result->version == last.version);
            CHECK(append.result->position == last.position);
            CHECK_FALSE(append.result->already_appended);
        }
    }
    CHECK(has_shared);
}

TEST_CASE("postgres: each of those who append together has an outcome of its own", "[postgres][concurrency]") {
    Line line;
    PostgresEventStore& store = line.store();
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

    CHECK(is_stored(store, appends[0]));
    CHECK(appends[0].result);
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
    CHECK(log_of(store).size() == 7); // a, the first in the line, three of b, f, g
}

TEST_CASE("postgres: a stream that is held up does not hold up those who append with it", "[postgres][concurrency]") {
    Options options = connections(2);
    options.deadline = 5s;
    options.lock_timeout = 20s; // of a group that waited as long as one alone does, nobody would be in time
    TestSchema const schema{options};
    PostgresEventStore store = schema.open();
    std::vector<Append> first{append_to("first"), append_to("second")};
    std::vector<Append> appends;
    for (int i = 0; i < 8; ++i) {
        appends.push_back(append_to(std::to_string(i)));
    }
    HeldStream first_held{schema, store, first[0].stream};
    HeldStream second_held{schema, store, first[1].stream};
    HeldStream held{schema, store, appends[3].stream};
    std::vector<std::thread> threads;
    for (Append& append : first) {
        threads.emplace_back([&] { append.run(store); });
    }
    first_held.wait_for("1");
    second_held.wait_for("1");
    for (Append& append : appends) {
        threads.emplace_back([&] { append.run(store); });
    }
    std::this_thread::sleep_for(100ms);
    first_held.release();
    second_held.release();
    std::thread held_up = std::move(threads[5]);
    threads.erase(threads.begin() + 5);
    for (std::thread& thread : threads) {
        thread.join();
    }
    held.release();
    held_up.join();
    for (Append const& append : appends) {
        CHECK(append.result);
        CHECK(is_stored(store, append));
    }
}

TEST_CASE(
    "postgres: who waits too long for a connection is told so, and its events are not stored later",
    "[postgres][concurrency]"
) {
    Options options = connections(1);
    options.deadline = 200ms;
    TestSchema const schema{options};
    PostgresEventStore store = schema.open();
    std::vector<Append> appends{append_to("a"), append_to("b"), append_to("c"), append_to("d")};
    store.transact([&](postgres::Transaction&) {
        std::vector<std::thread> threads;
        for (Append& append : appends) {
            threads.emplace_back([&] { append.run(store); });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    });
    append_some(store, "z");
    for (Append const& append : appends) {
        CHECK(append.has_thrown<DeadlineExceeded>());
        CHECK(store.stream_version(append.stream) == Version{});
    }
    CHECK(log_of(store).size() == 1);
}
