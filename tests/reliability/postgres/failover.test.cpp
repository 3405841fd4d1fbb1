// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/claims.hpp>
#include <tests/reliability/postgres/support/load.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <iostream>
#include <string>
#include <thread>

// A standby takes over, or there is only a server that may not be written to.

namespace {

using namespace reliability;
using annals::ExpectedVersion;
using annals::PostgresEventStore;
using annals_tests::Server;
using std::chrono::milliseconds;

void wait_until(Session& session, std::string const& condition) {
    while (session.run("SELECT " + condition) != "t") {
        std::this_thread::sleep_for(milliseconds{2});
    }
}

/// A primary, and a standby that has all that the primary acknowledges.
class Pair {
public:
    Pair() {
        Session session{primary.conninfo()};
        wait_until(session, "EXISTS (SELECT FROM pg_stat_replication WHERE state = 'streaming')");
        session.run("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
        session.run("SELECT pg_reload_conf()");
        wait_until(session, "EXISTS (SELECT FROM pg_stat_replication WHERE sync_state = 'sync')");
    }

    /// What connects to the one of the two that can be written to.
    [[nodiscard]] std::string conninfo() const {
        return "host=127.0.0.1,127.0.0.1 port=" + port_of(primary) + ',' + port_of(standby) +
               " user=annals dbname=postgres target_session_attrs=read-write";
    }

    Server primary;
    Server standby{Server::StandbyOf{primary}};

private:
    [[nodiscard]] static std::string port_of(Server const& server) {
        Session const session{server.conninfo()};
        return PQport(session.handle());
    }
};

/// An append of one event to `ledger(0)`, in a thread of its own.
std::future<annals::AppendResult> append_aside(PostgresEventStore store, Events const& events) {
    return std::async(std::launch::async, [store, events]() mutable {
        return store.append(ledger(0), ExpectedVersion::no_stream(), events);
    });
}

/// Whether an append waits for the standby now. Waits until it does or `appended` is there.
bool waits_for_standby(Session& session, std::future<annals::AppendResult> const& appended) {
    while (appended.wait_for(milliseconds{2}) != std::future_status::ready) {
        if (session.run("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") != "0") {
            return true;
        }
    }
    return false;
}

constexpr std::size_t writers = 4;

} // namespace

TEST_CASE("postgres: what was acknowledged survives the fail-over to a synchronous standby", "[postgres][failover]") {
    Pair pair;
    TestSchema const schema{pair.conninfo()};
    Load load{schema.store(), writers};
    load.wait_for(scaled(500));
    pair.primary.kill_hard();
    pair.standby.promote();
    load.wait_for(scaled(500));
    int const failures = load.failures();
    Claims const claims = load.stop();
    check_claims(claims, schema.rows());
    std::cout << "fail-over: " << claims.all.size() << " acknowledged events of " << writers << " writers, none lost; "
              << failures << " calls repeated\n";
}

TEST_CASE("postgres: the fail-over to a standby that lags takes what was acknowledged", "[postgres][failover]") {
    Pair pair;
    TestSchema const schema{pair.conninfo()};
    Session primary = schema.session();
    primary.run("ALTER SYSTEM RESET synchronous_standby_names");
    primary.run("SELECT pg_reload_conf()");
    wait_until(primary, "current_setting('synchronous_standby_names') = ''");
    pair.standby.stop();
    Load load{schema.store(), 1};
    load.wait_for(1);
    Claims const claims = load.stop();
    pair.primary.kill_hard();
    pair.standby.start();
    pair.standby.promote();
    CHECK(compare(claims, schema.rows()).lost == claims.all.size());
}

TEST_CASE(
    "postgres: an append that is on the primary alone is not acknowledged, however often it is sent",
    "[postgres][failover]"
) {
    Pair pair;
    TestSchema const schema{pair.conninfo()};
    PostgresEventStore const store = schema.store();
    Session session = schema.session();
    pair.standby.stop();

    SECTION("when the wait for the standby is cancelled") {
        Events const events = new_events(1);
        auto first = append_aside(store, events);
        REQUIRE(waits_for_standby(session, first));
        session.run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        CHECK_THROWS_AS(first.get(), annals::AppendOutcomeUnknown);

        auto second = append_aside(store, events);
        CHECK(waits_for_standby(session, second));
        pair.standby.start();
        CHECK(second.get().already_appended);
    }
    SECTION("when the wait is cancelled, and it is sent again in a transaction") {
        Events const events = new_events(1);
        auto first = append_aside(store, events);
        REQUIRE(waits_for_standby(session, first));
        session.run("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        CHECK_THROWS_AS(first.get(), annals::AppendOutcomeUnknown);

        auto second = std::async(std::launch::async, [handle = store, &events]() mutable {
            return handle.transact([&](annals::postgres::Transaction& transaction) {
                return transaction.append(ledger(0), ExpectedVersion::no_stream(), events);
            });
        });
        CHECK(waits_for_standby(session, second));
        pair.standby.start();
        CHECK(second.get().already_appended);
    }
    SECTION("when the session that waits is ended") {
        auto appended = append_aside(store, new_events(1));
        REQUIRE(waits_for_standby(session, appended));
        std::string const first = session.run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        session.run("SELECT pg_terminate_backend(" + first + ")");
        wait_until(session, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = " + first + ")");
        CHECK(waits_for_standby(session, appended)); // the second try
        pair.standby.start();
        CHECK(appended.get().already_appended);
    }
    SECTION("when the primary is started anew") {
        auto appended = append_aside(store, new_events(1));
        REQUIRE(waits_for_standby(session, appended));
        pair.primary.kill_hard();
        pair.primary.start();
        Session again = schema.session();
        CHECK(waits_for_standby(again, appended)); // the second try
        pair.standby.start();
        CHECK(appended.get().already_appended);
    }
    CHECK(schema.rows().size() == 1);
}

TEST_CASE("postgres: a standby alone is no store", "[postgres][failover]") {
    Pair pair;
    TestSchema schema{pair.primary.conninfo()};
    annals::postgres::Options options = schema.options();
    options.deadline = milliseconds{300};
    try {
        PostgresEventStore const store{pair.standby.conninfo(), options};
        FAIL("it must be refused");
    } catch (annals::StoreError const& error) {
        CHECK(error.is_transient());
        CHECK(error.native_code() == "08006");
    }
}
