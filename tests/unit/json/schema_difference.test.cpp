// SPDX-License-Identifier: MIT

#include <annals/json/schema_difference.hpp>
#include <tests/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <string>
#include <vector>

using annals::detail::SchemaComparison;
using annals::detail::SchemaDifference;
using nlohmann::json;

namespace {

/// Makes schemas of structs as `schema_of` does, and changes one thing within them.
class RandomStructs {
public:
    [[nodiscard]] std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_);
    }

    [[nodiscard]] json any(std::size_t levels) {
        static json const scalars = json::parse(
            R"([{"type":"boolean"},{"type":"integer","minimum":0,"maximum":255},{"type":"number"},{"type":"string"}])"
        );
        switch (levels == 0 ? 0 : below(5)) {
        case 1:
            return {{"type", "array"}, {"items", any(levels - 1)}};
        case 2:
            return {{"type", "object"}, {"additionalProperties", any(levels - 1)}};
        case 3:
            return {{"anyOf", {scalars[below(4)], {{"type", "null"}}}}};
        case 4:
            return record(levels - 1);
        default:
            return scalars[below(4)];
        }
    }

    /// With at least two fields.
    [[nodiscard]] json record(std::size_t levels) {
        json schema = {{"type", "object"}, {"properties", json::object()}, {"required", json::array()}};
        for (std::size_t fields = 2 + below(5); fields > 0; --fields) {
            std::string const name = "field_" + std::to_string(++names_);
            schema["properties"][name] = any(levels);
            schema["required"].push_back(name);
        }
        return schema;
    }

    struct Change {
        SchemaDifference::Kind kind;
        std::string field;
    };

    /// Changes one field of a record, or something within it.
    Change change(json& schema, std::string const& within) {
        using Kind = SchemaDifference::Kind;
        auto const at = std::next(schema["properties"].begin(), static_cast<std::ptrdiff_t>(below(2)));
        std::string const name = at.key();
        std::string const field = within + name;
        json& value = at.value();
        auto const required = std::find(schema["required"].begin(), schema["required"].end(), name);
        if (value.contains("properties") && below(2) == 0) {
            return change(value, field + ".");
        }
        if (value.contains("items") && value["items"].contains("properties") && below(2) == 0) {
            return change(value["items"], field + "[].");
        }
        switch (below(5)) {
        case 0:
            value = json{{"type", "null"}};
            return {Kind::retyped, field};
        case 1:
            schema["properties"].erase(name);
            schema["required"].erase(required);
            return {Kind::lost, field};
        case 2:
            schema["properties"]["gained"] = any(1);
            schema["required"].push_back("gained");
            return {Kind::gained, within + "gained"};
        case 3:
            schema["properties"]["gained"] = any(1);
            return {Kind::gained_with_default, within + "gained"};
        default:
            value = json{{"type", "string"}, {"format", "another"}};
            return {Kind::retyped, field};
        }
    }

private:
    std::mt19937 engine_{2026};
    std::size_t names_ = 0;
};

[[nodiscard]] std::vector<SchemaDifference> differences(json const& before, json const& after) {
    SchemaComparison comparison;
    comparison.compare(before, after);
    return comparison.found();
}

/// A comparison that looks at the names of the fields alone.
[[nodiscard]] bool have_same_names(json const& before, json const& after) {
    auto const names = [](json const& schema) {
        std::vector<std::string> all;
        for (auto const& [name, field] : schema["properties"].items()) {
            all.push_back(name);
        }
        return all;
    };
    return names(before) == names(after);
}

} // namespace

TEST_CASE("schema difference: of 200 random structs with one change in each, the change is named, and nothing else") {
    RandomStructs structs;
    int missed_by_names = 0;
    for (int round = 0; round < 200; ++round) {
        json const before = structs.record(3);
        json after = before;
        auto const change = structs.change(after, "");
        CAPTURE(round, before.dump(), after.dump());
        auto const found = differences(before, after);
        REQUIRE(found.size() == 1);
        CHECK(found.front().kind == change.kind);
        CHECK(found.front().field == change.field);
        CHECK(differences(before, before).empty());
        missed_by_names += have_same_names(before, after) ? 1 : 0;
    }
    CHECK(missed_by_names > 50);
}

TEST_CASE("schema difference: a field that loses its default is required then, one that gets one is not") {
    json const before = json::parse(R"({"type":"object","properties":{"a":{"type":"string"}},"required":[]})");
    json after = before;
    after["required"] = {"a"};
    REQUIRE(differences(before, after).size() == 1);
    CHECK(differences(before, after).front().kind == SchemaDifference::Kind::required);
    CHECK(differences(after, before).empty());
}

TEST_CASE("schema difference: a schema of the application's own may be anything") {
    std::vector<json> const schemas{
        true,
        json::array(),
        json::object(),
        json::parse(R"({"type":["string","null"]})"),
        json::parse(R"({"type":"integer"})"),
        json::parse(R"({"anyOf":[]})"),
        json::parse(R"({"anyOf":"x"})"),
        json::parse(R"({"enum":["a"]})"),
        json::parse(R"({"properties":{"a":true}})"),
        json::parse(R"({"items":false})"),
    };
    for (json const& before : schemas) {
        for (json const& after : schemas) {
            CAPTURE(before.dump(), after.dump());
            auto const found = differences(before, after);
            CHECK(found.empty() == (before == after));
            CHECK(std::all_of(found.begin(), found.end(), [](auto const& one) { return !one.is_harmless(); }));
        }
    }
}
