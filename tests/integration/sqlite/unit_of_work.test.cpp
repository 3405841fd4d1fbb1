// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/beside.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

// Events and other rows of the store's file, committed together.

using namespace integration;
using annals::ExpectedVersion;
using annals::StreamName;
using annals::Version;

TEST_CASE("Unit of work: events and other rows are committed together", "[sqlite]") {
    Beside beside;
    auto const result = beside.store.transact([&](Transaction& transaction) {
        beside.insert(transaction, "a");
        auto const appended = transaction.append(beside.stream, ExpectedVersion::no_stream(), make_events(2));
        CHECK(transaction.stream_version(beside.stream) == Version{2});
        CHECK(transaction.head() == appended.position);
        CHECK(count(transaction.get_events(beside.stream, Version{1})) == 1);
        CHECK(count(transaction.get_all_events()) == 2);
        CHECK(beside.store.stream_version(beside.stream) == Version{}); // not for others yet
        CHECK(count(beside.store.read_all()) == 0);
        return appended;
    });
    CHECK(result.version == Version{2});
    CHECK(beside.rows() == 1);
    CHECK(beside.store.stream_version(beside.stream) == Version{2});
    CHECK(beside.store.head() == result.position);
}

TEST_CASE("Unit of work: an exception takes events and other rows back together", "[sqlite]") {
    Beside beside;
    CHECK_THROWS_WITH(
        beside.store.transact([&](Transaction& transaction) {
            beside.insert(transaction, "a");
            transaction.append(beside.stream, ExpectedVersion::any(), make_events(1));
            throw std::domain_error{"changed my mind"};
        }),
        "changed my mind"
    );
    CHECK(beside.rows() == 0);
    CHECK(beside.store.stream_version(beside.stream) == Version{});
    beside.store.append(beside.stream, ExpectedVersion::no_stream(), make_events(1));
    beside.store.verify();
}

TEST_CASE("Unit of work: aggregates are loaded and saved within it", "[sqlite]") {
    Beside beside;
    append_additions(beside.store, "a", 3);
    beside.store.transact([&](Transaction& transaction) {
        auto counters = annals::repository_for<PlainCounter>(transaction);
        counters.transact("a", [](PlainCounter& counter) {
            CHECK(counter.total() == 6);
            counter.add(10);
        });
        counters.transact("a", [](PlainCounter& counter) {
            CHECK(counter.total() == 16);
            counter.subtract(1);
        });
        CHECK(transaction.run("INSERT INTO parcels VALUES ('a', ?1)", 1) == 1);
    });
    auto counters = annals::repository_for<PlainCounter>(beside.store);
    CHECK(counters.get_by_id("a")->total() == 15);
    CHECK(beside.rows() == 1);
}

TEST_CASE("Unit of work: a refused append leaves nothing behind and the transaction usable", "[sqlite]") {
    Beside beside;
    Events const known = make_events(2);
    beside.store.append(beside.stream, ExpectedVersion::any(), known);
    StreamName const other_stream = counter_stream("b");
    beside.store.transact([&](Transaction& transaction) {
        beside.insert(transaction, "a");
        CHECK_THROWS_AS(
            transaction.append(beside.stream, ExpectedVersion::no_stream(), make_events(1)), annals::ConcurrencyError
        );
        CHECK(transaction.append(beside.stream, ExpectedVersion::no_stream(), known).already_appended);
        CHECK(transaction.append(beside.stream, ExpectedVersion::any(), known).already_appended);

        // The new event before the known one is written first, and must go again.
        Events half_known = make_events(1);
        half_known.push_back(known[0]);
        CHECK_THROWS_AS(
            transaction.append(other_stream, ExpectedVersion::any(), half_known), annals::IdempotencyMismatch
        );
        CHECK(transaction.stream_version(other_stream) == Version{});
        CHECK(count(transaction.read_all()) == 2);
        auto changed = known;
        changed[0].payload.data = "[]";
        CHECK_THROWS_AS(
            transaction.append(beside.stream, ExpectedVersion::any(), changed), annals::IdempotencyMismatch
        );
        auto nil = make_events(2);
        nil[1].event_id = {};
        CHECK_THROWS_AS(transaction.append(other_stream, ExpectedVersion::any(), nil), annals::InvalidInput);

        Events const ours = make_events(1);
        auto const appended = transaction.append(beside.stream, ExpectedVersion::exactly(Version{2}), ours);
        CHECK(appended.position.first() == 3); // no gap
        CHECK(transaction.append(beside.stream, ExpectedVersion::exactly(Version{2}), ours).already_appended);
    });
    CHECK(beside.store.stream_version(beside.stream) == Version{3});
    CHECK(beside.store.stream_version(other_stream) == Version{});
    CHECK(beside.rows() == 1);
    beside.store.verify();
}

