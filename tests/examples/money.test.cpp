// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>

#include <cstdint>
#include <examples/orders/money.hpp>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

using orders::Money;
using orders::parse_money;

TEST_CASE("money is read from decimal numbers", "[orders]") {
    CHECK(parse_money("2.55") == Money{2'550'000});
    CHECK(parse_money("3") == Money{3'000'000});
    CHECK(parse_money("0") == Money{});
    CHECK(parse_money("0.001") == Money{1'000});
    CHECK(parse_money("-11062.06") == Money{-11'062'060'000});
    CHECK(parse_money("0.000001") == Money{1});
    CHECK(parse_money("007.10") == Money{7'100'000});
    CHECK(parse_money("1.50000000000") == Money{1'500'000}); // zeros do not count as decimals
}

TEST_CASE("money refuses whatever is not a decimal number", "[orders]") {
    for (std::string const text :
         {"", "-", ".", ".5", "5.", "+1", "1,5", "1e5", "1.2.3", "--1", " 1", "1 ", "abc", "0x10", "1.0000001", "nan"
         }) {
        CAPTURE(text);
        CHECK(parse_money(text) == std::nullopt);
    }
}

TEST_CASE("money is exact to its limits and refuses what lies beyond", "[orders]") {
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
    CHECK(parse_money("9223372036854.775807") == Money{highest});
    CHECK(parse_money("-9223372036854.775808") == Money{lowest});
    CHECK(parse_money("9223372036854.775808") == std::nullopt);
    CHECK(parse_money("-9223372036854.775809") == std::nullopt);
    CHECK(parse_money("99999999999999999999999999") == std::nullopt);
    CHECK(to_text(Money{lowest}) == "-9223372036854.775808");

    CHECK_THROWS_AS(Money{highest} + Money{1}, std::domain_error);
    CHECK_THROWS_AS(Money{lowest} + Money{-1}, std::domain_error);
    CHECK_THROWS_AS(2 * Money{highest / 2 + 1}, std::domain_error);
    CHECK_THROWS_AS(-1 * Money{lowest}, std::domain_error);
}

TEST_CASE("money adds up where floating point does not", "[orders]") {
    Money sum;
    for (int i = 0; i < 10; ++i) {
        sum = sum + *parse_money("0.1");
    }
    CHECK(sum == *parse_money("1"));
    CHECK(-80'995 * *parse_money("2.08") == *parse_money("-168469.6"));
}

TEST_CASE("money is written with two decimals, or more where there are more", "[orders]") {
    CHECK(to_text(Money{}) == "0.00");
    CHECK(to_text(*parse_money("58635.56")) == "58635.56");
    CHECK(to_text(*parse_money("2.1")) == "2.10");
    CHECK(to_text(*parse_money("0.001")) == "0.001");
    CHECK(to_text(*parse_money("0.1234")) == "0.1234");
    CHECK(to_text(*parse_money("-0.05")) == "-0.05");
    CHECK(to_text(*parse_money("1000000")) == "1000000.00");
}
