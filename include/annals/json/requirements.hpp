// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_REQUIREMENTS_HPP
#define ANNALS_JSON_REQUIREMENTS_HPP

#include <annals/detail/utf8.hpp>
#include <annals/event_name.hpp>
#include <annals/json/form.hpp>
#include <annals/limits.hpp>

#include <string_view>

// What the JSON codecs ask of the types they are made for, each wish with a sentence. The `require_` functions hold
// the sentences and return true; the variables say the same as a value, so that a codec passes over its own code once
// a sentence has been said, instead of adding errors to it.

namespace annals::detail {

[[nodiscard]] constexpr bool is_storable_name(std::string_view name) noexcept {
    return !name.empty() && name.size() <= limits::max_name_bytes && is_printable_utf8(name);
}

template <class T>
inline constexpr bool is_json_payload =
    is_storable_name(event_name<T>) && event_schema_version<T> >= 1 && has_json_form<T>;

template <class T>
constexpr bool require_json_payload() noexcept {
    static_assert(
        is_storable_name(event_name<T>),
        "annals: this type has no stable name of 1 to 255 bytes to be stored under (class templates never have): "
        "specialise annals::event_name for it"
    );
    static_assert(event_schema_version<T> >= 1, "annals: schema versions count from 1: correct event_schema_version");
    static_assert(
        can_write_json<T> || has_json_form<T>,
        "annals: no JSON form for this event or state: add ANNALS_FIELDS(Type, fields...) behind it, or one of "
        "nlohmann/json, as NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Type, fields...)"
    );
    static_assert(
        !can_write_json<T> || has_json_form<T>,
        "annals: this event or state can be written as JSON but not read: give it from_json and a default constructor"
    );
    return true;
}

} // namespace annals::detail

#endif // ANNALS_JSON_REQUIREMENTS_HPP
