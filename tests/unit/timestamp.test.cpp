// SPDX-License-Identifier: MIT

#include <annals/timestamp.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/damage.hpp>

#include <random>
#include <string>
#include <vector>

using namespace std::chrono;
using annals::InvalidInput;
using annals::parse_timestamp;
using annals::Timestamp;

namespace {

constexpr Timestamp at(int y, unsigned m, unsigned d, microseconds time_of_day = microseconds{0}) {
    return sys_days{year{y} / month{m} / day{d}} + time_of_day;
}

std::string rewritten(std::string const& text) { return annals::to_text(parse_timestamp(text)); }

bool is_refused(std::string const& text) {
    try {
        static_cast<void>(parse_timestamp(text));
        return false;
    } catch (InvalidInput const&) {
        return true;
    }
}

} // namespace

TEST_CASE("timestamp: text is ISO 8601 in UTC with six decimals") {
    CHECK(annals::to_text(at(2010, 12, 1, hours{8} + minutes{26})) == "2010-12-01T08:26:00.000000Z");
    CHECK(annals::to_text(Timestamp{}) == "1970-01-01T00:00:00.000000Z");
    CHECK(annals::to_text(Timestamp{microseconds{1}}) == "1970-01-01T00:00:00.000001Z");
    CHECK(
        annals::to_text(at(2024, 2, 29, hours{23} + minutes{59} + seconds{58} + microseconds{120'034})) ==
        "2024-02-29T23:59:58.120034Z"
    );
}

TEST_CASE("timestamp: moments before 1970 have their own text") {
    CHECK(annals::to_text(Timestamp{microseconds{-1}}) == "1969-12-31T23:59:59.999999Z");
    CHECK(annals::to_text(Timestamp{seconds{-1}}) == "1969-12-31T23:59:59.000000Z");
    CHECK(parse_timestamp("1969-12-31T23:59:59.999999Z") == Timestamp{microseconds{-1}});
    CHECK(parse_timestamp("1600-02-29") == at(1600, 2, 29));
}

TEST_CASE("timestamp: the years 1 to 9999 are storable and no others") {
    Timestamp const earliest = at(1, 1, 1);
    Timestamp const latest = at(9999, 12, 31, hours{24} - microseconds{1});

    CHECK(annals::is_storable(earliest));
    CHECK(annals::is_storable(latest));
    CHECK_FALSE(annals::is_storable(earliest - microseconds{1}));
    CHECK_FALSE(annals::is_storable(latest + microseconds{1}));
    CHECK_FALSE(annals::is_storable((Timestamp::max)()));
    CHECK_FALSE(annals::is_storable((Timestamp::min)()));

    CHECK(annals::to_text(earliest) == "0001-01-01T00:00:00.000000Z");
    CHECK(annals::to_text(latest) == "9999-12-31T23:59:59.999999Z");
    CHECK(parse_timestamp(annals::to_text(earliest)) == earliest);
    CHECK(parse_timestamp(annals::to_text(latest)) == latest);
    CHECK_THROWS_AS(annals::to_text(earliest - microseconds{1}), InvalidInput);
    CHECK_THROWS_AS(annals::to_text(latest + microseconds{1}), InvalidInput);
}

TEST_CASE("timestamp: an offset must not lead out of the years 1 to 9999") {
    CHECK(is_refused("0001-01-01T00:59:59+01:00"));
    CHECK(is_refused("9999-12-31T23:00:00-01:00"));
    CHECK(rewritten("0001-01-01T01:00:00+01:00") == "0001-01-01T00:00:00.000000Z");
    CHECK(rewritten("9999-12-31T22:59:59.999999-01:00") == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("timestamp: each form that is read") {
    CHECK(rewritten("2010-12-01") == "2010-12-01T00:00:00.000000Z");
    CHECK(rewritten("2010-12-01T08:26:07") == "2010-12-01T08:26:07.000000Z");
    CHECK(rewritten("2010-12-01 08:26:07") == "2010-12-01T08:26:07.000000Z");
    CHECK(rewritten("2010-12-01T08:26:07Z") == "2010-12-01T08:26:07.000000Z");
    CHECK(rewritten("2010-12-01T08:26:07.1") == "2010-12-01T08:26:07.100000Z");
    CHECK(rewritten("2010-12-01T08:26:07.12Z") == "2010-12-01T08:26:07.120000Z");
    CHECK(rewritten("2010-12-01T08:26:07.012345Z") == "2010-12-01T08:26:07.012345Z");
    CHECK(rewritten("2010-12-01T08:26:07+00:00") == "2010-12-01T08:26:07.000000Z");
    CHECK(rewritten("2010-12-01T08:26:07-00:00") == "2010-12-01T08:26:07.000000Z");
    CHECK(rewritten("2010-12-01T01:26:07.5+02:30") == "2010-11-30T22:56:07.500000Z");
    CHECK(rewritten("2010-12-31T23:00:00-01:30") == "2011-01-01T00:30:00.000000Z");
    CHECK(rewritten("2010-12-01T00:00:00+23:59") == "2010-11-30T00:01:00.000000Z");
}

TEST_CASE("timestamp: the 29th of February is a date in leap years only") {
    for (char const* const text : {"2000-02-29", "2004-02-29", "2024-02-29", "0004-02-29", "9996-02-29"}) {
        CHECK(rewritten(text) == std::string{text} + "T00:00:00.000000Z");
    }
    for (char const* const text : {"1900-02-29", "2100-02-29", "2001-02-29", "0001-02-29", "2000-02-30"}) {
        CAPTURE(text);
        CHECK(is_refused(text));
    }
}

TEST_CASE("timestamp: anything else is refused") {
    std::vector<std::string> const garbage{
        "",
        " ",
        "Z",
        "2010",
        "2010-12",
        "2010-12-",
        "2010-12-1",
        "2010-1-01",
        "10-12-01",
        "02010-12-01",
        "2010/12/01",
        "20101201",
        "2010-00-01",
        "2010-13-01",
        "2010-12-00",
        "2010-12-32",
        "2010-04-31",
        "0000-01-01",
        "-001-01-01",
        "+2010-12-01",
        "10000-01-01",
        "2010-12-01Z",
        "2010-12-01+01:00",
        "2010-12-01T",
        "2010-12-01t08:26:00Z",
        "2010-12-01T08",
        "2010-12-01T08:26",
        "2010-12-01T08:26Z",
        "2010-12-01T08:26:",
        "2010-12-01T8:26:00",
        "2010-12-01T24:00:00Z",
        "2010-12-01T08:60:00Z",
        "2010-12-01T08:26:60Z",
        "2010-12-01T08:26:00z",
        "2010-12-01T08:26:00.Z",
        "2010-12-01T08:26:00.",
        "2010-12-01T08:26:00.1234567Z",
        "2010-12-01T08:26:00,5Z",
        "2010-12-01T08:26:00.-5Z",
        "2010-12-01T08:26:00+",
        "2010-12-01T08:26:00+01",
        "2010-12-01T08:26:00+0100",
        "2010-12-01T08:26:00+24:00",
        "2010-12-01T08:26:00+01:60",
        "2010-12-01T08:26:00+1:00",
        "2010-12-01T08:26:00Z+01:00",
        "2010-12-01T08:26:00+01:00Z",
        "2010-12-01T08:26:00ZZ",
        "2010-12-01T08:26:00Z ",
        " 2010-12-01T08:26:00Z",
        "2010-12-01  08:26:00",
        "2010-12-01T08:26:00 Z",
        "2010-12-01T-8:26:00Z",
        "2010-12-01T08:+6:00Z",
        std::string{"2010-12-01\0", 11},
        std::string{"2010-12-01T08:26:00Z\0", 21},
        "2010-12-01T08:26:00\xC2\xA0Z",
        "now",
        "\xEF\xBB\xBF"
        "2010-12-01",
    };
    for (std::string const& text : garbage) {
        CAPTURE(text);
        CHECK(is_refused(text));
    }
}

TEST_CASE("timestamp: every storable moment survives its text") {
    std::mt19937_64 random{20101201};
    std::uniform_int_distribution<std::int64_t> micros{
        at(1, 1, 1).time_since_epoch().count(), at(10000, 1, 1).time_since_epoch().count() - 1
    };
    for (int i = 0; i < 20'000; ++i) {
        Timestamp const time{microseconds{micros(random)}};
        std::string const text = annals::to_text(time);
        if (text.size() != 27 || parse_timestamp(text) != time) {
            FAIL(text);
        }
    }
}

TEST_CASE("timestamp: texts are ordered as their moments are") {
    std::mt19937_64 random{7};
    std::uniform_int_distribution<std::int64_t> micros{
        at(1, 1, 1).time_since_epoch().count(), at(10000, 1, 1).time_since_epoch().count() - 1
    };
    for (int i = 0; i < 5'000; ++i) {
        Timestamp const a{microseconds{micros(random)}};
        Timestamp const b{microseconds{micros(random)}};
        if ((a < b) != (annals::to_text(a) < annals::to_text(b))) {
            FAIL(annals::to_text(a) << ' ' << annals::to_text(b));
        }
    }
}

TEST_CASE("timestamp: damaged texts are refused or read as a storable moment") {
    unit::Damage damage{4711, {"0123456789-+:.TZ tz\0\xFF", 21}};
    std::vector<std::string> const seeds{
        "2010-12-01T08:26:00.123456Z", "9999-12-31T23:59:59.999999-23:59", "0001-01-01T00:00:00+00:01", "2024-02-29"
    };
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text = seeds[damage.below(seeds.size())];
        for (std::size_t changes = 1 + damage.below(3); changes > 0 && !text.empty(); --changes) {
            damage.strike(text);
        }
        try {
            Timestamp const time = parse_timestamp(text);
            ++accepted;
            if (!annals::is_storable(time) || parse_timestamp(annals::to_text(time)) != time) {
                FAIL(text);
            }
        } catch (InvalidInput const&) {
        }
    }
    CHECK(accepted > 1'000);
    CHECK(accepted < 99'000);
}
