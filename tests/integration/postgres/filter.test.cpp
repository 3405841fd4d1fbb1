// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/traffic.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

using annals::EventFilter;
using annals::postgres::Transaction;
using annals_tests::Session;
using annals_tests::shared_conninfo;
using annals_tests::unique_schema;

namespace {

struct Mixed {
    std::string schema = unique_schema();
    annals::PostgresEventStore store{shared_conninfo(), {.schema = schema}};

    ~Mixed() { Session{shared_conninfo()}.run("DROP SCHEMA " + schema + " CASCADE"); }

    void append(std::string const& category, std::string const& type, std::size_t count) {
        std::vector<annals::NewEvent<annals::EncodedPayload>> events(count);
        for (auto& event : events) {
            event.event_id = annals::new_event_id();
            event.payload = {type, 1, "{}"};
        }
        store.append({category, "1"}, annals::ExpectedVersion::any(), events);
    }
};

template <class Range>
std::size_t count(Range&& range) {
    std::size_t events = 0;
    for (auto const& event : range) {
        static_cast<void>(event);
        ++events;
    }
    return events;
}

} // namespace

TEST_CASE("postgres: the server sends no row that a filter does not admit") {
    Mixed mixed;
    mixed.append("Noise", "Heard", 2'000);
    mixed.append("Order", "Created", 30);
    mixed.append("Noise", "Heard", 2'000);
    mixed.append("Order", "Created", 2);
    mixed.store.transact([&](Transaction& transaction) {
        auto const sent = [&](EventFilter const& filter, std::size_t expected) {
            auto const read = [&] { CHECK(count(transaction.read_all({}, annals::all_events, filter)) == expected); };
            return integration::postgres::traffic_of(transaction.handle(), read).rows;
        };
        std::size_t const for_nothing = sent(EventFilter::category("Unheard"), 0); // the frontier
        CHECK(for_nothing < 10);
        CHECK(sent(EventFilter::category("Order"), 32) == for_nothing + 32);
        CHECK(sent(EventFilter::types({"Created"}), 32) == for_nothing + 32);
        CHECK(sent(EventFilter::category_without("Noise", {"Heard"}), 0) == for_nothing);
        CHECK(sent(EventFilter{}, 4'032) == for_nothing + 4'032);
    });
}

TEST_CASE("postgres: filters of one kind share a prepared statement") {
    Mixed mixed;
    mixed.append("Order", "Created", 1);
    mixed.store.transact([&](Transaction& transaction) {
        auto const prepared = [&](EventFilter const& filter) {
            static_cast<void>(count(transaction.read_all({}, annals::all_events, filter)));
            auto rows =
                transaction.query("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%event_type%'");
            REQUIRE(rows.next());
            return rows.integer(0);
        };
        auto const one = prepared(EventFilter::types({"Created"}));
        CHECK(prepared(EventFilter::types({"Shipped", "Paid"})) == one);
        CHECK(prepared(EventFilter::types({})) == one);
        CHECK(prepared(EventFilter::category("Order")) == one + 1);
    });
}

TEST_CASE("postgres: a filter passes over more positions than one statement does") {
    Mixed mixed;
    mixed.append("Order", "Created", 2);
    Session{shared_conninfo()}.run("SELECT setval('" + mixed.schema + ".events_position', 350000)");
    mixed.append("Noise", "Heard", 1);
    mixed.append("Order", "Created", 3);
    EventFilter const orders = EventFilter::category("Order");
    CHECK(count(mixed.store.read_all({}, annals::all_events, orders)) == 5);
    CHECK(count(mixed.store.read_all({}, 3, orders)) == 3);
    CHECK(count(mixed.store.read_all(annals::Position{2}, 2, orders)) == 2);
    CHECK(count(mixed.store.read_all({}, annals::all_events, EventFilter::category("Unheard"))) == 0);
}

TEST_CASE("postgres: the store's tables and the clock in a transaction's SQL") {
    Mixed mixed;
    mixed.append("Order", "Created", 3);
    mixed.store.transact([&](Transaction& transaction) {
        CHECK(transaction.table("events") == '"' + mixed.schema + "\".events");
        auto events = transaction.query("SELECT count(*) FROM " + transaction.table("events"));
        REQUIRE(events.next());
        CHECK(events.integer(0) == 3);

        std::string const clock{Transaction::now_micros_sql()};
        auto now = transaction.query("SELECT " + clock + ", pg_typeof(" + clock + ")");
        REQUIRE(now.next());
        auto const here = std::chrono::system_clock::now().time_since_epoch();
        CHECK(std::chrono::abs(std::chrono::microseconds{now.integer(0)} - here) < std::chrono::hours{1});
        CHECK(now.text(1) == "bigint");
        transaction.run("SELECT pg_sleep(0.002)");
        auto later = transaction.query("SELECT " + clock);
        REQUIRE(later.next());
        CHECK(later.integer(0) > now.integer(0)); // not the time at which the transaction began
    });
}
