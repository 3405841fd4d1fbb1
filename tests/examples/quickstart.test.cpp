// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/program.hpp>

TEST_CASE("the quickstart prints what it does", "[quickstart]") {
    examples::Outcome const outcome = examples::Program{{ANNALS_QUICKSTART}}.wait();
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(
        outcome.out == "stored:   order-123 in 3 events\n"
                       "loaded:   2 items, 10997 cents\n"
                       "conflict: annals: stream 'Order/order-123' is at version 4, expected version 3\n"
                       "refused:  a shipped order cannot be changed\n"
                       "summary:  order-123, 13995 cents, shipped\n"
    );
}
