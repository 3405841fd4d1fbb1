// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_EXAMPLES_SUPPORT_LOOK_BACK_HPP
#define ANNALS_TESTS_EXAMPLES_SUPPORT_LOOK_BACK_HPP

#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>

#include <string>
#include <vector>

namespace examples {

/// An order X1 of three events, a credit note C1 because of it, and because of that another order, R1.
/// @tparam Orders  the program over some store, with a member `run`
template <class Orders>
void make_orders(Orders const& orders) {
    using Arguments = std::vector<std::string>;
    for (Arguments const& arguments : {
             Arguments{"create", "X1", "--customer", "17", "--country", "Norway"},
             Arguments{"add-item", "X1", "--stock", "T", "--quantity", "3", "--price", "2.5"},
             Arguments{"ship", "X1", "--carrier", "DHL", "--tracking", "TRK-1"},
             Arguments{"create", "C1", "--customer", "17", "--country", "Norway", "--because-of", "X1"},
             Arguments{"create", "R1", "--customer", "17", "--country", "Norway", "--because-of", "C1"},
         }) {
        Outcome const outcome = orders.run(arguments);
        CHECK(outcome.err == "");
        REQUIRE(outcome.status == 0);
    }
}

/// What the program says of them, over any store in a database.
template <class Orders>
void look_back(Orders const& orders) {
    make_orders(orders);
    auto const said = [&orders](std::vector<std::string> const& arguments) {
        Outcome const outcome = orders.run(arguments);
        CHECK(outcome.err == "");
        CHECK(outcome.status == 0);
        return outcome.out;
    };
    CHECK(
        said({"diff", "X1", "--from", "1", "--to", "3"}) ==
        "carrier: \"\" -> \"DHL\"\n"
        "lines[0]: (none) -> {\"description\":\"\",\"quantity\":3,\"stock_code\":\"T\",\"unit_price\":\"2.50\"}\n"
        "shipped: false -> true\n"
        "total: \"0.00\" -> \"7.50\"\n"
        "tracking_number: \"\" -> \"TRK-1\"\n"
    );
    CHECK(said({"diff", "X1", "--from", "2", "--to", "2"}) == "nothing has changed\n");
    CHECK(
        said({"trace", "X1", "--version", "3"}) == "> X1 at 3: shipped with DHL, TRK-1\n"
                                                   "    C1 at 1: credit note created for customer 17, Norway\n"
                                                   "      R1 at 1: order created for customer 17, Norway\n"
    );
    CHECK(
        said({"trace", "R1", "--version", "1"}) == "  X1 at 3: shipped with DHL, TRK-1\n"
                                                   "    C1 at 1: credit note created for customer 17, Norway\n"
                                                   ">     R1 at 1: order created for customer 17, Norway\n"
    );
    CHECK(said({"trace", "X1", "--version", "1"}) == "> X1 at 1: order created for customer 17, Norway\n");
}

/// What it says of their chains when nobody has changed anything.
/// @returns the head of that of X1
template <class Orders>
std::string verify_orders(Orders const& orders) {
    CHECK(orders.run({"verify"}).out == "0 events are as they were linked, 5 new ones are linked now\n");
    CHECK(orders.run({"verify"}).out == "5 events are as they were linked, 0 new ones are linked now\n");
    std::string head = orders.run({"verify", "--head", "X1"}).out;
    REQUIRE(head.size() > 6);
    CHECK(head.substr(64) == ":3:X1\n");
    head.pop_back();
    Outcome const outcome = orders.run({"verify", "--against", head});
    CHECK(outcome.err == "");
    CHECK(outcome.status == 0);
    Outcome const none = orders.run({"verify", "--head", "X2"});
    CHECK(none.err == "orders: there is no order X2\n");
    CHECK(none.status == 1);
    return head;
}

} // namespace examples

#endif // ANNALS_TESTS_EXAMPLES_SUPPORT_LOOK_BACK_HPP
