// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace integration;
using annals::EventFilter;
using annals::sqlite::Transaction;
using annals::sqlite::detail::LogQuery;

void append_noise(annals::SqliteEventStore& store, int count) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> events;
    for (int n = 0; n < count; ++n) {
        events.push_back({annals::new_event_id(), {}, {}, {"Noise", 1, "{}"}});
    }
    store.append({"Noise", "1"}, annals::ExpectedVersion::any(), events);
}

} // namespace

TEST_CASE("SQLite hands over no row that a filter does not admit", "[sqlite]") {
    annals::SqliteEventStore store{":memory:"};
    append_noise(store, 2'000);
    append_additions(store, "a", 1'500);
    append_noise(store, 2'000);
    append_additions(store, "b", 2);
    store.transact([&](Transaction& transaction) {
        int rows = 0;
        auto const count_row = [](unsigned, void* counter, void*, void*) { return ++*static_cast<int*>(counter), 0; };
        sqlite3_trace_v2(transaction.handle(), SQLITE_TRACE_ROW, count_row, &rows);
        auto const rows_of = [&](EventFilter const& filter) {
            rows = 0;
            CHECK(count(transaction.read_all({}, annals::all_events, filter)) == 1'502);
            return rows;
        };
        // One for the head, and for each of six pages of 250 one to see that it is not the last.
        CHECK(rows_of(EventFilter::category("PlainCounter")) == 1'509);
        CHECK(rows_of(EventFilter::types({"Added"})) == 1'509);
        CHECK(rows_of(EventFilter{EventFilter::Clause{{}, {"Noise"}, true}}) == 1'509);
        sqlite3_trace_v2(transaction.handle(), 0, nullptr, nullptr);
    });
}

TEST_CASE("SQLite finds what a filter admits along the positions", "[sqlite]") {
    annals::SqliteEventStore store{":memory:"};
    append_additions(store, "a", 1);
    LogQuery const query{EventFilter::category("O'Brien")};
    CHECK(query.sql().find("Brien") == std::string::npos);
    store.transact([&](Transaction& transaction) {
        std::string plan;
        auto const sql = "EXPLAIN QUERY PLAN " + query.sql();
        for (auto rows = transaction.query(sql, 0, 1, query.names()); rows.next();) {
            plan += std::string{rows.text(3)} + '\n';
        }
        // By the index on streams, with which SQLite would begin by itself, each page would sort the whole category.
        INFO(plan);
        CHECK(plan.find("USING INTEGER PRIMARY KEY") != std::string::npos);
        CHECK(plan.find("TEMP B-TREE FOR ORDER BY") == std::string::npos);
    });
}

TEST_CASE("SQLite reads the log without a filter as ever", "[sqlite]") {
    CHECK(LogQuery{}.sql() == "SELECT * FROM events WHERE position > ?1 AND position <= ?2 ORDER BY position");
    CHECK(LogQuery{}.names().empty());
    CHECK_FALSE(LogQuery{}.is_filtered());
}

TEST_CASE("A filter in SQLite passes over more events than one statement does", "[sqlite]") {
    annals::SqliteEventStore store{":memory:"};
    append_additions(store, "a", 1);
    for (int commit = 0; commit < 21; ++commit) {
        append_noise(store, 10'000);
    }
    append_additions(store, "b", 2);
    append_noise(store, 1);
    EventFilter const filter = EventFilter::category("PlainCounter");
    std::vector<std::int64_t> positions;
    for (auto const& event : store.read_all({}, annals::all_events, filter)) {
        positions.push_back(event.position.first());
    }
    CHECK(positions == std::vector<std::int64_t>{1, 210'002, 210'003});
    CHECK(count(store.read_all({}, 2, filter)) == 2);
    CHECK(count(store.read_all(annals::Position{1}, 1, filter)) == 1);
    CHECK(count(store.read_all({}, annals::all_events, EventFilter::category("Unheard"))) == 0);
}
