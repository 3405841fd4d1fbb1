// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/postgres/server.hpp>

#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using annals::ExpectedVersion;
using annals::StreamName;
using annals::Version;
using annals::postgres::Transaction;
using annals_tests::Session;
using annals_tests::shared_conninfo;
using annals_tests::unique_schema;

namespace {

using Events = std::vector<annals::NewEvent<annals::EncodedPayload>>;

Events make_events(std::size_t count) {
    Events events(count);
    for (auto& event : events) {
        event.event_id = annals::new_event_id();
        event.payload = {"Happened", 1, "{}"};
    }
    return events;
}

/// A store with a table of ours beside its own.
struct Beside {
    std::string schema = unique_schema();
    std::string table = schema + ".parcels";
    annals::PostgresEventStore store{shared_conninfo(), {.schema = schema}};
    Session session{shared_conninfo()};
    StreamName stream{"Order", "1"};

    Beside() { session.run("CREATE TABLE " + table + " (id text PRIMARY KEY, weight double precision)"); }

    [[nodiscard]] std::string rows() { return session.run("SELECT count(*) FROM " + table); }
    void insert(Transaction& transaction, std::string_view id) const {
        transaction.run("INSERT INTO " + table + " VALUES ($1, $2)", id, "1.5");
    }
};

} // namespace

TEST_CASE("postgres: events and other rows are committed together") {
    Beside beside;
    auto const result = beside.store.transact([&](Transaction& transaction) {
        beside.insert(transaction, "a");
        auto const appended = transaction.append(beside.stream, ExpectedVersion::no_stream(), make_events(2));
        CHECK(transaction.stream_version(beside.stream) == Version{2});
        CHECK(beside.store.stream_version(beside.stream) == Version{}); // not for others yet
        CHECK(beside.rows() == "0");
        return appended;
    });
    CHECK(result.version == Version{2});
    CHECK(beside.rows() == "1");
    CHECK(beside.store.stream_version(beside.stream) == Version{2});
    CHECK(beside.store.head() == result.position);
}

TEST_CASE("postgres: an exception takes events and other rows back together") {
    Beside beside;
    CHECK_THROWS_WITH(
        beside.store.transact([&](Transaction& transaction) {
            beside.insert(transaction, "a");
            transaction.append(beside.stream, ExpectedVersion::any(), make_events(1));
            throw std::domain_error{"changed my mind"};
        }),
        "changed my mind"
    );
    CHECK(beside.rows() == "0");
    CHECK(beside.store.stream_version(beside.stream) == Version{});

    CHECK_THROWS_AS(
        beside.store.transact([&](Transaction& transaction) {
            transaction.append(beside.stream, ExpectedVersion::any(), make_events(1));
            beside.insert(transaction, "a");
            beside.insert(transaction, "a");
        }),
        annals::postgres::PostgresError
    );
    CHECK(beside.store.stream_version(beside.stream) == Version{});
    beside.store.append(beside.stream, ExpectedVersion::no_stream(), make_events(1)); // the connection is usable
}

TEST_CASE("postgres: a refused append leaves the transaction usable") {
    Beside beside;
    Events const known = make_events(2);
    beside.store.append(beside.stream, ExpectedVersion::any(), known);
    beside.store.transact([&](Transaction& transaction) {
        CHECK_THROWS_AS(
            transaction.append(beside.stream, ExpectedVersion::no_stream(), make_events(1)), annals::ConcurrencyError
        );
        // A unique index refuses these two, which would end the transaction without the savepoint.
        CHECK(transaction.append(beside.stream, ExpectedVersion::any(), known).already_appended);
        auto other = known;
        other[0].payload.data = "[]";
        CHECK_THROWS_AS(transaction.append(beside.stream, ExpectedVersion::any(), other), annals::IdempotencyMismatch);
        transaction.append(beside.stream, ExpectedVersion::exactly(Version{2}), make_events(1));
        beside.insert(transaction, "a");
    });
    CHECK(beside.store.stream_version(beside.stream) == Version{3});
    CHECK(beside.rows() == "1");
}

