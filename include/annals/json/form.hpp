// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_FORM_HPP
#define ANNALS_JSON_FORM_HPP

#include <annals/encoded_payload.hpp>
#include <annals/error.hpp>
#include <annals/event_name.hpp>
#include <annals/json/direct_form.hpp>
#include <annals/json/direct_read.hpp>
#include <annals/json/direct_write.hpp>
#include <annals/json/fields.hpp>
#include <annals/json/numbers.hpp>
#include <annals/json/parse.hpp>
#include <annals/json/write.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

namespace annals::detail {

template <class T>
inline constexpr bool can_write_json =
    requires(nlohmann::json& form, T const& value) { nlohmann::adl_serializer<T>::to_json(form, value); };

template <class T>
inline constexpr bool can_read_json = requires(nlohmann::json const& value) {
    { value.template get<T>() } -> std::same_as<T>;
};

/// A class without members, for which nobody need write a mapping: its form is `{}`.
template <class T>
inline constexpr bool is_blank =
    std::is_empty_v<T> && std::is_default_constructible_v<T> && !can_write_json<T> && !can_read_json<T>;

template <class T>
inline constexpr bool has_json_form = is_blank<T> || (can_write_json<T> && can_read_json<T>);

/// The form of an event or a state as a value of nlohmann/json.
template <class T>
[[nodiscard]] nlohmann::json json_form(T const& value) {
    nlohmann::json form;
    if constexpr (is_blank<T>) {
        form = nlohmann::json::object();
    } else {
        write_into_form(form, value);
    }
    return form;
}

/// The way back. Throws what nlohmann/json and the mapping throw.
template <class T>
[[nodiscard]] T from_json_form(nlohmann::json const& form) {
    if constexpr (is_blank<T>) {
        if (!form.is_object()) {
            throw UnfitJson{"its JSON is not an object"};
        }
        return T{};
    } else {
        return form.template get<T>();
    }
}

/// To be called in a handler: turns what `thrower` has thrown, a mapping of the application's, into an `UnfitJson`. The
/// texts of nlohmann's and of foreign exceptions may quote the payload, so none is passed on.
[[noreturn]] inline void rethrow_as_unfit_json(std::string const& thrower) {
    try {
        throw;
    } catch (UnfitJson const&) {
        throw;
    } catch (std::bad_alloc const&) {
        throw;
    } catch (nlohmann::json::exception const& error) {
        constexpr int other_type = 302;
        constexpr int nothing_to_look_into = 304;
        constexpr int nothing_with_defaults = 306;
        constexpr int no_such_element = 401;
        constexpr int no_such_key = 403;
        switch (error.id) {
        case other_type:
            throw UnfitJson{"a field has another type in its JSON"};
        case nothing_to_look_into:
        case nothing_with_defaults:
            throw UnfitJson{"its JSON has another value where an object or an array is expected"};
        case no_such_element:
            throw UnfitJson{"an array in its JSON is too short"};
        case no_such_key:
            throw UnfitJson{"a field is missing in its JSON"};
        default:
            throw UnfitJson{"its JSON does not fit (nlohmann/json error " + std::to_string(error.id) + ")"};
        }
    } catch (std::exception const&) {
        throw UnfitJson{thrower + " threw an exception"};
    }
}

/// The JSON text of an event or a state, by its `to_json`.
/// @throws InvalidInput  if it has no JSON text that could be read back; what else its `to_json` throws, passes through
template <class T>
[[nodiscard]] std::string write_form(T const& value) {
    try {
        return write_json(json_form(value), event_name<T>);
    } catch (nlohmann::json::exception const& error) {
        // Its text may quote the payload.
        throw InvalidInput{
            "annals: to_json of '" + std::string{event_name<T>} + "' failed (nlohmann/json error " +
            std::to_string(error.id) + ")"
        };
    }
}

/// The way back, by `from_json`. No number is changed on the way into its field.
/// @throws UnfitJson  if the text breaks the rules of `parse_json` or does not fit the fields
template <class T>
[[nodiscard]] T read_form(std::string const& text) {
    JsonDocument const document = parse_json(text);
    try {
        T value = from_json_form<T>(document.value);
        if (document.has_numbers && !keeps_numbers(document.value, json_form(value))) {
            throw UnfitJson{"a number in its JSON does not fit the field"};
        }
        return value;
    } catch (...) {
        rethrow_as_unfit_json("its to_json or from_json");
    }
}

/// Writes a value without a tree if that can be, else by `write_form`.
/// @param text  empty
template <class T>
void write_value(std::string& text, T const& value) {
    if constexpr (DirectJson<T>) {
        if (write_direct(text, value)) {
            return;
        }
    }
    text = write_form(value);
}

/// An event or a state with its stored name and schema version.
/// @throws InvalidInput  as `write_form`
template <class T>
[[nodiscard]] EncodedPayload encode_json(T const& value) {
    EncodedPayload payload{std::string{event_name<T>}, event_schema_version<T>, {}};
    write_value(payload.data, value);
    return payload;
}

/// Reads what `write_value` has written.
/// @throws UnfitJson  as `read_form`
template <class T>
[[nodiscard]] T read_value(std::string const& text) {
    if constexpr (DirectJson<T>) {
        T value{};
        if (read_direct(text, value)) {
            return value;
        }
    }
    return read_form<T>(text);
}

template <class T>
[[noreturn]] void refuse_schema_version(std::int32_t version) {
    throw UnfitJson{
        "its schema version is " + std::to_string(version) + ", the application knows version " +
        std::to_string(event_schema_version<T>)
    };
}

/// @throws UnfitJson  if it is another one than the application's
template <class T>
void require_schema_version(EncodedPayload const& stored) {
    if (stored.schema_version != event_schema_version<T>) {
        refuse_schema_version<T>(stored.schema_version);
    }
}

/// Reads what `encode_json` has made of a `T`.
/// @param value   as its default constructor has made it
/// @throws UnfitJson  if the schema version is another one, or as `read_form`
template <DirectJson T>
void decode_json(EncodedPayload const& stored, T& value) {
    require_schema_version<T>(stored);
    if (!read_direct(stored.data, value)) {
        value = read_form<T>(stored.data);
    }
}

template <class T>
[[nodiscard]] T decode_json(EncodedPayload const& stored) {
    require_schema_version<T>(stored);
    return read_value<T>(stored.data);
}

} // namespace annals::detail

#endif // ANNALS_JSON_FORM_HPP
