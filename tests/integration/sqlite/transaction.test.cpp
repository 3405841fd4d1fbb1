// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <annals/sqlite/checkpoint_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

// Read models in the store's own file.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using annals::sqlite::Transaction;
using reliability::TempDirectory;

std::int64_t number(SqliteEventStore& store, std::string const& sql) {
    return store.transact([&](Transaction& transaction) {
        auto rows = transaction.query(sql);
        return rows.next() ? rows.integer(0) : std::int64_t{-1};
    });
}

} // namespace

TEST_CASE("A transaction is made as a whole or not at all", "[sqlite][transaction]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    store.transact([](Transaction& transaction) { transaction.execute("CREATE TABLE t (n INTEGER)"); });
    CHECK_THROWS_AS(
        store.transact([](Transaction& transaction) {
            transaction.run("INSERT INTO t VALUES (?1)", 1);
            throw std::domain_error{"no"};
        }),
        std::domain_error
    );
    CHECK(number(store, "SELECT count(*) FROM t") == 0);
    CHECK_THROWS_AS(
        store.transact([](Transaction& transaction) {
            transaction.run("INSERT INTO t VALUES (?1)", 1);
            transaction.run("INSERT INTO no_such_table VALUES (?1)", 1);
        }),
        annals::StoreError
    );
    CHECK(number(store, "SELECT count(*) FROM t") == 0);
    CHECK(store.transact([](Transaction& transaction) {
        transaction.run("INSERT INTO t VALUES (?1)", 1);
        return transaction.changes();
    }) == 1);
    CHECK(number(store, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("The values of a query need not outlive its start", "[sqlite][transaction]") {
    SqliteEventStore store{":memory:"};
    store.transact([](Transaction& transaction) {
        std::string text(100, 'a');
        annals::EventId id = annals::new_event_id();
        std::string const id_bytes{reinterpret_cast<char const*>(&*id.begin()), 16};
        auto rows = transaction.query("SELECT ?1, ?2", text, id);
        text.assign(100, 'b');
        id = annals::new_event_id();
        REQUIRE(rows.next());
        CHECK(rows.text(0) == std::string(100, 'a'));
        CHECK(rows.text(1) == id_bytes);
    });
}

TEST_CASE("Values come back as they were given", "[sqlite][transaction]") {
    SqliteEventStore store{":memory:"};
    store.transact([](Transaction& transaction) {
        constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
        constexpr auto highest = std::numeric_limits<std::int64_t>::max();
        std::string_view const with_nul{"a\0b", 3};
        annals::EventId const id = annals::new_event_id();
        auto rows = transaction.query(
            "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8",
            lowest,
            highest,
            with_nul,
            std::string_view{},
            nullptr,
            id,
            0.1,
            true
        );
        REQUIRE(rows.next());
        CHECK(rows.integer(0) == lowest);
        CHECK(rows.integer(1) == highest);
        CHECK(rows.text(2) == with_nul);
        CHECK(rows.text(3).empty());
        CHECK_FALSE(rows.is_null(3));
        CHECK(rows.is_null(4));
        CHECK(rows.text(5).size() == 16);
        CHECK(rows.real(6) == 0.1);
        CHECK(rows.integer(7) == 1);
        CHECK_FALSE(rows.next());
        CHECK_FALSE(rows.next()); // and does not start again
    });
}

TEST_CASE("A number beyond 64 bits with sign is refused", "[sqlite][transaction]") {
    SqliteEventStore store{":memory:"};
    store.transact([](Transaction& transaction) {
        constexpr auto too_large = std::numeric_limits<std::uint64_t>::max();
        CHECK_THROWS_AS(transaction.run("SELECT ?1", too_large), annals::InvalidInput);
        CHECK_NOTHROW(transaction.run("SELECT ?1", std::uint64_t{7}));
    });
}

TEST_CASE("A second statement in one text is refused, not forgotten", "[sqlite][transaction]") {
    SqliteEventStore store{":memory:"};
    store.transact([](Transaction& transaction) {
        transaction.execute("CREATE TABLE t (n INTEGER); CREATE TABLE u (n INTEGER)");
        CHECK_THROWS_AS(transaction.run("INSERT INTO t VALUES (1); INSERT INTO u VALUES (2)"), annals::UsageError);
        CHECK_THROWS_AS(transaction.run(""), annals::UsageError);
        CHECK_THROWS_AS(transaction.run("-- nothing"), annals::UsageError);
        CHECK_NOTHROW(transaction.run("INSERT INTO t VALUES (1) ; \n"));
    });
    CHECK(number(store, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("A statement gets as many values as it asks for", "[sqlite][transaction]") {
    SqliteEventStore store{":memory:"};
    store.transact([](Transaction& transaction) {
        transaction.execute("CREATE TABLE t (a TEXT, b TEXT)");
        std::string_view const sql = "INSERT INTO t VALUES (?1, ?2)";
        transaction.run(sql, "one", std::string(100, 'x'));
        // With one value the second would be the text of before, which is gone.
        CHECK_THROWS_AS(transaction.run(sql, "two"), annals::UsageError);
        CHECK_THROWS_AS(transaction.run(sql, "two", "three", "four"), annals::UsageError);
    });
    CHECK(number(store, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("Writing to the store within its transaction is an error, not a deadlock", "[sqlite][transaction]") {
    TempDirectory const directory;
    for (std::string const& path : {directory.file("events.db"), std::string{":memory:"}}) {
        SqliteEventStore store{path};
        append_additions(store, "a", 1);
        store.transact([&](Transaction& transaction) {
            transaction.execute("CREATE TABLE t (n INTEGER)");
            CHECK_THROWS_AS(append_additions(store, "a", 1), annals::UsageError);
            CHECK_THROWS_AS(store.transact([](Transaction&) {}), annals::UsageError);
            CHECK_THROWS_AS(store.snapshot_store().remove(counter_stream("a")), annals::UsageError);
            CHECK_THROWS_AS(annals::SqliteCheckpointStore{store}.advance("p", std::nullopt, {}), annals::UsageError);
            // Reading is allowed.
            CHECK(count(store.get_all_events()) == 1);
            CHECK(store.stream_version(counter_stream("a")).value() == 1);
        });
        CHECK(number(store, "SELECT count(*) FROM t") == 0);
        append_additions(store, "a", 1);
        CHECK(count(store.get_all_events()) == 2);
    }
}
