// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/postgres_orders.hpp>
#include <tests/examples/support/retail_data.hpp>
#include <tests/reliability/support/raw_database.hpp>

#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;
using examples::OrdersProgram;
using examples::Outcome;
using examples::sample_day;

namespace {

std::vector<std::string> const by_day{"report", "--by-day"};
std::vector<std::string> const best_sellers{"report", "--best-sellers"};

/// The report without what the import before it has printed.
std::string folded_in_memory(std::string const& file, std::string const& report) {
    std::string const out = examples::run_in_memory({"import", file, "report", report}).out;
    return out.substr(out.find('\n') + 1);
}

template <class Orders>
void check_read_models(Orders const& orders) {
    REQUIRE(orders.run({"import", sample_day("2010-12-22")}).status == 0);
    CHECK(orders.run(by_day).out == folded_in_memory(sample_day("2010-12-22"), "--by-day"));
    CHECK(orders.run(best_sellers).out == folded_in_memory(sample_day("2010-12-22"), "--best-sellers"));

    std::string const listed = orders.run({"projections"}).out;
    CHECK_THAT(listed, ContainsSubstring("best_sellers             1  active"));
    CHECK_THAT(listed, ContainsSubstring("revenue_by_day           1  active"));

    // Events that the read models have not seen yet.
    REQUIRE(orders.run({"create", "new-1", "--customer", "Ada", "--country", "Iceland"}).status == 0);
    REQUIRE(orders.run({"add-item", "new-1", "--stock", "X", "--quantity", "2", "--price", "1000.50"}).status == 0);
    Outcome const rebuilt = orders.run({"rebuild", "best_sellers"});
    CHECK(rebuilt.err == "");
    CHECK(rebuilt.out == "best_sellers: generation 2 is served\n");
    CHECK_THAT(orders.run(best_sellers).out, ContainsSubstring("2,001.00"));
    CHECK_THAT(orders.run(by_day).out, ContainsSubstring("Iceland"));
    std::string const after = orders.run({"projections"}).out;
    CHECK_THAT(after, ContainsSubstring("best_sellers             1  retired"));
    CHECK_THAT(after, ContainsSubstring("best_sellers             2  active"));
}

} // namespace

TEST_CASE("the read models say what a fold of all events says, and can be rebuilt", "[orders]") {
    check_read_models(OrdersProgram{});
}

TEST_CASE("postgres: the read models say what a fold of all events says, and can be rebuilt", "[orders]") {
    check_read_models(examples::PostgresOrders{});
}

TEST_CASE("a rebuild puts a damaged read model right", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", sample_day("2010-12-22")}).status == 0);
    std::string const right = orders.run({"report"}).out;
    reliability::RawDatabase{orders.store()}.run("UPDATE order_summary_1 SET revenue = revenue + 1000000");
    CHECK(orders.run({"report"}).out != right);
    REQUIRE(orders.run({"rebuild", "order_summary"}).status == 0);
    CHECK(orders.run({"report"}).out == right);
}

TEST_CASE("a read model that there is not cannot be rebuilt", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", sample_day("2010-12-22")}).status == 0);
    Outcome const outcome = orders.run({"rebuild", "best_sellers"});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "orders: there is no read model 'best_sellers' in this store\n");
}
