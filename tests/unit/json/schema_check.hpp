// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_JSON_SCHEMA_CHECK_HPP
#define ANNALS_TESTS_UNIT_JSON_SCHEMA_CHECK_HPP

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace json_tests {

[[nodiscard]] inline bool has_type(nlohmann::json const& value, std::string const& type) {
    return type == "integer" ? value.is_number_integer() : value.type_name() == type;
}

/// Whether a value is valid by a JSON Schema, as far as the catalogue uses its words; it refuses any other word.
[[nodiscard]] inline bool is_valid(nlohmann::json const& value, nlohmann::json const& schema) {
    auto const holds = [&](auto const& rule) {
        std::string const& word = rule.key();
        nlohmann::json const& said = rule.value();
        if (word == "type") {
            return has_type(value, said.get<std::string>());
        }
        if (word == "format") {
            return value == static_cast<double>(value.get<float>());
        }
        if (word == "minimum") {
            return value >= said;
        }
        if (word == "maximum") {
            return value <= said;
        }
        if (word == "enum") {
            return std::find(said.begin(), said.end(), value) != said.end();
        }
        if (word == "anyOf") {
            return std::any_of(said.begin(), said.end(), [&value](auto const& one) { return is_valid(value, one); });
        }
        if (word == "items") {
            return std::all_of(value.begin(), value.end(), [&said](auto const& part) { return is_valid(part, said); });
        }
        if (word == "additionalProperties") {
            return std::all_of(value.begin(), value.end(), [&said](auto const& part) { return is_valid(part, said); });
        }
        if (word == "required") {
            return std::all_of(said.begin(), said.end(), [&value](auto const& name) {
                return value.contains(name.template get<std::string>());
            });
        }
        if (word == "properties") {
            auto const properties = said.items();
            return std::all_of(properties.begin(), properties.end(), [&value](auto const& property) {
                return !value.contains(property.key()) || is_valid(value[property.key()], property.value());
            });
        }
        return false;
    };
    auto const rules = schema.items();
    return std::all_of(rules.begin(), rules.end(), holds);
}

} // namespace json_tests

#endif // ANNALS_TESTS_UNIT_JSON_SCHEMA_CHECK_HPP
