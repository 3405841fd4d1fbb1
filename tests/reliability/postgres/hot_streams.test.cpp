// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/claims.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// Many writers want the same streams at once.

namespace {

using namespace reliability;
using annals::ExpectedVersion;
using annals::PostgresEventStore;
using annals::Version;

constexpr std::size_t writers = 16;

/// A database of the shared server for one test, so that the server's statistics are of this test alone.
class TestDatabase {
public:
    TestDatabase() {
        Session session{annals_tests::shared_conninfo()};
        session.run("CREATE DATABASE " + name_);
        // Otherwise each deadlock would stand for a second.
        session.run("ALTER DATABASE " + name_ + " SET deadlock_timeout = '20ms'");
    }
    TestDatabase(TestDatabase const&) = delete;
    TestDatabase& operator=(TestDatabase const&) = delete;
    ~TestDatabase() { Session{annals_tests::shared_conninfo()}.run("DROP DATABASE " + name_ + " WITH (FORCE)"); }

    [[nodiscard]] std::string conninfo() const { return annals_tests::shared_conninfo() + " dbname=" + name_; }

    /// How many deadlocks the server has broken in it.
    [[nodiscard]] int deadlocks() const {
        Session session{annals_tests::shared_conninfo()};
        while (session.run("SELECT count(*) FROM pg_stat_activity WHERE datname = '" + name_ + "'") != "0") {
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
        }
        return deadlocks_so_far(session);
    }
    /// As far as its sessions have reported them, which they do when they end, and now and then.
    [[nodiscard]] int deadlocks_so_far(Session& session) const {
        return std::stoi(session.run("SELECT deadlocks FROM pg_stat_database WHERE datname = '" + name_ + "'"));
    }

private:
    std::string name_ = annals_tests::unique_schema();
};

/// Runs `work(0)`, `work(1)`, ... in a thread each, and waits for all.
template <class Work>
void run_at_once(std::size_t threads, Work work) {
    std::vector<std::future<void>> running;
    for (std::size_t i = 0; i < threads; ++i) {
        running.push_back(std::async(std::launch::async, work, i));
    }
    for (auto& thread : running) {
        thread.get();
    }
}

/// Appends with one of the four kinds of expected version after the other.
Claims contend(PostgresEventStore store, std::size_t writer, std::size_t streams, int appends) {
    Claims claims;
    std::mt19937 dice{static_cast<unsigned>(writer)};
    for (int i = 0; i < appends; ++i) {
        std::size_t const stream = dice() % streams;
        Events const events = new_events(1 + dice() % 3);
        ExpectedVersion const kinds[] = {
            ExpectedVersion::exactly(store.stream_version(ledger(stream))),
            ExpectedVersion::any(),
            ExpectedVersion::stream_exists(),
            ExpectedVersion::no_stream()
        };
        // Mostly a version: that is where there can be but one winner.
        ExpectedVersion const expected = kinds[i == 0 ? 3 : std::min<std::size_t>(dice() % 8, 4) % 4];
        try {
            claims.add(stream, events, store.append(ledger(stream), expected, events).version);
        } catch (annals::ConcurrencyError const&) {
            ++claims.conflicts;
        }
    }
    return claims;
}

/// Broken: reads the version and writes the next one without the stream's lock.
Claims contend_without_lock(TestSchema const& schema, int appends) {
    Claims claims;
    Session session = schema.session();
    for (int i = 0; i < appends; ++i) {
        Events const events = new_events(1);
        std::string const id = annals::to_text(events[0].event_id);
        try {
            session.run("BEGIN");
            std::string const version =
                session.run(schema.sql("SELECT coalesce(max(version), 0) + 1 FROM @.events WHERE aggregate_id = '0'"));
            session.run(schema.sql(
                "INSERT INTO @.events SELECT nextval('@.events_position'), '" + id + "', 'Ledger', '0', " + version +
                ", 'Written', 1, '{}', '{}', now(), 0"
            ));
            session.run("COMMIT");
            claims.add(0, events, Version{std::stoll(version)});
        } catch (std::runtime_error const& error) {
            claims.conflicts += std::string{error.what()}.find("events_stream_key") != std::string::npos ? 1U : 0U;
            session.run("ROLLBACK");
        }
    }
    return claims;
}

} // namespace

