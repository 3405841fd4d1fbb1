// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/every_call.hpp>
#include <tests/reliability/support/processes.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// The connections of a store: whole, in turn, never too many, and made anew when they are gone.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;
using annals::postgres::detail::Deadline;

/// A store whose sessions can be told from those of others.
struct NamedStore {
    explicit NamedStore(Options options) : schema{std::move(options)} {}

    [[nodiscard]] std::string sessions(std::string const& what) const {
        return Session{schema.conninfo}.run(
            "SELECT " + what + " FROM pg_stat_activity WHERE application_name = '" + schema.options.schema + "'"
        );
    }

    TestSchema schema;
    PostgresEventStore store{schema.conninfo + " application_name=" + schema.options.schema, schema.options};
};

/// The server's process behind the connection that the next call gets.
int backend_of(PostgresEventStore const& store) {
    return store.database()->once([](auto& connection, auto const&) { return PQbackendPID(connection.link().get()); });
}

void run(PGconn* connection, char const* sql) { PQclear(PQexec(connection, sql)); }

struct Dirt {
    char const* name;
    void (*make)(PGconn*);
};

constexpr Dirt dirts[] = {
    {"in a transaction", [](PGconn* connection) { run(connection, "BEGIN"); }},
    {"in a failed transaction", [](PGconn* connection) { run(connection, "BEGIN; SELECT 1 / 0"); }},
    {"with an answer that nobody has read", [](PGconn* connection) { PQsendQuery(connection, "SELECT 1"); }},
    {"with a notification that nobody has read",
     [](PGconn* connection) {
         run(connection, "LISTEN theirs");
         Session{annals_tests::shared_conninfo()}.run("NOTIFY theirs");
         while (PQconsumeInput(connection) == 1 && PQisBusy(connection) == 0) {
             // Not yet there: the server sends it when it pleases.
             PGnotify* const notification = PQnotifies(connection);
             PQfreemem(notification);
             if (notification != nullptr) {
                 Session{annals_tests::shared_conninfo()}.run("NOTIFY theirs");
                 std::this_thread::sleep_for(100ms);
                 return;
             }
             std::this_thread::sleep_for(1ms);
         }
     }},
    {"in the pipeline mode", [](PGconn* connection) { PQenterPipelineMode(connection); }},
    {"in a COPY", [](PGconn* connection) { run(connection, "COPY pg_catalog.pg_class TO STDOUT"); }},
    {"killed",
     [](PGconn* connection) {
         Session{annals_tests::shared_conninfo()}.run(
             "SELECT pg_terminate_backend(" + std::to_string(PQbackendPID(connection)) + ", 5000)"
         );
     }},
};

} // namespace

TEST_CASE("postgres: a connection that is not as it was is not given out again", "[postgres][pool]") {
    for (Dirt const& dirt : dirts) {
        CAPTURE(dirt.name);
        NamedStore named{{.pool_size = 1}};
        append_some(named.store, "a");
        int const before = backend_of(named.store);
        CHECK(backend_of(named.store) == before); // a clean one is
        named.store.database()->once([&](auto& connection, auto const&) {
            dirt.make(connection.link().get());
            return 0;
        });
        CHECK(backend_of(named.store) != before);
        CHECK_NOTHROW(append_some(named.store, "a"));
        CHECK(log_of(named.store).size() == 2);
    }
}

TEST_CASE("postgres: a connection is given back when its user throws", "[postgres][pool]") {
    NamedStore named{{.pool_size = 1, .deadline = 500ms}};
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS_AS(
            named.store.database()->once([](auto&, auto const&) -> int { throw std::domain_error{"theirs"}; }),
            std::domain_error
        );
        CHECK_THROWS_AS(
            named.store.append(stream_of("a"), ExpectedVersion::stream_exists(), some_events(1)),
            annals::ConcurrencyError
        );
    }
    CHECK_NOTHROW(append_some(named.store, "a"));
}

