// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/look_back.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/reliability/support/raw_database.hpp>

#include <string>
#include <vector>

using examples::OrdersProgram;
using examples::Outcome;

namespace {

/// Orders of which somebody changes the past who knows SQLite.
class Tampered {
public:
    Tampered() {
        examples::make_orders(orders_);
        head_ = examples::verify_orders(orders_);
    }

    [[nodiscard]] Outcome run(std::vector<std::string> const& arguments) const { return orders_.run(arguments); }
    /// Of the chain of X1, kept before anything was changed.
    [[nodiscard]] std::string const& head() const noexcept { return head_; }

    /// Runs SQL that the triggers of a table would refuse, and leaves the schema as it was.
    void change(std::string const& table, std::string const& sql) const {
        reliability::RawDatabase const database{orders_.store()};
        std::string const triggers = " FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = '" + table + "'";
        std::string const restore = database.text("SELECT sql || ';'" + triggers);
        database.run(database.text("SELECT 'DROP TRIGGER ' || name || ';'" + triggers));
        database.run(sql);
        database.run(restore);
    }

    /// Takes the two events of C1 and R1, the last of the log, away.
    void cut_off_the_end() const {
        change("events", "DELETE FROM events WHERE position > 3; UPDATE sqlite_sequence SET seq = 3");
    }

private:
    OrdersProgram orders_;
    std::string head_;
};

void require_finding(Outcome const& outcome, std::string const& message) {
    CHECK(outcome.err == "orders: " + message + '\n');
    CHECK(outcome.out == "");
    CHECK(outcome.status == 1);
}

} // namespace

TEST_CASE("a changed event is found by its checksum", "[orders]") {
    Tampered const orders;
    orders.change("events", R"(UPDATE events SET data = replace(data, '2.50', '0.50') WHERE version = 2)");
    require_finding(orders.run({"verify"}), "the event at position 2 does not match its checksum");
}

TEST_CASE("an event that was put in the place of another is found by the chain", "[orders]") {
    Tampered const orders;
    orders.cut_off_the_end();
    // Everything is as the library writes it.
    REQUIRE(orders.run({"create", "C1", "--customer", "18", "--country", "Norway"}).status == 0);
    REQUIRE(orders.run({"create", "R1", "--customer", "18", "--country", "Norway"}).status == 0);
    REQUIRE(orders.run({"show", "C1"}).status == 0);
    require_finding(orders.run({"verify"}), "stream 'Order/C1', version 1: the event is not the one that was linked");
}

TEST_CASE("an end that was cut off is found by the chain", "[orders]") {
    Tampered const orders;
    orders.cut_off_the_end();
    require_finding(orders.run({"verify"}), "stream 'Order/C1', version 1: an event that was linked is gone");
}

TEST_CASE("a chain that was made anew does not go through a head that was kept", "[orders]") {
    Tampered const orders;
    orders.change("events", "DELETE FROM events WHERE position > 2; UPDATE sqlite_sequence SET seq = 2");
    orders.change("event_hashes", "DELETE FROM event_hashes; DELETE FROM projections");
    REQUIRE(orders.run({"ship", "X1", "--carrier", "DHL", "--tracking", "TRK-2"}).status == 0);
    CHECK(orders.run({"verify"}).out == "0 events are as they were linked, 3 new ones are linked now\n");
    CHECK(orders.run({"verify"}).out == "3 events are as they were linked, 0 new ones are linked now\n");
    require_finding(
        orders.run({"verify", "--against", orders.head()}),
        "stream 'Order/X1', version 3: the chain does not go through the given head"
    );
}

TEST_CASE("memory has no chain", "[orders]") {
    require_finding(examples::run_in_memory({"verify"}), "a store in memory has no chain of hashes");
}
