// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_SCHEMA_TEXT_HPP
#define ANNALS_JSON_SCHEMA_TEXT_HPP

#include <annals/error.hpp>
#include <annals/json/shape.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <limits>
#include <string>
#include <tuple>

namespace annals::detail {

/// An object whose members are those of `properties`.
[[nodiscard]] inline nlohmann::json object_schema(nlohmann::json properties, nlohmann::json required) {
    nlohmann::json schema{{"type", "object"}};
    schema["properties"] = std::move(properties);
    schema["required"] = std::move(required);
    return schema;
}

/// What the application has said itself.
/// @throws UsageError  if that is no JSON
template <class T>
[[nodiscard]] nlohmann::json own_schema() {
    try {
        return nlohmann::json::parse(json_schema<T>);
    } catch (nlohmann::json::parse_error const&) {
        throw UsageError{"annals: a specialisation of annals::json_schema is no JSON: " + std::string{json_schema<T>}};
    }
}

/// The JSON Schema (2020-12) of what `JsonCodec` writes for a `T`, and what it asks for when it reads one.
/// @tparam Around  the types that it is within; where one of them comes again, the schema says nothing
template <class T, class... Around>
    requires(has_shape<T, Around...>())
[[nodiscard]] nlohmann::json schema_of() {
    using nlohmann::json;
    if constexpr (IsOneOf<T, Around...>) {
        return json::object();
    } else if constexpr (!json_schema<T>.empty()) {
        return own_schema<T>();
    } else if constexpr (IsPersonal<T>::value) {
        json properties{{"annals:subject", {{"type", "string"}}}};
        properties["value"] = schema_of<typename T::value_type, Around...>();
        return object_schema(std::move(properties), json::array({"annals:subject"}));
    } else if constexpr (std::same_as<T, bool>) {
        return {{"type", "boolean"}};
    } else if constexpr (DirectInteger<T>) {
        using Limits = std::numeric_limits<T>;
        return {{"type", "integer"}, {"minimum", (Limits::min)()}, {"maximum", (Limits::max)()}};
    } else if constexpr (std::same_as<T, float>) {
        return {{"type", "number"}, {"format", "float"}};
    } else if constexpr (std::same_as<T, double>) {
        return {{"type", "number"}};
    } else if constexpr (std::same_as<T, std::string>) {
        return {{"type", "string"}};
    } else if constexpr (IsVector<T>::value) {
        return {{"type", "array"}, {"items", schema_of<typename T::value_type, Around...>()}};
    } else if constexpr (IsTextMap<T>::value) {
        return {{"type", "object"}, {"additionalProperties", schema_of<typename T::mapped_type, Around...>()}};
    } else if constexpr (IsOptional<T>::value) {
        json alternatives = json::array();
        alternatives.push_back(schema_of<typename T::value_type, Around...>());
        alternatives.push_back({{"type", "null"}});
        return {{"anyOf", std::move(alternatives)}};
    } else if constexpr (is_blank<T>) {
        return object_schema(json::object(), json::array());
    } else {
        json properties = json::object();
        json required = json::array();
        FieldList<T>::all_of([&](auto i) {
            std::string const name{std::get<i>(FieldList<T>::fields).name()};
            properties[name] = schema_of<field_t<T, i>, T, Around...>();
            if (!HasDefaults<T>) {
                required.push_back(name);
            }
            return true;
        });
        return object_schema(std::move(properties), std::move(required));
    }
}

} // namespace annals::detail

#endif // ANNALS_JSON_SCHEMA_TEXT_HPP
