// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_DIRECT_READ_HPP
#define ANNALS_JSON_DIRECT_READ_HPP

#include <annals/json/direct_form.hpp>
#include <annals/json/numbers.hpp>
#include <annals/json/parse.hpp>
#include <annals/json/scanner.hpp>
#include <annals/limits.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

// A JSON text into a struct, in one pass. As in JsonScanner, false says that nlohmann/json has to look at the text: it
// may be wrong or it may be odd. So there is one place that knows what is refused, and why.

namespace annals::detail {

template <class T>
[[nodiscard]] bool read_value(JsonScanner& json, T& value);

/// A member into the field of its name, or past all of them. `seen` has a bit for each field.
template <HasFields T>
[[nodiscard]] bool read_member(JsonScanner& json, T& value, std::uint64_t& seen, JsonScanner::PassedKeys& others) {
    using List = FieldList<T>;
    std::string_view name;
    if (!json.take_plain_key(name)) {
        return false;
    }
    bool is_read = false;
    bool const is_other = List::all_of([&](auto i) {
        constexpr auto field = std::get<i>(List::fields);
        if (field.name() != name) {
            return true;
        }
        std::uint64_t const bit = std::uint64_t{1} << i;
        is_read = (seen & bit) == 0 && read_value(json, value.*field.member);
        seen |= bit;
        return false;
    });
    return is_other ? others.add(name) && json.pass_value() : is_read;
}

/// The members of an object into the fields of their names: each field has to come once, unless it has a default.
template <HasFields T>
[[nodiscard]] bool read_fields(JsonScanner& json, T& value) {
    using List = FieldList<T>;
    constexpr std::uint64_t all = ~std::uint64_t{0} >> (64 - List::size);
    std::uint64_t seen = 0;
    if (!json.open('{')) {
        return false;
    }
    // First what this library has written: all fields, in order and without spaces.
    bool is_sound = true;
    List::all_of([&](auto i) {
        constexpr auto field = std::get<i>(List::fields);
        constexpr std::string_view text = i == 0 ? field.first_text() : field.text;
        if (!json.take<text.size()>(text.data())) {
            return false;
        }
        seen |= std::uint64_t{1} << i;
        is_sound = read_value(json, value.*field.member);
        return is_sound;
    });
    JsonScanner::PassedKeys others{json};
    bool is_first = seen == 0;
    while (is_sound && !json.close('}')) {
        is_sound = (is_first || json.take(',')) && read_member(json, value, seen, others);
        is_first = false;
    }
    if (!is_sound || seen == all) {
        return is_sound;
    }
    if constexpr (HasDefaults<T>) {
        T defaults{};
        return List::all_of([&](auto i) {
            constexpr auto field = std::get<i>(List::fields);
            if ((seen >> i & 1U) == 0) {
                value.*field.member = std::move(defaults.*field.member);
            }
            return true;
        });
    }
    return false;
}

/// A value that its own mapping reads, from a tree of it alone.
template <class T>
[[nodiscard]] bool read_mapped(JsonScanner& json, T& value) {
    std::string_view text;
    if (!json.pass_value(text)) {
        return false;
    }
    try {
        JsonDocument const document = parse_json(text);
        read_member_form(document.value, value);
        if (!document.has_numbers) {
            return true;
        }
        nlohmann::json form;
        write_member_form(form, value);
        return keeps_numbers(document.value, form);
    } catch (std::exception const&) {
        return false;
    }
}

template <class T>
[[nodiscard]] bool read_value(JsonScanner& json, T& value) {
    if constexpr (!IsOptional<T>::value && !is_direct<T>()) {
        return read_mapped(json, value);
    } else if constexpr (std::same_as<T, bool>) {
        return json.take_boolean(value);
    } else if constexpr (DirectInteger<T>) {
        return json.take_integer(value);
    } else if constexpr (std::same_as<T, double>) {
        return json.take_double(value);
    } else if constexpr (std::same_as<T, float>) {
        double number = 0;
        if (!json.take_double(number) || std::abs(number) > double{(std::numeric_limits<float>::max)()}) {
            return false;
        }
        value = static_cast<float>(number);
        return double{value} == number;
    } else if constexpr (std::same_as<T, std::string>) {
        return json.take_string(value);
    } else if constexpr (IsOptional<T>::value) {
        value.reset();
        return json.take("null") || read_value(json, value.emplace());
    } else if constexpr (IsVector<T>::value) {
        value.clear();
        return json.take_parts('[', ']', [&] {
            typename T::value_type element{};
            bool const is_read = read_value(json, element);
            value.push_back(std::move(element));
            return is_read;
        });
    } else if constexpr (IsTextMap<T>::value) {
        value.clear();
        return json.take_parts('{', '}', [&] {
            std::string key;
            if (!json.take_string(key) || !json.take(':')) {
                return false;
            }
            std::size_t const size = value.size();
            auto const place = value.try_emplace(value.end(), std::move(key));
            return value.size() > size && read_value(json, place->second);
        });
    } else {
        return read_fields(json, value);
    }
}

/// Reads a text whole, or says that nlohmann/json has to; then `value` may hold a part of it.
template <DirectJson T>
[[nodiscard]] bool read_direct(std::string const& text, T& value) {
    JsonScanner json{text};
    return text.size() <= limits::max_payload_bytes && read_fields(json, value) && json.is_at_end();
}

} // namespace annals::detail

#endif // ANNALS_JSON_DIRECT_READ_HPP