TEST_CASE("Unit of work: a commit to several streams is one of its parts", "[sqlite]") {
    Beside beside;
    Events const first = make_events(2);
    Events const second = make_events(1);
    std::vector<annals::StreamAppend<annals::EncodedPayload>> const commit{
        {beside.stream, ExpectedVersion::no_stream(), first},
        {counter_stream("b"), ExpectedVersion::no_stream(), second},
    };
    beside.store.transact([&](Transaction& transaction) {
        auto const results = transaction.append(commit);
        CHECK(results[1].position.first() == 3);
        CHECK(transaction.append(commit)[0].already_appended);
    });
    CHECK(count(beside.store.read_all()) == 3);
}

TEST_CASE("Unit of work: its ranges go page by page while it appends", "[sqlite]") {
    Beside beside;
    append_additions(beside.store, "a", 2'500);
    beside.store.transact([&](Transaction& transaction) {
        auto events = transaction.get_events(beside.stream);
        auto log = transaction.read_all();
        auto const wanted = annals::EventFilter::types({"Added"});
        auto filtered = transaction.read_all({}, annals::all_events, wanted);
        transaction.append(beside.stream, ExpectedVersion::any(), make_events(10));
        CHECK(count(events) == 2'500);
        CHECK(count(log) == 2'500);
        CHECK(count(filtered) == 2'500);
        CHECK(count(transaction.read_all({}, 2'505, wanted)) == 2'505);
    });
}

TEST_CASE("Unit of work: run tells how many rows it changed", "[sqlite]") {
    Beside beside;
    beside.store.transact([&](Transaction& transaction) {
        beside.insert(transaction, "a");
        beside.insert(transaction, "b");
        CHECK(transaction.run("UPDATE parcels SET weight = ?1", 2) == 2);
        CHECK(transaction.run("UPDATE parcels SET weight = 3 WHERE id = 'a'") == 1);
        CHECK(transaction.run("CREATE TABLE t (n INTEGER)") == 0); // not that of the statement before
        CHECK(transaction.run("SELECT * FROM parcels") == 0);
        CHECK(transaction.run("DELETE FROM parcels WHERE id = 'c'") == 0);
        CHECK(transaction.run("DELETE FROM parcels") == 2);
    });
}

TEST_CASE("Unit of work: the store's tables and the clock in SQL", "[sqlite]") {
    Beside beside;
    append_additions(beside.store, "a", 3);
    using std::chrono::microseconds;
    auto const now = [] {
        return std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    };
    beside.store.transact([&](Transaction& transaction) {
        auto events = transaction.query("SELECT count(*) FROM " + transaction.table("events"));
        REQUIRE(events.next());
        CHECK(events.integer(0) == 3);

        auto const before = now();
        auto clock = transaction.query(
            "SELECT " + std::string{Transaction::now_micros_sql()} + ", typeof(" +
            std::string{Transaction::now_micros_sql()} + ")"
        );
        REQUIRE(clock.next());
        CHECK(clock.integer(0) >= before - 1'000);
        CHECK(clock.integer(0) <= now() + 1'000);
        CHECK(clock.integer(0) % 1'000 == 0);
        CHECK(clock.text(1) == "integer");
    });
}
