// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/look_back.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/postgres_orders.hpp>
#include <tests/examples/support/retail_data.hpp>
#include <tests/postgres/server.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using annals_tests::Session;
using examples::OrdersProgram;
using examples::Outcome;
using examples::PostgresOrders;
using examples::Program;
using examples::words;

namespace {

/// All four months if they are at hand, else the sample days.
std::vector<std::string> all_days() {
    auto files = examples::four_months();
    return files.empty() ? examples::sample_days() : files;
}

std::string sqlite_report(std::vector<std::string> const& files) {
    OrdersProgram const orders;
    REQUIRE(orders.run(words({"import"}, files)).status == 0);
    return orders.run({"report", "--json"}).out;
}

} // namespace

TEST_CASE("postgres: an import gives the totals that it gives in SQLite", "[orders]") {
    auto const files = all_days();
    PostgresOrders const orders;
    Outcome const first = orders.run(words({"import"}, files));
    CHECK(first.err == "");
    REQUIRE(first.status == 0);
    CHECK(orders.run({"report", "--json"}).out == sqlite_report(files));

    SECTION("a second one appends nothing") {
        Outcome const second = orders.run(words({"import"}, files));
        CHECK(second.status == 0);
        CHECK(second.out.find(" 0 imported, 0 new orders\n") != std::string::npos);
    }
}

TEST_CASE("postgres: four imports at once give the same totals", "[orders]") {
    constexpr std::size_t importers = 4;
    auto const files = all_days();
    std::vector<std::vector<std::string>> shares(importers, {"import"});
    for (std::size_t i = 0; i < files.size(); ++i) {
        shares[i % importers].push_back(files[i]);
    }
    PostgresOrders const orders; // the four make its tables, too
    std::vector<std::unique_ptr<Program>> programs;
    for (auto const& share : shares) {
        programs.push_back(std::make_unique<Program>(orders.command(share)));
    }
    for (auto const& program : programs) {
        Outcome const outcome = program->wait();
        CHECK(outcome.err == "");
        CHECK(outcome.status == 0);
    }
    CHECK(orders.run({"report", "--json"}).out == sqlite_report(files));
}

TEST_CASE("postgres: orders are made, shown and shipped", "[orders]") {
    PostgresOrders const orders;
    REQUIRE(orders.run({"create", "1", "--customer", "17850", "--country", "Norway"}).status == 0);
    REQUIRE(orders.run({"add-item", "1", "--stock", "85123A", "--quantity", "6", "--price", "2.55"}).status == 0);
    REQUIRE(orders.run({"ship", "1", "--carrier", "DHL", "--tracking", "TRK-1"}).status == 0);
    CHECK(orders.run({"show", "1"}).out.find("15.30") != std::string::npos);
    Outcome const again = orders.run({"ship", "1", "--carrier", "DHL", "--tracking", "TRK-2"});
    CHECK(again.status == 1);
    CHECK(again.err.find("shipped") != std::string::npos);
}

TEST_CASE("postgres: what has changed in an order, and what led to what, can be looked up", "[orders]") {
    PostgresOrders const orders;
    examples::look_back(orders);
    std::string const head = examples::verify_orders(orders);

    Session session{orders.conninfo()};
    session.run(
        "ALTER TABLE annals.events DISABLE TRIGGER events_refuse_change; DELETE FROM annals.events WHERE version = 3;"
        "ALTER TABLE annals.events ENABLE ALWAYS TRIGGER events_refuse_change"
    );
    Outcome const cut = orders.run({"verify"});
    CHECK(cut.err == "orders: stream 'Order/X1', version 3: an event that was linked is gone\n");
    CHECK(cut.status == 1);
    CHECK(orders.run({"verify", "--against", head}).err == cut.err);
}

TEST_CASE("postgres: what only reads makes no tables, and no password is shown", "[orders]") {
    PostgresOrders const orders;
    Outcome const none = orders.run({"report"});
    CHECK(none.status == 1);
    CHECK(none.err == "orders: PostgreSQL refused a statement: a table is missing (SQLSTATE 42P01)\n");

    Outcome const refused =
        Program{{ANNALS_ORDERS, "--store", "postgres:host=127.0.0.1 port=1 password=hush", "report"}}.wait();
    CHECK(refused.status == 1);
    CHECK(refused.err.find("lost") != std::string::npos);
    CHECK(refused.err.find("hush") == std::string::npos);
}

TEST_CASE("postgres: the quickstart prints what it does, also the second time", "[quickstart]") {
    PostgresOrders const database;
    for (int i = 0; i < 2; ++i) {
        Outcome const outcome = Program{{ANNALS_POSTGRES_QUICKSTART, database.conninfo()}}.wait();
        CHECK(outcome.err == "");
        CHECK(outcome.out == "refused: the order is shipped already\nparcels: 1\nversion: 2\n");
        CHECK(outcome.status == 0);
    }
}
