// SPDX-License-Identifier: MIT

#include <annals/position.hpp>
#include <tests/catch.hpp>

#include <limits>
#include <string>
#include <vector>

using annals::InvalidInput;
using annals::parse_position;
using annals::Position;

namespace {

constexpr std::int64_t largest = (std::numeric_limits<std::int64_t>::max)();
constexpr std::int64_t smallest = (std::numeric_limits<std::int64_t>::min)();

} // namespace

TEST_CASE("position: the default stands before every event") {
    STATIC_REQUIRE(Position{} < Position{0, 1});
    STATIC_REQUIRE(Position{} < Position{1});
    STATIC_REQUIRE(Position{} == Position{0, 0});
}

TEST_CASE("position: positions are ordered by the first number and then by the second") {
    STATIC_REQUIRE(Position{1, largest} < Position{2});
    STATIC_REQUIRE(Position{2} < Position{2, 1});
    STATIC_REQUIRE(Position{2, 9} < Position{2, 10});
    STATIC_REQUIRE(Position{2, 1} != Position{2});
    STATIC_REQUIRE(Position{largest, largest} > Position{largest});
}

TEST_CASE("position: negative numbers are refused") {
    CHECK_THROWS_AS(Position{-1}, InvalidInput);
    CHECK_THROWS_AS((Position{0, -1}), InvalidInput);
    CHECK_THROWS_AS(Position{smallest}, InvalidInput);
}

TEST_CASE("position: each has its text and is read from it") {
    CHECK(to_text(Position{}) == "0");
    CHECK(to_text(Position{17}) == "17");
    CHECK(to_text(Position{17, 4}) == "17.4");
    CHECK(to_text(Position{0, 4}) == "0.4");
    CHECK(to_text(Position{largest, largest}) == "9223372036854775807.9223372036854775807");

    for (Position const position :
         {Position{},
          Position{1},
          Position{10, 10},
          Position{0, 1},
          Position{largest},
          Position{0, largest},
          Position{largest, largest},
          Position{largest - 1, 7}}) {
        CHECK(parse_position(to_text(position)) == position);
    }
}

TEST_CASE("position: anything that is no text of a position is refused") {
    std::vector<std::string> const garbage{
        "",
        " ",
        ".",
        "1.",
        ".1",
        "1..2",
        "1.2.3",
        "-1",
        "+1",
        "1.-2",
        "1 ",
        " 1",
        "1,2",
        "0x10",
        "1e3",
        "17a",
        "a17",
        "9223372036854775808",
        "1.9223372036854775808",
        "18446744073709551616",
        "99999999999999999999999999",
        "\xD9\xA1",
        std::string{"1\0", 2},
        std::string{"1.\0", 3},
    };
    for (std::string const& text : garbage) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_position(text), InvalidInput);
    }
}

TEST_CASE("position: only the very text that is written is read") {
    for (char const* const text : {"007", "00", "17.0", "17.04", "01.4"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(parse_position(text), InvalidInput);
    }
}
