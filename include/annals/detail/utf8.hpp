// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_UTF8_HPP
#define ANNALS_DETAIL_UTF8_HPP

#include <cstddef>
#include <string_view>

namespace annals::detail {

/// The length of the UTF-8 sequence at the start of `text`, or 0 if it is ill-formed.
///
/// The well-formed sequences are those of table 3-7 of the Unicode Standard: no overlong forms, no surrogates,
/// nothing above U+10FFFF.
[[nodiscard]] constexpr std::size_t utf8_sequence_length(std::string_view text) noexcept {
    auto const byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    auto const is_between = [&](std::size_t i, unsigned low, unsigned high) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    auto const is_continuation = [&](std::size_t i) { return is_between(i, 0x80, 0xBF); };

    unsigned const lead = text.empty() ? 0xFF : byte(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return is_continuation(1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        unsigned const low = lead == 0xE0 ? 0xA0 : 0x80;
        unsigned const high = lead == 0xED ? 0x9F : 0xBF;
        return is_between(1, low, high) && is_continuation(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        unsigned const low = lead == 0xF0 ? 0x90 : 0x80;
        unsigned const high = lead == 0xF4 ? 0x8F : 0xBF;
        return is_between(1, low, high) && is_continuation(2) && is_continuation(3) ? 4 : 0;
    }
    return 0;
}

/// Whether `text` is well-formed UTF-8 without a NUL.
[[nodiscard]] constexpr bool is_utf8_without_nul(std::string_view text) noexcept {
    while (!text.empty()) {
        std::size_t ascii = 0;
        while (ascii < text.size() && static_cast<signed char>(text[ascii]) > 0) {
            ++ascii;
        }
        text.remove_prefix(ascii);
        if (text.empty()) {
            return true;
        }
        std::size_t const length = utf8_sequence_length(text);
        if (length == 0 || text.front() == '\0') {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

/// Whether `text` is well-formed UTF-8 without control characters (U+0000 to U+001F, U+007F to U+009F).
[[nodiscard]] constexpr bool is_printable_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        std::size_t ascii = 0;
        while (ascii < text.size() && text[ascii] >= 0x20 && text[ascii] < 0x7F) {
            ++ascii;
        }
        text.remove_prefix(ascii);
        if (text.empty()) {
            return true;
        }
        std::size_t const length = utf8_sequence_length(text);
        auto const lead = static_cast<unsigned char>(text.front());
        bool const is_c1 = length == 2 && lead == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
        if (length == 0 || lead < 0x20 || lead == 0x7F || is_c1) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_UTF8_HPP
