// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_BASE64_HPP
#define ANNALS_DETAIL_BASE64_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace annals::detail {

inline constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the bytes in base64 (RFC 4648, section 4), with its padding.
inline void append_base64(std::string& text, std::string_view bytes) {
    std::size_t const begin = text.size();
    text.resize(begin + (bytes.size() + 2) / 3 * 4, '=');
    char* out = text.data() + begin;
    auto const put = [&out](std::uint32_t bits, unsigned digits) {
        for (unsigned i = 0; i < digits; ++i) {
            *out++ = base64_digits[(bits >> (18 - 6 * i)) & 0x3FU];
        }
    };
    auto const byte = [bytes](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        put(byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2), 4);
    }
    if (std::size_t const left = bytes.size() - at; left == 2) {
        put(byte(at) << 16U | byte(at + 1) << 8U, 3);
    } else if (left == 1) {
        put(byte(at) << 16U, 2);
    }
}

/// What `base64_values` has for a character that is no digit: the only one with its highest bit.
inline constexpr std::uint32_t no_base64_digit = 0x8000'0000U;

inline constexpr std::array<std::uint32_t, 256> base64_values = [] {
    std::array<std::uint32_t, 256> values{};
    values.fill(no_base64_digit);
    for (std::uint32_t i = 0; i < base64_digits.size(); ++i) {
        values[static_cast<unsigned char>(base64_digits[i])] = i;
    }
    return values;
}();

/// The way back; nothing if it is any other text than `append_base64` writes.
[[nodiscard]] inline std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::size_t const padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    auto const value = [text](std::size_t i) { return base64_values[static_cast<unsigned char>(text[i])]; };

    std::string bytes(text.size() * 3 / 4, '\0');
    char* out = bytes.data();
    std::uint32_t seen = 0;
    std::size_t at = 0;
    for (; at + 4 <= text.size(); at += 4, out += 3) {
        std::array<std::uint32_t, 4> const four{value(at), value(at + 1), value(at + 2), value(at + 3)};
        seen |= four[0] | four[1] | four[2] | four[3];
        std::uint32_t const bits = four[0] << 18U | four[1] << 12U | four[2] << 6U | four[3];
        out[0] = static_cast<char>(bits >> 16U);
        out[1] = static_cast<char>(bits >> 8U);
        out[2] = static_cast<char>(bits);
    }
    if (padding > 0) {
        std::uint32_t const last = padding == 1 ? value(at + 2) : 0;
        seen |= value(at) | value(at + 1) | last;
        std::uint32_t const bits = value(at) << 18U | value(at + 1) << 12U | last << 6U;
        // Bits that no byte takes would make two texts of the same bytes.
        seen |= (bits & (padding == 1 ? 0xFFU : 0xFFFFU)) != 0 ? no_base64_digit : 0;
        out[0] = static_cast<char>(bits >> 16U);
        if (padding == 1) {
            out[1] = static_cast<char>(bits >> 8U);
        }
    }
    return (seen & no_base64_digit) == 0 ? std::optional{std::move(bytes)} : std::nullopt;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_BASE64_HPP
