// SPDX-License-Identifier: MIT

#include <annals/detail/utf8.hpp>
#include <tests/catch.hpp>

#include <cstdint>
#include <string>
#include <vector>

using annals::detail::is_printable_utf8;
using annals::detail::is_utf8_without_nul;

namespace {

std::string encoded(std::uint32_t point) {
    auto const byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    auto const tail = [&](unsigned shift) { return byte(0x80U | ((point >> shift) & 0x3FU)); };
    if (point < 0x80) {
        return {byte(point)};
    }
    if (point < 0x800) {
        return {byte(0xC0U | point >> 6U), tail(0)};
    }
    if (point < 0x10000) {
        return {byte(0xE0U | point >> 12U), tail(6), tail(0)};
    }
    return {byte(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
}

} // namespace

TEST_CASE("utf8: every code point is taken but NUL and the surrogates") {
    for (std::uint32_t point = 0; point < 0x110000; ++point) {
        bool const is_surrogate = point >= 0xD800 && point <= 0xDFFF;
        bool const is_control = point < 0x20 || (point >= 0x7F && point < 0xA0);
        std::string const text = encoded(point);
        if (is_utf8_without_nul(text) != (point != 0 && !is_surrogate)) {
            CAPTURE(point);
            FAIL("wrong verdict of is_utf8_without_nul");
        }
        if (is_printable_utf8(text) != (!is_control && !is_surrogate)) {
            CAPTURE(point);
            FAIL("wrong verdict of is_printable_utf8");
        }
    }
}

TEST_CASE("utf8: every class of ill-formed text is refused wherever it stands") {
    std::vector<std::string> const ill{
        "\x80",
        "\xBF", // a continuation alone
        "\xC0\x80",
        "\xC0\xAF",
        "\xC1\xBF", // two bytes, overlong
        "\xE0\x80\x80",
        "\xE0\x9F\xBF", // three bytes, overlong
        "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF", // four bytes, overlong
        "\xED\xA0\x80",
        "\xED\xAF\xBF",
        "\xED\xB0\x80",
        "\xED\xBF\xBF",             // surrogates
        "\xED\xA0\xBD\xED\xB8\x80", // a pair of them, as in CESU-8
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xF7\xBF\xBF\xBF", // above U+10FFFF
        "\xF8\x88\x80\x80\x80",
        "\xFC\x84\x80\x80\x80\x80", // five and six bytes
        "\xFE",
        "\xFF",
        "\xFF\xFE", // never in UTF-8
        "\xC3",
        "\xE2",
        "\xE2\x82",
        "\xF0",
        "\xF0\x9F",
        "\xF0\x9F\x98", // cut off
        "\xC3(",
        "\xE2(\xA1",
        "\xE2\x82(",
        "\xF0(\x8C\xBC",
        "\xF0\x90(\xBC",
        "\xF0\x90\x8C(", // no continuation
        "\xC3\xC3\xBC",
        "\xE2\x82\xE2\x82\xAC",
        "\xF0\x9F\x98\xC3\xBC",
    };
    for (std::string const& bytes : ill) {
        for (std::string const& text : {bytes, "a" + bytes, bytes + "a", "\xE2\x82\xAC" + bytes + "\xC3\xBC"}) {
            CAPTURE(text);
            CHECK_FALSE(is_utf8_without_nul(text));
            CHECK_FALSE(is_printable_utf8(text));
        }
    }
}

TEST_CASE("utf8: a control character is found wherever it stands") {
    for (std::string const& control :
         {std::string(1, '\0'), std::string{"\x1F"}, std::string{"\x7F"}, std::string{"\xC2\x85"}}) {
        for (std::string const& text : {control, "a" + control, control + "a", "\xE2\x82\xAC" + control + "\xC3\xBC"}) {
            CHECK_FALSE(is_printable_utf8(text));
        }
    }
    CHECK_FALSE(is_utf8_without_nul(std::string{"a\0b", 3}));
    CHECK(is_utf8_without_nul("line\nline\t\x7F\xC2\x85"));
    CHECK(is_utf8_without_nul(""));
    CHECK(is_printable_utf8("\xC2\xA0"));
}

TEST_CASE("utf8: of every byte among ASCII, at every place, the verdict is that of looking at each alone") {
    for (std::size_t size = 1; size <= 26; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (unsigned byte = 0; byte <= 0xFF; ++byte) {
                for (char const other : {' ', '~', 'a'}) {
                    std::string text(size, other);
                    text[at] = static_cast<char>(static_cast<unsigned char>(byte));
                    if (is_utf8_without_nul(text) != (byte >= 0x01 && byte <= 0x7F) ||
                        is_printable_utf8(text) != (byte >= 0x20 && byte <= 0x7E)) {
                        CAPTURE(size, at, byte, other);
                        FAIL("wrong verdict");
                    }
                }
            }
        }
    }
}
