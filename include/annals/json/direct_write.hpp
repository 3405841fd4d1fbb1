// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_DIRECT_WRITE_HPP
#define ANNALS_JSON_DIRECT_WRITE_HPP

#include <annals/json/direct_form.hpp>
#include <annals/json/string_text.hpp>
#include <annals/json/write.hpp>
#include <annals/limits.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <tuple>

// A struct to the JSON text that nlohmann/json writes of it. False says that there is none; nlohmann/json is asked
// again then, so that one place says why.

namespace annals::detail {

template <class T>
[[nodiscard]] bool append_value(std::string& text, T const& value, std::size_t depth);

template <std::size_t Size, class F>
void append_number(std::string& text, F const& put_digits) {
    std::array<char, Size> digits;
    char* const first = digits.data();
    text.append(first, static_cast<std::size_t>(put_digits(first, first + Size) - first));
}

/// The parts of an array or an object: `append_parts` puts a comma before each, and the first gives way to `opening`.
template <class F>
[[nodiscard]] bool append_enclosed(std::string& text, char opening, char closing, F&& append_parts) {
    std::size_t const begin = text.size();
    if (!append_parts()) {
        return false;
    }
    if (text.size() == begin) {
        text += opening;
    } else {
        text[begin] = opening;
    }
    text += closing;
    return true;
}

template <HasFields T>
[[nodiscard]] bool append_fields(std::string& text, T const& value, std::size_t depth) {
    using List = FieldList<T>;
    return append_enclosed(text, '{', '}', [&] {
        return List::all_of([&](auto i) {
            constexpr auto field = std::get<i>(List::fields);
            text += field.text;
            return append_value(text, value.*field.member, depth);
        });
    });
}

/// A value that its own mapping writes, through a tree of it alone.
template <class T>
[[nodiscard]] bool append_mapped(std::string& text, T const& value, std::size_t depth) {
    try {
        nlohmann::json form;
        write_member_form(form, value);
        if (!unwritable_part(form, depth).empty()) {
            return false;
        }
        text += form.dump();
        return true;
    } catch (nlohmann::json::exception const&) {
        return false;
    }
}

/// @param depth  of the array or object that `value` is in
template <class T>
[[nodiscard]] bool append_value(std::string& text, T const& value, std::size_t depth) {
    if constexpr (!IsOptional<T>::value && !is_direct<T>()) {
        return append_mapped(text, value, depth);
    } else if constexpr (std::same_as<T, bool>) {
        text += value ? "true" : "false";
        return true;
    } else if constexpr (DirectInteger<T>) {
        append_number<20>(text, [value](char* first, char* last) { return std::to_chars(first, last, value).ptr; });
        return true;
    } else if constexpr (IsOneOf<T, float, double>) {
        // Not std::to_chars: of two shortest texts it may choose the other one.
        if (!std::isfinite(value)) {
            return false;
        }
        append_number<64>(text, [number = double{value}](char* first, char* last) {
            return nlohmann::detail::to_chars(first, last, number);
        });
        return true;
    } else if constexpr (std::same_as<T, std::string>) {
        return append_checked_json_string(text, value);
    } else if constexpr (IsOptional<T>::value) {
        if (value) {
            return append_value(text, *value, depth);
        }
        text += "null";
        return true;
    } else if (depth == limits::max_json_depth) {
        return false;
    } else if constexpr (IsVector<T>::value) {
        return append_enclosed(text, '[', ']', [&] {
            for (typename T::value_type const& element : value) {
                text += ',';
                if (!append_value(text, element, depth + 1)) {
                    return false;
                }
            }
            return true;
        });
    } else if constexpr (IsTextMap<T>::value) {
        return append_enclosed(text, '{', '}', [&] {
            for (auto const& [key, member] : value) {
                text += ',';
                if (!append_checked_json_string(text, key)) {
                    return false;
                }
                text += ':';
                if (!append_value(text, member, depth + 1)) {
                    return false;
                }
            }
            return true;
        });
    } else {
        return append_fields(text, value, depth + 1);
    }
}

/// Appends the JSON text, or says that it cannot be written; then `text` may hold a part of it.
template <DirectJson T>
[[nodiscard]] bool write_direct(std::string& text, T const& value) {
    text.reserve(FieldList<T>::expected_size);
    return append_fields(text, value, 1) && text.size() <= limits::max_payload_bytes;
}

} // namespace annals::detail

#endif // ANNALS_JSON_DIRECT_WRITE_HPP
