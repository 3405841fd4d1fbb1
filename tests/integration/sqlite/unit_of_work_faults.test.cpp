// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/beside.hpp>
#include <tests/integration/sqlite/support/failing_disk.hpp>

#include <sqlite3.h>

#include <string_view>
#include <vector>

// What remains of a transaction that is broken off.

using namespace integration;
using annals::ExpectedVersion;
using annals::Version;

TEST_CASE("Unit of work: what was rolled back inside takes nothing more and is not committed", "[sqlite]") {
    Beside beside;
    CHECK_THROWS_AS(
        beside.store.transact([&](Transaction& transaction) {
            beside.insert(transaction, "a");
            transaction.execute("ROLLBACK");
            CHECK_THROWS_AS(transaction.run("INSERT INTO parcels VALUES ('b', 1)"), annals::StoreError);
            CHECK_THROWS_AS(transaction.execute("INSERT INTO parcels VALUES ('c', 1)"), annals::StoreError);
            CHECK_THROWS_AS(transaction.query("SELECT 1"), annals::StoreError);
            CHECK_THROWS_AS(
                transaction.append(beside.stream, ExpectedVersion::any(), make_events(1)), annals::StoreError
            );
        }),
        annals::StoreError
    );
    CHECK(beside.rows() == 0);
    CHECK(beside.store.stream_version(beside.stream) == Version{});
}

TEST_CASE("Unit of work: wherever SQLite breaks an append off, all of it is there or nothing", "[sqlite]") {
    struct Breaker {
        int left;
        bool for_good;
        static int ask(void* self) {
            auto& breaker = *static_cast<Breaker*>(self);
            --breaker.left;
            return breaker.left == 0 || (breaker.for_good && breaker.left < 0) ? 1 : 0;
        }
    };
    bool const for_good = GENERATE(false, true);
    int refused_appends = 0;
    int refused_commits = 0;
    for (int nth = 1;; ++nth) {
        INFO("broken off at call " << nth);
        annals::SqliteEventStore store{":memory:"};
        store.transact([](Transaction& transaction) { transaction.execute("CREATE TABLE t (n INTEGER)"); });
        Breaker breaker{nth, for_good};
        bool is_appended = false;
        bool is_committed = false;
        try {
            store.transact([&](Transaction& transaction) {
                transaction.run("INSERT INTO t VALUES (1)");
                sqlite3_progress_handler(transaction.handle(), 7, &Breaker::ask, &breaker);
                try {
                    transaction.append(counter_stream("a"), ExpectedVersion::any(), make_events(4));
                    is_appended = true;
                } catch (annals::StoreError const&) {
                    ++refused_appends;
                }
                sqlite3_progress_handler(transaction.handle(), 0, nullptr, nullptr);
                transaction.run("INSERT INTO t VALUES (2)"); // as if nothing had happened
            });
            is_committed = true;
        } catch (annals::StoreError const&) {
            ++refused_commits;
        }
        CHECK(count(store.read_all()) == (is_appended && is_committed ? 4 : 0));
        store.transact([&](Transaction& transaction) {
            auto rows = transaction.query("SELECT count(*) FROM t");
            REQUIRE(rows.next());
            CHECK(rows.integer(0) == (is_committed ? 2 : 0));
        });
        if (breaker.left > 0) {
            CHECK(is_appended);
            CHECK(is_committed);
            break;
        }
    }
    CHECK(refused_appends > 10);
    CHECK(refused_commits > 0);
}

TEST_CASE("Unit of work: with a part of an append that cannot be undone nothing is committed", "[sqlite]") {
    Beside beside;
    Events const known = make_events(1);
    beside.store.append(beside.stream, ExpectedVersion::any(), known);
    auto const deny_undoing = [](void*, int what, char const* how, char const*, char const*, char const*) {
        return what == SQLITE_SAVEPOINT && std::string_view{how} == "ROLLBACK" ? SQLITE_DENY : SQLITE_OK;
    };
    CHECK_THROWS_AS(
        beside.store.transact([&](Transaction& transaction) {
            Events half_known = make_events(1);
            half_known.push_back(known[0]);
            sqlite3_set_authorizer(transaction.handle(), deny_undoing, nullptr);
            CHECK_THROWS_AS(
                transaction.append(beside.stream, ExpectedVersion::any(), half_known), annals::IdempotencyMismatch
            );
            sqlite3_set_authorizer(transaction.handle(), nullptr, nullptr);
            CHECK_THROWS_AS(transaction.run("INSERT INTO parcels VALUES ('a', 1)"), annals::StoreError);
        }),
        annals::StoreError
    );
    CHECK(beside.store.stream_version(beside.stream) == Version{1});
    CHECK(beside.rows() == 0);
}

TEST_CASE("Unit of work: a commit whose outcome is unknown names the events", "[sqlite]") {
    FailingDisk disk;
    Beside beside;
    Events const first = make_events(2);
    Events const second = make_events(1);
    try {
        beside.store.transact([&](Transaction& transaction) {
            transaction.append(beside.stream, ExpectedVersion::any(), first);
            transaction.append(counter_stream("b"), ExpectedVersion::any(), second);
            CHECK(transaction.append(beside.stream, ExpectedVersion::any(), first).already_appended);
            CHECK_THROWS_AS(
                transaction.append(beside.stream, ExpectedVersion::no_stream(), make_events(1)),
                annals::ConcurrencyError
            );
            disk.fail({FileOperation::sync, SQLITE_IOERR_FSYNC});
        });
        FAIL("committed although the disk has failed");
    } catch (annals::AppendOutcomeUnknown const& error) {
        CHECK(error.event_ids() == std::vector{first[0].event_id, first[1].event_id, second[0].event_id});
    }
    disk.repair();
    beside.store.append(beside.stream, ExpectedVersion::any(), first); // made now, or before
    CHECK(beside.store.stream_version(beside.stream) == Version{2});
}
