// SPDX-License-Identifier: MIT

#include <annals/event_id.hpp>
#include <tests/catch.hpp>

#include <cstdint>
#include <random>
#include <string>

using annals::EventId;
using annals::InvalidInput;

namespace {

bool is_refused(std::string const& text) {
    try {
        static_cast<void>(annals::parse_event_id(text));
        return false;
    } catch (InvalidInput const&) {
        return true;
    }
}

} // namespace

TEST_CASE("event id: text is the lower-case form of RFC 9562") {
    EventId id{};
    std::uint8_t next = 0x01;
    for (std::uint8_t& byte : id) {
        byte = next;
        next = static_cast<std::uint8_t>(next + 0x11U);
    }
    CHECK(annals::to_text(id) == "01122334-4556-6778-899a-abbccddeef00");
    CHECK(annals::to_text(EventId{}) == "00000000-0000-0000-0000-000000000000");
}

TEST_CASE("event id: text is read in either case") {
    CHECK(
        annals::parse_event_id("0198C2F7-AbCd-7eF0-9A0b-0123456789aB") ==
        annals::parse_event_id("0198c2f7-abcd-7ef0-9a0b-0123456789ab")
    );
    CHECK(
        annals::to_text(annals::parse_event_id("0198C2F7-ABCD-7EF0-9A0B-0123456789AB")) ==
        "0198c2f7-abcd-7ef0-9a0b-0123456789ab"
    );
}

TEST_CASE("event id: every id survives its text") {
    std::mt19937_64 random{9562};
    for (int i = 0; i < 10'000; ++i) {
        EventId id{};
        for (std::uint8_t& byte : id) {
            byte = static_cast<std::uint8_t>(random());
        }
        if (annals::parse_event_id(annals::to_text(id)) != id) {
            FAIL(annals::to_text(id));
        }
    }
}

TEST_CASE("event id: anything else is refused") {
    std::string const good = "0198c2f7-abcd-7ef0-9a0b-0123456789ab";
    std::vector<std::string> const garbage{
        "",
        "0",
        good.substr(1),
        good + "0",
        good + " ",
        " " + good,
        "{" + good + "}",
        "urn:uuid:" + good,
        "0198c2f7abcd7ef09a0b0123456789ab",
        "0198c2f7-abcd-7ef0-9a0b0-123456789ab",
        "0198c2f-7abcd-7ef0-9a0b-0123456789ab",
        std::string(36, '-'),
        std::string(36, '0'),
        std::string(36, '\0'),
    };
    for (std::string const& text : garbage) {
        CAPTURE(text);
        CHECK(is_refused(text));
    }

    // Each place in turn holds each byte: only what the place allows is taken.
    for (std::size_t place = 0; place < good.size(); ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            char const c = static_cast<char>(byte);
            std::string text = good;
            text[place] = c;
            bool const is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            bool const allowed = good[place] == '-' ? c == '-' : is_digit;
            if (is_refused(text) == allowed) {
                CAPTURE(place, byte);
                FAIL("wrong verdict");
            }
        }
    }
}

TEST_CASE("event id: the time in it grows whatever the clock does") {
    using annals::detail::next_id_time;
    constexpr std::uint64_t second = std::uint64_t{1'000} << 12U;
    STATIC_REQUIRE(next_id_time(0, 1'000) == second);
    STATIC_REQUIRE(next_id_time(second, 1'000) == second + 1);      // the same millisecond: the counter
    STATIC_REQUIRE(next_id_time(second + 7, 999) == second + 8);    // set back
    STATIC_REQUIRE(next_id_time(second + 7, 0) == second + 8);      // set back to the start
    STATIC_REQUIRE(next_id_time(second + 7, -1'000) == second + 8); // set to before 1970
    STATIC_REQUIRE(next_id_time(0, -1'000) == 1);
    STATIC_REQUIRE(next_id_time(second + 7, 1'001) == std::uint64_t{1'001} << 12U);
    // A full counter is carried into the milliseconds, and goes on from there.
    STATIC_REQUIRE(next_id_time(second + 4'095, 1'000) == std::uint64_t{1'001} << 12U);
    STATIC_REQUIRE(next_id_time(std::uint64_t{1'001} << 12U, 1'001) == (std::uint64_t{1'001} << 12U) + 1);
}
