// SPDX-License-Identifier: MIT

#include <annals/stream_version.hpp>
#include <tests/catch.hpp>

#include <limits>
#include <string>

using annals::ExpectedVersion;
using annals::InvalidInput;
using annals::Version;

namespace {

constexpr std::int64_t largest = (std::numeric_limits<std::int64_t>::max)();
constexpr std::int64_t smallest = (std::numeric_limits<std::int64_t>::min)();

} // namespace

TEST_CASE("version: the default is 0 and stands before the first event") {
    STATIC_REQUIRE(Version{}.value() == 0);
    STATIC_REQUIRE(Version{}.next() == Version{1});
    STATIC_REQUIRE(Version{} < Version{1});
    CHECK(to_text(Version{}) == "0");
    CHECK(to_text(Version{largest}) == "9223372036854775807");
}

TEST_CASE("version: one follows that which is one less, and no other") {
    STATIC_REQUIRE(Version{1}.follows(Version{}));
    STATIC_REQUIRE(Version{largest}.follows(Version{largest - 1}));
    STATIC_REQUIRE_FALSE(Version{}.follows(Version{}));
    STATIC_REQUIRE_FALSE(Version{}.follows(Version{1}));
    STATIC_REQUIRE_FALSE(Version{2}.follows(Version{}));
    STATIC_REQUIRE_FALSE(Version{}.follows(Version{largest}));
    STATIC_REQUIRE_FALSE(Version{largest}.follows(Version{}));
}

TEST_CASE("version: a negative one is refused") {
    CHECK_THROWS_AS(Version{-1}, InvalidInput);
    CHECK_THROWS_AS(Version{smallest}, InvalidInput);
}

TEST_CASE("version: it does not grow past the last one") {
    CHECK(Version{largest - 1}.next() == Version{largest});
    CHECK_THROWS_AS(Version{largest}.next(), InvalidInput);
    CHECK(Version{largest}.advanced_by(0) == Version{largest});
    CHECK(Version{largest - 10}.advanced_by(10) == Version{largest});
    CHECK_THROWS_AS(Version{largest - 10}.advanced_by(11), InvalidInput);
    CHECK_THROWS_AS(Version{1}.advanced_by(largest), InvalidInput);
    CHECK(Version{}.advanced_by(largest) == Version{largest});
}

TEST_CASE("version: going back ends at 0") {
    CHECK(Version{7}.advanced_by(-7) == Version{});
    CHECK_THROWS_AS(Version{7}.advanced_by(-8), InvalidInput);
    CHECK_THROWS_AS(Version{largest}.advanced_by(smallest), InvalidInput);
}

TEST_CASE("expected version: what each admits") {
    struct Row {
        ExpectedVersion expected;
        bool admits_0, admits_1, admits_2, admits_largest;
    };
    Row const table[]{
        {ExpectedVersion::any(), true, true, true, true},
        {ExpectedVersion::no_stream(), true, false, false, false},
        {ExpectedVersion::stream_exists(), false, true, true, true},
        {ExpectedVersion::exactly(Version{}), true, false, false, false},
        {ExpectedVersion::exactly(Version{1}), false, true, false, false},
        {ExpectedVersion::exactly(Version{2}), false, false, true, false},
        {ExpectedVersion::exactly(Version{largest}), false, false, false, true},
    };
    for (Row const& row : table) {
        CAPTURE(to_text(row.expected));
        CHECK(row.expected.admits(Version{}) == row.admits_0);
        CHECK(row.expected.admits(Version{1}) == row.admits_1);
        CHECK(row.expected.admits(Version{2}) == row.admits_2);
        CHECK(row.expected.admits(Version{largest}) == row.admits_largest);
    }
}

TEST_CASE("expected version: equality and text") {
    STATIC_REQUIRE(ExpectedVersion::exactly(Version{}) == ExpectedVersion::no_stream());
    STATIC_REQUIRE(ExpectedVersion::exactly(Version{1}) != ExpectedVersion::no_stream());
    STATIC_REQUIRE(ExpectedVersion::any() != ExpectedVersion::stream_exists());
    CHECK(to_text(ExpectedVersion::any()) == "any version");
    CHECK(to_text(ExpectedVersion::no_stream()) == "no stream");
    CHECK(to_text(ExpectedVersion::stream_exists()) == "an existing stream");
    CHECK(to_text(ExpectedVersion::exactly(Version{3})) == "version 3");
}
