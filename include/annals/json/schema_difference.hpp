// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_SCHEMA_DIFFERENCE_HPP
#define ANNALS_JSON_SCHEMA_DIFFERENCE_HPP

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace annals::detail {

/// One way in which what is read now is not what was written.
struct SchemaDifference {
    enum class Kind : std::uint8_t {
        gained_with_default,
        gained, ///< and JSON that was stored lacks it
        lost,
        required, ///< JSON that was stored may lack it
        widened,  ///< it holds all that was stored
        retyped
    };

    Kind kind;
    std::string field;  ///< its path, as `lines[].product`; empty for the whole
    std::string before; ///< its type in words
    std::string after;

    [[nodiscard]] bool is_harmless() const noexcept {
        return kind == Kind::gained_with_default || kind == Kind::widened;
    }
};

/// What a schema of an optional value says of the value; null if it is none.
[[nodiscard]] inline nlohmann::json const* optional_content(nlohmann::json const& schema) {
    auto const found = schema.find("anyOf");
    bool const is_optional = found != schema.end() && found->is_array() && found->size() == 2 &&
                             found->back() == nlohmann::json{{"type", "null"}};
    return is_optional ? &found->front() : nullptr;
}

/// The type of a value in words, with its article.
[[nodiscard]] inline std::string schema_in_words(nlohmann::json const& schema) {
    auto const says = [&schema](char const* key, char const* value) {
        return schema.contains(key) && schema[key] == value;
    };
    if (nlohmann::json const* const content = optional_content(schema)) {
        return schema_in_words(*content) + " or nothing";
    }
    if (says("type", "integer") && schema.contains("minimum") && schema.contains("maximum")) {
        return "an integer from " + schema["minimum"].dump() + " to " + schema["maximum"].dump();
    }
    if (says("type", "array") && schema.contains("items")) {
        return "an array, each element " + schema_in_words(schema["items"]);
    }
    if (says("type", "object") && schema.contains("additionalProperties")) {
        return "a map, each value " + schema_in_words(schema["additionalProperties"]);
    }
    if (says("type", "object")) {
        return "an object";
    }
    if (says("type", "number") && says("format", "float")) {
        return "a number of 32 bits";
    }
    return says("type", "number") || says("type", "string") || says("type", "boolean")
               ? "a " + schema["type"].get<std::string>()
               : schema.dump();
}

/// Finds all differences between two schemas that `schema_of` has made.
class SchemaComparison {
public:
    using Kind = SchemaDifference::Kind;

    void compare(nlohmann::json const& before, nlohmann::json const& after, std::string const& field = "") {
        if (before == after) {
            return;
        }
        if (before.contains("properties") && after.contains("properties")) {
            compare_fields(before, after, field);
        } else if (before.contains("items") && after.contains("items")) {
            compare(before["items"], after["items"], field + "[]");
        } else if (before.contains("additionalProperties") && after.contains("additionalProperties")) {
            compare(before["additionalProperties"], after["additionalProperties"], field + "{}");
        } else if (optional_content(before) != nullptr && optional_content(after) != nullptr) {
            compare(*optional_content(before), *optional_content(after), field);
        } else {
            nlohmann::json const* const now_optional = optional_content(after);
            bool const holds_all = has_wider_bounds(before, after) || has_more_texts(before, after) ||
                                   (now_optional != nullptr && *now_optional == before);
            add(holds_all ? Kind::widened : Kind::retyped, field, before, after);
        }
    }

    [[nodiscard]] std::vector<SchemaDifference> const& found() const noexcept { return found_; }

private:
    void add(Kind kind, std::string field, nlohmann::json const& before, nlohmann::json const& after) {
        found_.push_back({kind, std::move(field), schema_in_words(before), schema_in_words(after)});
    }

    void compare_fields(nlohmann::json const& before, nlohmann::json const& after, std::string const& field) {
        std::string const within = field.empty() ? "" : field + ".";
        nlohmann::json const nothing = nlohmann::json::object();
        for (auto const& [name, schema] : before["properties"].items()) {
            if (!after["properties"].contains(name)) {
                add(Kind::lost, within + name, schema, nothing);
                continue;
            }
            compare(schema, after["properties"][name], within + name);
            if (!is_required(before, name) && is_required(after, name)) {
                add(Kind::required, within + name, schema, schema);
            }
        }
        for (auto const& [name, schema] : after["properties"].items()) {
            if (!before["properties"].contains(name)) {
                add(is_required(after, name) ? Kind::gained : Kind::gained_with_default, within + name, nothing, schema
                );
            }
        }
    }

    [[nodiscard]] static bool is_required(nlohmann::json const& schema, std::string const& name) {
        nlohmann::json const required = schema.value("required", nlohmann::json::array());
        return std::find(required.begin(), required.end(), name) != required.end();
    }

    [[nodiscard]] static bool has_wider_bounds(nlohmann::json const& before, nlohmann::json const& after) {
        return before.contains("minimum") && after.contains("minimum") && before.contains("maximum") &&
               after.contains("maximum") && after["minimum"] <= before["minimum"] &&
               after["maximum"] >= before["maximum"];
    }

    [[nodiscard]] static bool has_more_texts(nlohmann::json const& before, nlohmann::json const& after) {
        if (!before.contains("enum") || !after.contains("enum")) {
            return false;
        }
        return std::all_of(before["enum"].begin(), before["enum"].end(), [&after](nlohmann::json const& text) {
            return std::find(after["enum"].begin(), after["enum"].end(), text) != after["enum"].end();
        });
    }

    std::vector<SchemaDifference> found_;
};

} // namespace annals::detail

#endif // ANNALS_JSON_SCHEMA_DIFFERENCE_HPP
