// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/claims.hpp>
#include <tests/reliability/postgres/support/killer.hpp>
#include <tests/reliability/postgres/support/load.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

// The server is killed, or only sessions of it, while appends are under way.

namespace {

using namespace reliability;
using std::chrono::milliseconds;

constexpr std::size_t writers = 4;

/// It answers COMMIT before anything is on the disk, unless a session asks for more.
class HastyServer : public annals_tests::Server {
public:
    HastyServer() : Server{"synchronous_commit = off", "wal_writer_delay = 10s"} {}
};

} // namespace

TEST_CASE(
    "postgres: an acknowledged append survives the kill of the server, and the store the restart",
    "[postgres][server_killed]"
) {
    HastyServer server;
    TestSchema const schema{server.conninfo()};
    Load load{schema.store(), writers};
    int const cycles = scaled(20);
    for (int cycle = 0; cycle < cycles; ++cycle) {
        load.wait_for(1);
        std::this_thread::sleep_for(milliseconds{20 + cycle * 7 % 100});
        server.kill_hard();
        server.start();
    }
    load.wait_for(100);
    int const failures = load.failures();
    Claims const claims = load.stop();
    check_claims(claims, schema.rows());
    std::cout << "server killed: " << cycles << " times, " << claims.all.size()
              << " acknowledged events, none lost; in fewer than " << 300.0 / cycles << " % of kills; " << failures
              << " calls repeated (95 % confidence)\n";
}

TEST_CASE(
    "postgres: under the weak default of a server its kill takes what was acknowledged", "[postgres][server_killed]"
) {
    HastyServer server;
    TestSchema const schema{server.conninfo()};
    int lost = 0;
    // Mostly one is enough.
    for (int cycle = 0; cycle < 10 && lost == 0; ++cycle) {
        std::atomic<int> acknowledged{std::stoi(schema.session().run(schema.sql("SELECT count(*) FROM @.events")))};
        auto writer = std::async(std::launch::async, [&] {
            Session session = schema.session();
            try {
                while (true) {
                    session.run(schema.sql(
                        "INSERT INTO @.events SELECT nextval('@.events_position'), gen_random_uuid(), 'Ledger', '0', "
                        "1 + coalesce(max(version), 0), 'Written', 1, '{}', '{}', now(), 0 FROM @.events"
                    ));
                    ++acknowledged;
                }
            } catch (std::runtime_error const&) {
                // The server is dead.
            }
        });
        std::this_thread::sleep_for(milliseconds{100});
        server.kill_hard();
        writer.get();
        server.start();
        lost += acknowledged - std::stoi(schema.session().run(schema.sql("SELECT count(*) FROM @.events")));
    }
    CHECK(lost > 0);
    std::cout << "server killed: " << lost << " acknowledged rows lost with synchronous_commit = off\n";
}

TEST_CASE(
    "postgres: what is appended after the kill of the server lies behind the head from before",
    "[postgres][server_killed]"
) {
    HastyServer server;
    TestSchema const schema{server.conninfo()};
    annals::PostgresEventStore store = schema.store();
    store.append(ledger(0), annals::ExpectedVersion::any(), new_events(1));
    // As an append of many events does that is refused. A sequence notes on the disk how far it has gone, but without a
    // commit nobody waits for that.
    schema.session().run(
        schema.sql("BEGIN; SELECT count(nextval('@.events_position')) FROM generate_series(1, 100); ROLLBACK")
    );
    annals::Position const head = store.head();
    server.kill_hard();
    server.start();
    auto const result = store.append(ledger(0), annals::ExpectedVersion::any(), new_events(1));
    CHECK(result.position.first() > head.first());
}

TEST_CASE("postgres: the kill of single sessions fails no append", "[postgres][server_killed]") {
    TestSchema const schema;
    Load load{schema.store("application_name=victim_" + schema.options().schema.substr(0, 20)), writers};
    int kills = 0;
    {
        Killer const killer{schema, "victim_" + schema.options().schema.substr(0, 20), milliseconds{5}};
        load.wait_for(scaled(1'000));
        kills = killer.kills();
    }
    CHECK(load.failures() == 0);
    Claims const claims = load.stop();
    check_claims(claims, schema.rows());
    CHECK(kills > 0);
    std::cout << "sessions killed: " << kills << ", no append failed\n";
}
