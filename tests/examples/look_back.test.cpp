// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/look_back.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/retail_data.hpp>
#include <tests/reliability/support/raw_database.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

using examples::OrdersProgram;
using examples::Outcome;
using examples::words;
using nlohmann::json;

namespace {

void require_refusal(Outcome const& outcome, std::string const& message) {
    CHECK(outcome.err == "orders: " + message + '\n');
    CHECK(outcome.out == "");
    CHECK(outcome.status == 1);
}

} // namespace

TEST_CASE("what has changed in an order, and what led to what, can be looked up", "[orders]") {
    OrdersProgram const orders;
    examples::look_back(orders);
}

TEST_CASE("memory tells changes and causes, too", "[orders]") {
    Outcome const outcome = examples::run_in_memory(words(
        {"import", examples::sample_day("2010-12-22")},
        words({"create", "R1", "--customer", "17", "--country", "Norway", "--because-of", "C539827"}),
        words({"trace", "R1", "--version", "1"}),
        words({"diff", "R1", "--from", "1", "--to", "1"})
    ));
    CHECK(outcome.err == "");
    CHECK_THAT(
        outcome.out,
        Catch::Matchers::EndsWith("order R1 is at version 1, total 0.00\n"
                                  "  C539827 at 2: returned 1 x 22745 POPPY'S PLAYHOUSE BEDROOM  at 2.10\n"
                                  ">   R1 at 1: order created for customer 17, Norway\n"
                                  "nothing has changed\n")
    );
}

TEST_CASE("an order that was made because of another continues its conversation", "[orders]") {
    OrdersProgram const orders;
    examples::make_orders(orders);
    reliability::RawDatabase const database{orders.store()};
    auto const correlation_of = [&database](std::string const& id, int version) {
        return json::parse(database.text(
            "SELECT metadata FROM events WHERE aggregate_id = '" + id + "' AND version = " + std::to_string(version)
        ))["correlation_id"];
    };
    CHECK(correlation_of("C1", 1) == correlation_of("X1", 3));
    CHECK(correlation_of("R1", 1) == correlation_of("X1", 3));
    CHECK(correlation_of("X1", 2) != correlation_of("X1", 3));
}

TEST_CASE("an event is traced by its id", "[orders]") {
    OrdersProgram const orders;
    examples::make_orders(orders);
    json const history = json::parse(orders.run({"history", "C1", "--json"}).out);
    Outcome const by_id = orders.run({"trace", history[0]["event_id"].get<std::string>()});
    CHECK(by_id.status == 0);
    CHECK(by_id.out == orders.run({"trace", "C1", "--version", "1"}).out);
}

TEST_CASE("what is not there is neither compared nor traced", "[orders]") {
    OrdersProgram const orders;
    examples::make_orders(orders);
    require_refusal(orders.run({"diff", "X2", "--from", "1", "--to", "2"}), "there is no order X2");
    require_refusal(orders.run({"trace", "X2", "--version", "1"}), "there is no order X2");
    require_refusal(orders.run({"trace", "X1", "--version", "4"}), "order X1 has come to version 3 only");
    require_refusal(orders.run({"trace", "X1"}), "'X1' is not the id of an event; for one of an order, say --version");
    require_refusal(
        orders.run({"trace", "01a20aea-298f-7000-8af5-53b1c28240c8"}),
        "no event 01a20aea-298f-7000-8af5-53b1c28240c8 is stored"
    );
    require_refusal(
        orders.run({"create", "C2", "--customer", "17", "--country", "Norway", "--because-of", "X2"}),
        "there is no order X2"
    );
    require_refusal(orders.run({"show", "C2"}), "there is no order C2");

    std::vector<std::vector<std::string>> const wrong{
        {"diff", "X1", "--from", "1"},
        {"diff", "X1", "--from", "0", "--to", "2"},
        {"diff", "X1", "--from", "1", "--to", "two"},
        {"trace"},
        {"trace", "X1", "--version", "-1"},
        {"verify", "--against", "a head"},
        {"catalogue"},
    };
    for (auto const& arguments : wrong) {
        CAPTURE(arguments);
        Outcome const outcome = orders.run(arguments);
        CHECK(outcome.status == 2);
        CHECK(outcome.err != "");
        CHECK(outcome.out == "");
    }
}

TEST_CASE("an imported order is compared line by line", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", examples::sample_day("2010-12-01")}).status == 0);
    Outcome const outcome = orders.run({"diff", "536591", "--from", "35", "--to", "36"});
    CHECK_THAT(outcome.out, Catch::Matchers::StartsWith("lines[34]: (none) -> {"));
    CHECK_THAT(outcome.out, Catch::Matchers::ContainsSubstring("\ntotal: \"159.26\" -> \""));
}
