// SPDX-License-Identifier: MIT

#include <annals/json/catalogue.hpp>
#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>

#include <examples/orders/events.hpp>
#include <string>

using examples::OrdersProgram;
using examples::Outcome;

TEST_CASE("the catalogue of the events of orders is up to date", "[orders]") {
    annals::check_catalogue<orders::OrderEvent>(ANNALS_ORDERS_CATALOGUE);
}

TEST_CASE("the program writes its catalogue", "[orders]") {
    OrdersProgram const orders;
    std::string const file = orders.file("events.json");
    Outcome const outcome = orders.run({"catalogue", file});
    CHECK(outcome.out == "the catalogue is up to date\n");
    CHECK(outcome.status == 0);
    CHECK(reliability::read_file(file) == reliability::read_file(ANNALS_ORDERS_CATALOGUE));
}

TEST_CASE("a catalogue of events that the program could not read is left as it is", "[orders]") {
    OrdersProgram const orders;
    std::string const file = orders.file("events.json");
    std::string released = reliability::read_file(ANNALS_ORDERS_CATALOGUE);
    for (auto at = released.find("carrier"); at != std::string::npos; at = released.find("carrier")) {
        released.replace(at, std::string{"carrier"}.size(), "shipper");
    }
    reliability::write_file(file, released);

    Outcome const outcome = orders.run({"catalogue", file});
    CHECK_THAT(
        outcome.err, Catch::Matchers::ContainsSubstring("OrderShipped: version 1 has gained the field 'carrier'")
    );
    CHECK_THAT(outcome.err, Catch::Matchers::ContainsSubstring("has lost the field 'shipper'"));
    CHECK(outcome.status == 1);
    CHECK(reliability::read_file(file) == released);
}
