// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_HISTORY_HPP
#define ANNALS_JSON_HISTORY_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/error.hpp>
#include <annals/json/history_rules.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// Payloads of former versions. Steps over the payload work on a tree; a text becomes a struct by the same strict reader
// as a current event, and the steps between structs work on values.

namespace annals::detail {

/// One event as what a codec decodes: an event variant, or a vector of it.
template <class Result, class E>
[[nodiscard]] Result as_decoded(E event) {
    if constexpr (std::same_as<E, Result>) {
        return event;
    } else if constexpr (is_variant<Result>) {
        return Result{std::in_place_type<E>, std::move(event)};
    } else {
        Result events;
        events.emplace_back(std::in_place_type<E>, std::move(event));
        return events;
    }
}

template <class T, class Variant>
inline constexpr bool is_retired = false;
template <class T, class... Es>
inline constexpr bool is_retired<T, std::variant<Es...>> = count_in<T, std::variant<Es...>> == 0;
template <class T, class Event>
inline constexpr bool is_retired<T, std::vector<Event>> = is_retired<T, Event>;

/// Carries a former struct on to `T`, or to what has become of it.
template <class Result, class T, class Value>
[[nodiscard]] Result carry(Value value) {
    if constexpr (std::same_as<Value, Result>) {
        return value;
    } else if constexpr (!std::same_as<Value, T>) {
        return carry<Result, T>(upcast(std::as_const(value)));
    } else if constexpr (is_retired<T, Result>) {
        return as_decoded<Result>(upcast(std::as_const(value)));
    } else {
        return as_decoded<Result>(std::move(value));
    }
}

/// Calls the steps over the payload from `I` on.
template <class T, std::size_t I>
void change_payload(nlohmann::json& form) {
    if constexpr (!is_struct<T, I>) {
        if constexpr (is_payload_step<T, I>) {
            step_t<T, I>::upcast(form);
        }
        change_payload<T, I + 1>(form);
    }
}

/// Reads a payload of version `I` + 1.
template <class Result, class T, std::size_t I>
[[nodiscard]] Result read_former(std::string const& text) {
    using First = step_t<T, next_struct<T, I>()>;
    if constexpr (is_never_stored<T, I>) {
        throw UnfitJson{"no event of this version was ever stored"};
    } else if constexpr (is_payload_step<T, I>) {
        nlohmann::json form = parse_json(text).value;
        change_payload<T, I>(form);
        return carry<Result, T>(read_value<First>(write_json(form, event_name<T>)));
    } else {
        return carry<Result, T>(read_value<First>(text));
    }
}

/// Reads what was stored as a `T`, in whatever version.
/// @tparam Result  the variant, or a vector of it; or `T`
/// @throws UnfitJson  if the version is not known, the payload does not fit its shape, or an `upcast` threw
template <class Result, class T, std::size_t I = 0>
[[nodiscard]] Result decode_any_version(EncodedPayload const& stored) {
    if (stored.schema_version != static_cast<std::int32_t>(I) + 1) {
        if constexpr (I < steps_of<T>) {
            return decode_any_version<Result, T, I + 1>(stored);
        } else {
            refuse_schema_version<T>(stored.schema_version);
        }
    }
    try {
        return read_former<Result, T, I>(stored.data);
    } catch (...) {
        rethrow_as_unfit_json("its upcast");
    }
}

/// The struct of a version of `T`, from 1; void if there is none.
template <class T, std::int32_t version>
using shape_at = std::conditional_t<is_struct<T, std::size_t{version} - 1>, step_t<T, std::size_t{version} - 1>, void>;

/// Reads a `T` of an older version, the state of an aggregate for instance.
/// @throws UnfitJson  as `decode_any_version`
template <class T>
[[nodiscard]] T decode_older(EncodedPayload const& stored) {
    if constexpr (check_history<void, T>() && event_schema_version<T> == history_of<T>::size + 1) {
        return decode_any_version<T, T>(stored);
    } else {
        refuse_schema_version<T>(stored.schema_version);
    }
}

template <class Target, class Value>
[[nodiscard]] Target carry_back(Value const& value) {
    if constexpr (std::same_as<Value, Target>) {
        return value;
    } else {
        return carry_back<Target>(downcast(value));
    }
}

/// Undoes the steps over the payload from `I` on.
template <class T, std::size_t I>
void change_payload_back(nlohmann::json& form) {
    if constexpr (!is_struct<T, I>) {
        change_payload_back<T, I + 1>(form);
        if constexpr (is_payload_step<T, I>) {
            step_t<T, I>::downcast(form);
        }
    }
}

/// An event as it was in the version that it is to be written in.
/// @throws InvalidInput  as `encode_json`; what else a `downcast` throws, passes through
template <class E>
[[nodiscard]] EncodedPayload encode_former(E const& event) {
    constexpr auto to = static_cast<std::size_t>(written_schema_version<E> - 1);
    using Last = step_t<E, next_struct<E, to>()>;
    EncodedPayload payload{std::string{event_name<E>}, written_schema_version<E>, {}};
    write_value(payload.data, carry_back<Last>(event));
    if constexpr (is_payload_step<E, to>) {
        try {
            nlohmann::json form = parse_json(payload.data).value;
            change_payload_back<E, to>(form);
            payload.data = write_json(form, event_name<E>);
        } catch (nlohmann::json::exception const& error) {
            // Its text may quote the payload.
            throw InvalidInput{
                "annals: downcast of '" + payload.type + "' failed (nlohmann/json error " + std::to_string(error.id) +
                ")"
            };
        }
    }
    return payload;
}

} // namespace annals::detail

#endif // ANNALS_JSON_HISTORY_HPP
