// SPDX-License-Identifier: MIT

#ifndef ORDERS_TEXT_HPP
#define ORDERS_TEXT_HPP

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace orders {

/// The code point at the start of `text` and its length in bytes; the length is 0 if it is not UTF-8.
struct CodePoint {
    std::uint32_t value = 0;
    std::size_t bytes = 0;
};

[[nodiscard]] constexpr CodePoint first_code_point(std::string_view text) noexcept {
    auto const lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) {
        return {lead, 1};
    }
    std::size_t const bytes = std::size_t{2} + (lead >= 0xE0 ? 1 : 0) + (lead >= 0xF0 ? 1 : 0);
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) {
        return {};
    }
    std::uint32_t value = lead & (0x7FU >> bytes);
    for (char const c : text.substr(1, bytes - 1)) {
        auto const byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) != 0x80) {
            return {};
        }
        value = value << 6U | (byte & 0x3FU);
    }
    bool const is_overlong = (bytes == 3 && value < 0x800) || (bytes == 4 && value < 0x10000);
    bool const is_surrogate = value >= 0xD800 && value < 0xE000;
    return is_overlong || is_surrogate || value > 0x10FFFF ? CodePoint{} : CodePoint{value, bytes};
}

[[nodiscard]] constexpr bool is_control(std::uint32_t c) noexcept { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

/// Whether `text` is UTF-8 without a NUL.
[[nodiscard]] constexpr bool is_text(std::string_view text) noexcept {
    while (!text.empty()) {
        CodePoint const c = first_code_point(text);
        if (c.bytes == 0 || c.value == 0) {
            return false;
        }
        text.remove_prefix(c.bytes);
    }
    return true;
}

/// Whether `text` is UTF-8 without control characters.
[[nodiscard]] constexpr bool is_printable(std::string_view text) noexcept {
    while (!text.empty()) {
        CodePoint const c = first_code_point(text);
        if (c.bytes == 0 || is_control(c.value)) {
            return false;
        }
        text.remove_prefix(c.bytes);
    }
    return true;
}

/// `text` on one line of a terminal: what is not printable becomes a question mark.
[[nodiscard]] inline std::string printable(std::string_view text) {
    std::string line;
    while (!text.empty()) {
        CodePoint const c = first_code_point(text);
        std::size_t const bytes = c.bytes == 0 ? 1 : c.bytes;
        line += c.bytes == 0 || is_control(c.value) ? "?" : text.substr(0, bytes);
        text.remove_prefix(bytes);
    }
    return line;
}

/// Reads a whole number; nothing if `text` is anything else or the number does not fit.
[[nodiscard]] inline std::optional<std::int64_t> parse_whole_number(std::string_view text) {
    std::int64_t number = 0;
    char const* const end = text.data() + text.size();
    auto const [stopped_at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stopped_at == end ? std::optional{number} : std::nullopt;
}

/// A number's text with commas between its thousands: `2490287.01` as `2,490,287.01`.
[[nodiscard]] inline std::string with_thousands(std::string text) {
    std::size_t const begin = text.starts_with('-') ? 1 : 0;
    std::size_t end = text.find('.') == std::string::npos ? text.size() : text.find('.');
    while (end > begin + 3) {
        end -= 3;
        text.insert(end, 1, ',');
    }
    return text;
}
[[nodiscard]] inline std::string with_thousands(std::int64_t number) { return with_thousands(std::to_string(number)); }

} // namespace orders

#endif // ORDERS_TEXT_HPP
