// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_UTF8_HPP
#define ANNALS_DETAIL_UTF8_HPP

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
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

/// Whether the eight bytes at `text` all lie between `first` and `last`, both of them ASCII.
[[nodiscard]] constexpr bool are_eight_between(char const* text, unsigned first, unsigned last) noexcept {
    constexpr std::uint64_t in_each = 0x0101'0101'0101'0101U;
    std::array<char, 8> eight{};
    std::char_traits<char>::copy(eight.data(), text, eight.size());
    auto const word = std::bit_cast<std::uint64_t>(eight);
    // A byte out of range has its high bit set in one of the three. What it carries over to others does no harm, since
    // the eight are refused together.
    return ((word | (word - in_each * first) | (word + in_each * (0x7F - last))) & (in_each * 0x80)) == 0;
}

/// The number of bytes at the start of `text` that lie between `first` and `last`, both of them ASCII: mostly, all.
[[nodiscard]] constexpr std::size_t ascii_prefix_length(std::string_view text, unsigned first, unsigned last) noexcept {
    std::size_t length = 0;
    while (length + 8 <= text.size() && are_eight_between(text.data() + length, first, last)) {
        length += 8;
    }
    if (length > 0 && text.size() - length < 8 && are_eight_between(text.data() + text.size() - 8, first, last)) {
        return text.size();
    }
    while (length < text.size() && static_cast<unsigned char>(text[length]) - first <= last - first) {
        ++length;
    }
    return length;
}

/// Whether `text` is well-formed UTF-8 without a NUL.
[[nodiscard]] constexpr bool is_utf8_without_nul(std::string_view text) noexcept {
    while (!text.empty()) {
        text.remove_prefix(ascii_prefix_length(text, 0x01, 0x7F));
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
        text.remove_prefix(ascii_prefix_length(text, 0x20, 0x7E));
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
