// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_REQUIREMENTS_HPP
#define ANNALS_JSON_REQUIREMENTS_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/detail/utf8.hpp>
#include <annals/event_name.hpp>
#include <annals/json/form.hpp>
#include <annals/limits.hpp>

#include <cstddef>
#include <string_view>
#include <variant>

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

/// The alternatives of a variant; none of anything else.
template <class Event>
struct JsonEvents {
    static constexpr std::size_t count = 0;
    static constexpr bool have_different_names = true;
    static constexpr bool are_payloads = true;
    static constexpr std::size_t named(std::string_view) noexcept { return 0; }
    static constexpr bool require_payloads() noexcept { return true; }
};

template <class... Es>
struct JsonEvents<std::variant<Es...>> {
    static constexpr std::size_t count = sizeof...(Es);
    static constexpr std::size_t named(std::string_view name) noexcept {
        return (std::size_t{event_name<Es> == name} + ... + 0);
    }
    static constexpr bool have_different_names = ((event_name<Es>.empty() || named(event_name<Es>) == 1) && ...);
    static constexpr bool are_payloads = (is_json_payload<Es> && ...);
    static constexpr bool require_payloads() noexcept { return (require_json_payload<Es>() && ...); }
};

template <class Event>
inline constexpr bool are_json_events =
    is_variant<Event> && JsonEvents<Event>::have_different_names && JsonEvents<Event>::are_payloads;

template <class Event>
constexpr bool require_json_events() noexcept {
    static_assert(
        is_variant<Event>,
        "annals: JsonCodec is for a std::variant of event structs, as in std::variant<OrderCreated, OrderShipped>"
    );
    static_assert(
        JsonEvents<Event>::have_different_names,
        "annals: two events of this variant are stored under the same name: specialise annals::event_name for one of "
        "them"
    );
    return JsonEvents<Event>::require_payloads();
}

} // namespace annals::detail

#endif // ANNALS_JSON_REQUIREMENTS_HPP