TEST_CASE(
    "postgres: of sixteen writers of a hot stream exactly one wins each version", "[postgres][hot_streams][concurrency]"
) {
    std::size_t const streams = GENERATE(std::size_t{1}, std::size_t{4});
    TestSchema schema;
    schema.options().pool_size = writers;
    PostgresEventStore const store = schema.store();
    std::vector<Claims> claims(writers);
    run_at_once(writers, [&](std::size_t writer) { claims[writer] = contend(store, writer, streams, scaled(150)); });

    Claims all;
    for (Claims const& of_one : claims) {
        all.add(of_one);
    }
    ClaimFindings const findings = compare(all, schema.rows());
    CHECK(findings.lost == 0);
    CHECK(findings.contested == 0);
    CHECK(findings.unclaimed == 0);
    CHECK(findings.disordered == 0);
    CHECK(all.conflicts > 0);
    std::cout << "hot streams: " << streams << " of " << writers << " writers, " << all.all.size() << " events, "
              << all.conflicts << " refused\n";
}

TEST_CASE("postgres: without the stream's lock writers meet in the unique constraint", "[postgres][hot_streams]") {
    TestSchema schema;
    std::vector<Claims> claims(writers);
    run_at_once(writers, [&](std::size_t writer) { claims[writer] = contend_without_lock(schema, 20); });
    Claims all;
    for (Claims const& of_one : claims) {
        all.add(of_one);
    }
    CHECK(all.conflicts > 0);
}

TEST_CASE(
    "postgres: appends to several streams in any order do not wait for each other for ever",
    "[postgres][hot_streams][concurrency]"
) {
    TestDatabase const database;
    constexpr std::size_t streams = 8;
    int const appends = scaled(2'000);
    Claims all;
    ClaimFindings findings;
    {
        TestSchema schema{database.conninfo()};
        schema.options().pool_size = writers;
        PostgresEventStore const store = schema.store();
        std::vector<Claims> claims(writers);
        std::atomic<int> made{0};
        run_at_once(writers, [&](std::size_t writer) {
            PostgresEventStore handle = store;
            std::mt19937 dice{static_cast<unsigned>(writer)};
            std::vector<std::size_t> order{0, 1, 2, 3, 4, 5, 6, 7};
            Session watcher{annals_tests::shared_conninfo()};
            while (made++ < appends && database.deadlocks_so_far(watcher) == 0) {
                std::shuffle(order.begin(), order.end(), dice);
                Events const events = new_events(4);
                std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
                for (std::size_t part = 0; part < 4; ++part) {
                    commit.push_back({ledger(order[part]), ExpectedVersion::any(), std::span{events}.subspan(part, 1)});
                }
                auto const results = handle.append(commit);
                for (std::size_t part = 0; part < 4; ++part) {
                    claims[writer].add(order[part], {events[part]}, results[part].version);
                }
            }
        });
        for (Claims const& of_one : claims) {
            all.add(of_one);
        }
        findings = compare(all, schema.rows());
    }
    CHECK(all.all.size() == static_cast<std::size_t>(appends) * 4);
    CHECK(findings.lost == 0);
    CHECK(findings.contested == 0);
    CHECK(findings.unclaimed == 0);
    CHECK(findings.disordered == 0);
    // The store would have retried after one: none must even have happened.
    CHECK(database.deadlocks() == 0);
    std::cout << "deadlocks: 0 in " << appends << " appends to 4 of " << streams << " streams; fewer than "
              << 300.0 / appends << " % (95 % confidence)\n";
}

TEST_CASE("postgres: locks of streams that are taken in the caller's order deadlock", "[postgres][hot_streams]") {
    TestDatabase const database;
    {
        TestSchema const schema{database.conninfo()};
        PostgresEventStore const store = schema.store();
        std::string const locks[] = {
            std::to_string(store.database()->locks().stream(ledger(0))),
            std::to_string(store.database()->locks().stream(ledger(1)))
        };
        std::atomic<int> holding{0};
        std::atomic<int> deadlocks{0};
        run_at_once(2, [&](std::size_t first) {
            Session session = schema.session();
            session.run("BEGIN");
            session.run("SELECT pg_advisory_xact_lock(" + locks[first] + ")");
            for (++holding; holding < 2;) {
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            }
            try {
                session.run("SELECT pg_advisory_xact_lock(" + locks[1 - first] + ")");
            } catch (std::runtime_error const&) {
                ++deadlocks;
            }
        });
        CHECK(deadlocks == 1);
    }
    CHECK(database.deadlocks() == 1);
}