TEST_CASE("postgres: an old connection is replaced", "[postgres][pool]") {
    NamedStore const young{{.pool_size = 1, .connection_age = std::chrono::seconds{3'600}}};
    CHECK(backend_of(young.store) == backend_of(young.store));
    NamedStore const old{{.pool_size = 1, .connection_age = std::chrono::seconds{0}}};
    CHECK(backend_of(old.store) != backend_of(old.store));
}

TEST_CASE("postgres: a store goes on after a restart of its server", "[postgres][pool]") {
    Server server;
    PostgresEventStore store{server.conninfo(), {.deadline = 30s}};
    append_some(store, "a");
    for (std::string const mode : {"fast", "immediate"}) {
        server.stop(mode);
        std::thread starting{[&] {
            std::this_thread::sleep_for(100ms);
            server.start();
        }};
        // Waits until it is there again.
        CHECK_FALSE(append_some(store, "a").already_appended);
        starting.join();
    }
    server.kill_hard();
    server.start();
    CHECK(log_of(store).size() == 3);
    CHECK(append_some(store, "a").version == annals::Version{4});
}

TEST_CASE("postgres: who waits longest for a connection gets it first", "[postgres][pool][concurrency]") {
    TestSchema const schema{{.pool_size = 1, .deadline = 60s}};
    annals::postgres::detail::Pool pool{schema.conninfo, schema.options};
    constexpr int waiters = 8;
    std::mutex guard;
    std::vector<int> order;
    std::vector<std::thread> threads;
    {
        auto const held = pool.borrow(Deadline{60s});
        for (int i = 0; i < waiters; ++i) {
            threads.emplace_back([&, i] {
                auto const mine = pool.borrow(Deadline{60s});
                std::lock_guard const lock{guard};
                order.push_back(i);
            });
            // No way to see it wait from outside; if this is too short, the test still passes most of the time.
            std::this_thread::sleep_for(50ms);
        }
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(order == std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("postgres: many threads share few connections", "[postgres][pool][concurrency]") {
    constexpr int threads = 16;
    constexpr int appends = 10;
    NamedStore named{{.pool_size = 2, .deadline = 60s}};
    std::atomic<bool> is_over = false;
    std::int64_t most = 0;
    std::thread watching{[&] {
        Session watch{named.schema.conninfo};
        while (!is_over) {
            std::int64_t const now = std::stoll(watch.run(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + named.schema.options.schema + "'"
            ));
            most = now > most ? now : most;
            std::this_thread::sleep_for(1ms);
        }
    }};
    std::atomic<int> failures = 0;
    std::vector<std::thread> users;
    for (int i = 0; i < threads; ++i) {
        users.emplace_back([&, i] {
            for (int n = 0; n < appends; ++n) {
                failures += message_of([&] { append_some(named.store, std::to_string(i)); }).empty() ? 0 : 1;
            }
        });
    }
    for (auto& user : users) {
        user.join();
    }
    is_over = true;
    watching.join();
    CHECK(failures == 0);
    CHECK(most == 2);
    CHECK(log_of(named.store).size() == threads * appends);
}

TEST_CASE("postgres: a forked process cannot use the store of its parent", "[postgres][pool]") {
    NamedStore named{{.pool_size = 1}};
    append_some(named.store, "a");
    int const before = backend_of(named.store);
    reliability::Process child{[&] {
        for (BlockingCall const& call : every_call()) {
            try {
                call.run(named.store);
                throw std::runtime_error{call.name + " worked"};
            } catch (annals::UsageError const&) {
            }
        }
        // It may open one of its own, and its end must not end the parent's sessions.
        auto own = named.schema.open();
        append_some(own, "b");
        named.store = own;
    }};
    CHECK(child.wait());
    CHECK(backend_of(named.store) == before);
    CHECK_NOTHROW(append_some(named.store, "a"));
    CHECK(log_of(named.store).size() == 3);
}

TEST_CASE("postgres: a pool without connections is refused", "[postgres][pool]") {
    CHECK_THROWS_AS((TestSchema{{.pool_size = 0}}.open()), annals::InvalidInput);
}
