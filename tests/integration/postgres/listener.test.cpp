// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <annals/postgres/event_listener.hpp>
#include <tests/catch.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <string>
#include <vector>

using annals::postgres::EventListener;
using namespace annals_tests;
using namespace std::chrono_literals;

namespace {

void append_one(annals::PostgresEventStore& store) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> events(1);
    events[0].event_id = annals::new_event_id();
    events[0].payload = {"Happened", 1, "{}"};
    store.append({"Order", "1"}, annals::ExpectedVersion::any(), events);
}

} // namespace

TEST_CASE("postgres: a listener hears of appends, and of nothing else") {
    annals::postgres::Options const options{.schema = unique_schema(), .notify = true};
    annals::PostgresEventStore store{shared_conninfo(), options};
    annals::PostgresEventStore other{shared_conninfo(), {.schema = unique_schema(), .notify = true}};
    EventListener listener{store};
    CHECK(listener.wait(5s)); // it has only begun to listen
    CHECK(!listener.wait(50ms));
    append_one(other);
    CHECK(!listener.wait(50ms));
    append_one(store);
    CHECK(listener.wait(5s));
    CHECK(!listener.wait(50ms));

    store.transact([&](annals::postgres::Transaction& transaction) {
        std::vector<annals::NewEvent<annals::EncodedPayload>> events(1);
        events[0].event_id = annals::new_event_id();
        events[0].payload = {"Happened", 1, "{}"};
        transaction.append({"Order", "2"}, annals::ExpectedVersion::any(), events);
        CHECK(!listener.wait(50ms)); // not before the commit
    });
    CHECK(listener.wait(5s));

    std::vector<annals::NewEvent<annals::EncodedPayload>> many(1'000);
    for (auto& event : many) {
        event.event_id = annals::new_event_id();
        event.payload = {"Happened", 1, "{}"};
    }
    store.append({"Order", "3"}, annals::ExpectedVersion::any(), many);
    CHECK(listener.wait(5s));
}

TEST_CASE("postgres: a listener whose connection dies comes back and says so") {
    std::string const schema = unique_schema();
    annals::PostgresEventStore store{shared_conninfo(), {.schema = schema, .notify = true}};
    EventListener listener{store};
    CHECK(listener.wait(5s));
    Session session{shared_conninfo()};
    for (int i = 0; i < 20; ++i) {
        // What is said while it is away is lost, so it must call for a look.
        session.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE query = 'LISTEN annals_" + schema + '\''
        );
        append_one(store);
        CHECK(listener.wait(5s));
        append_one(store);
        CHECK(listener.wait(5s));
    }
}

TEST_CASE("postgres: a store that does not notify wakes nobody, and behind a pooler nobody listens") {
    annals::PostgresEventStore store{shared_conninfo(), {.schema = unique_schema()}};
    EventListener listener{store};
    CHECK(listener.wait(5s));
    append_one(store);
    CHECK(!listener.wait(50ms));

    annals::PostgresEventStore const pooled{pooled_conninfo(), {.schema = unique_schema(), .transaction_pooler = true}};
    CHECK_THROWS_AS(EventListener{pooled}, annals::UsageError);
}
