// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_STRING_TEXT_HPP
#define ANNALS_JSON_STRING_TEXT_HPP

#include <annals/detail/utf8.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

// A string of JSON to text and back, byte for byte as nlohmann/json does it.

namespace annals::detail {

/// Whether the byte stands in a JSON string for itself, and is a character by itself.
[[nodiscard]] constexpr bool is_plain_json(char byte) noexcept {
    return static_cast<signed char>(byte) >= 0x20 && byte != '"' && byte != '\\';
}

/// The end of the plain bytes at the start of `[at, end)`.
[[nodiscard]] inline char const* skip_plain_json(char const* at, char const* end) noexcept {
    constexpr std::uint64_t each_byte = 0x0101010101010101U;
    for (std::uint64_t word = 0; end - at >= std::ptrdiff_t{sizeof word}; at += sizeof word) {
        std::memcpy(&word, at, sizeof word);
        // The highest bit of a difference is set where a byte is below the other, or above 0x7F itself.
        std::uint64_t const is_control = word - each_byte * 0x20U;
        std::uint64_t const is_quote = (word ^ each_byte * static_cast<unsigned char>('"')) - each_byte;
        std::uint64_t const is_backslash = (word ^ each_byte * static_cast<unsigned char>('\\')) - each_byte;
        if (((word | is_control | is_quote | is_backslash) & each_byte * 0x80U) != 0) {
            break;
        }
    }
    while (at != end && is_plain_json(*at)) {
        ++at;
    }
    return at;
}

/// Four hexadecimal digits, at `at`.
[[nodiscard]] inline bool take_hex_unit(char const*& at, char const* end, std::uint32_t& unit) noexcept {
    if (end - at < 4) {
        return false;
    }
    unit = 0;
    for (char const* const rest = at + 4; at != rest; ++at) {
        auto const digit = static_cast<unsigned char>(*at);
        auto const letter = digit | 0x20U;
        unit <<= 4U;
        if (digit >= '0' && digit <= '9') {
            unit |= digit - unsigned{'0'};
        } else if (letter >= 'a' && letter <= 'f') {
            unit |= letter - 'a' + 10U;
        } else {
            return false;
        }
    }
    return true;
}

/// What follows `\u`: one unit of UTF-16 or the two of a pair, as UTF-8. False for a surrogate without its other half.
[[nodiscard]] inline bool take_code_point(char const*& at, char const* end, std::string& utf8) {
    std::uint32_t code = 0;
    if (!take_hex_unit(at, end, code)) {
        return false;
    }
    if (code >= 0xD800 && code <= 0xDFFF) {
        std::uint32_t low = 0;
        if (code >= 0xDC00 || end - at < 2 || at[0] != '\\' || at[1] != 'u' || !take_hex_unit(at += 2, end, low) ||
            low < 0xDC00 || low > 0xDFFF) {
            return false;
        }
        code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
    }
    auto const append = [&utf8](std::uint32_t byte) { utf8 += static_cast<char>(byte); };
    auto const append_rest = [&append, code](unsigned shift) { append(0x80U | (code >> shift & 0x3FU)); };
    if (code < 0x80) {
        append(code);
    } else if (code < 0x800) {
        append(0xC0U | code >> 6U);
        append_rest(0);
    } else if (code < 0x10000) {
        append(0xE0U | code >> 12U);
        append_rest(6);
        append_rest(0);
    } else {
        append(0xF0U | code >> 18U);
        append_rest(12);
        append_rest(6);
        append_rest(0);
    }
    return true;
}

/// What follows a backslash.
[[nodiscard]] inline bool take_json_escape(char const*& at, char const* end, std::string& utf8) {
    constexpr std::string_view letters = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (at == end) {
        return false;
    }
    char const letter = *at++;
    if (letter == 'u') {
        return take_code_point(at, end, utf8);
    }
    std::size_t const place = letters.find(letter);
    if (place == std::string_view::npos) {
        return false;
    }
    utf8 += meanings[place];
    return true;
}

/// Appends the string whose text begins at `at`, behind its first quote; leaves `at` behind its last one. False if the
/// text is no string that nlohmann/json reads.
[[nodiscard]] inline bool take_json_string(char const*& at, char const* end, std::string& value) {
    for (;;) {
        char const* const part = at;
        at = skip_plain_json(at, end);
        value.append(part, static_cast<std::size_t>(at - part));
        if (at == end) {
            return false;
        }
        if (*at == '"') {
            ++at;
            return true;
        }
        if (*at == '\\') {
            if (!take_json_escape(++at, end, value)) {
                return false;
            }
        } else {
            std::size_t const length = utf8_sequence_length({at, static_cast<std::size_t>(end - at)});
            if (length < 2) {
                return false; // ill-formed, or a control character
            }
            value.append(at, length);
            at += length;
        }
    }
}

/// Appends the text of a string, with its quotes. False if the string is not UTF-8.
[[nodiscard]] inline bool append_checked_json_string(std::string& text, std::string_view value) {
    char const* at = value.data();
    char const* const end = at + value.size();
    text += '"';
    while (at != end) {
        char const* const part = at;
        at = skip_plain_json(at, end);
        text.append(part, static_cast<std::size_t>(at - part));
        if (at == end) {
            break;
        }
        std::size_t const length = utf8_sequence_length({at, static_cast<std::size_t>(end - at)});
        if (length == 0) {
            return false;
        }
        if (length > 1) {
            text.append(at, length);
        } else {
            constexpr std::string_view hex = "0123456789abcdef";
            constexpr std::string_view letters = "\"\\bfnrt";
            constexpr std::string_view meanings = "\"\\\b\f\n\r\t";
            auto const byte = static_cast<unsigned char>(*at);
            std::size_t const place = meanings.find(*at);
            if (place != std::string_view::npos) {
                text += '\\';
                text += letters[place];
            } else {
                text += "\\u00";
                text += hex[byte >> 4U];
                text += hex[byte & 0xFU];
            }
        }
        at += length;
    }
    text += '"';
    return true;
}

} // namespace annals::detail

#endif // ANNALS_JSON_STRING_TEXT_HPP