TEST_CASE("postgres: no reader passes the events of an open transaction") {
    Beside beside;
    auto const read = [&] {
        std::vector<std::string> ids;
        for (auto const& event : beside.store.read_all()) {
            ids.push_back(event.aggregate_id());
        }
        return ids;
    };
    beside.store.transact([&](Transaction& transaction) {
        transaction.append({"Order", "slow"}, ExpectedVersion::any(), make_events(1));
        std::thread{[&] { beside.store.append({"Order", "fast"}, ExpectedVersion::any(), make_events(1)); }}.join();
        CHECK(read().empty());
        CHECK(beside.store.head() == annals::Position{});
        CHECK(beside.session.run("SELECT count(*) FROM " + beside.schema + ".events") == "1"); // a naive reader's
    });
    CHECK(read() == std::vector<std::string>{"slow", "fast"});
}

TEST_CASE("postgres: appending needs READ COMMITTED") {
    Beside beside;
    for (char const* const level : {"REPEATABLE READ", "SERIALIZABLE"}) {
        CHECK_THROWS_AS(
            beside.store.transact([&](Transaction& transaction) {
                transaction.run(std::string{"SET TRANSACTION ISOLATION LEVEL "} + level);
                transaction.append(beside.stream, ExpectedVersion::any(), make_events(1));
            }),
            annals::UsageError
        );
    }
    CHECK(beside.store.stream_version(beside.stream) == Version{});
}

TEST_CASE("postgres: values go into a transaction's statements and come out of them") {
    Beside beside;
    annals::EventId const id = annals::new_event_id();
    constexpr auto least = (std::numeric_limits<std::int64_t>::min)();
    beside.store.transact([&](Transaction& transaction) {
        auto rows = transaction.query(
            "SELECT $1::bigint, $2::text, $3::uuid, $4::text IS NULL, $5::bool, $6::double precision, $7::integer",
            least,
            "it's",
            id,
            nullptr,
            true,
            "0.1",
            7
        );
        REQUIRE(rows.next());
        CHECK(rows.integer(0) == least);
        CHECK(rows.text(1) == "it's");
        CHECK(rows.text(2) == annals::to_text(id));
        CHECK(rows.text(3) == "t");
        CHECK(rows.text(4) == "t");
        CHECK(rows.text(5) == "0.1");
        CHECK(rows.integer(6) == 7);
        CHECK_THROWS_AS(rows.integer(1), annals::UsageError);
        CHECK(!rows.next());
        CHECK_THROWS_AS(transaction.run("SELECT $1::text", std::string_view{"a\0b", 3}), annals::InvalidInput);
        beside.insert(transaction, "a");
        beside.insert(transaction, "b");
        CHECK(transaction.run("UPDATE " + beside.table + " SET weight = $1", 2) == 2);
        CHECK(transaction.query("SELECT NULL").size() == 1);
    });
}

TEST_CASE("postgres: a transaction whose connection dies has written nothing, and one whose COMMIT does is not known") {
    Beside beside;
    auto const kill = [&](Transaction& transaction) {
        auto rows = transaction.query("SELECT pg_backend_pid()");
        REQUIRE(rows.next());
        beside.session.run("SELECT pg_terminate_backend(" + std::to_string(rows.integer(0)) + ", 5000)");
    };
    Events const events = make_events(1);
    SECTION("before") {
        CHECK_THROWS_AS(
            beside.store.transact([&](Transaction& transaction) {
                transaction.append(beside.stream, ExpectedVersion::any(), events);
                kill(transaction);
                beside.insert(transaction, "a");
            }),
            annals::postgres::ConnectionLost
        );
    }
    SECTION("at the commit") {
        try {
            beside.store.transact([&](Transaction& transaction) {
                transaction.append(beside.stream, ExpectedVersion::any(), events);
                kill(transaction);
            });
            FAIL("committed over a dead connection");
        } catch (annals::AppendOutcomeUnknown const& error) {
            CHECK(error.event_ids() == std::vector{events[0].event_id});
        }
    }
    CHECK(beside.store.stream_version(beside.stream) == Version{});
    CHECK(!beside.store.append(beside.stream, ExpectedVersion::any(), events).already_appended);
}
