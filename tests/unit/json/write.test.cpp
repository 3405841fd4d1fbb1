// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

using Catch::Matchers::ContainsSubstring;

namespace json_tests::writing {

struct Measured {
    double value{};
    float single{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Measured, value, single)

struct Noted {
    nlohmann::json body;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Noted, body)

struct Broken {};
void to_json(nlohmann::json& json, Broken const&) {
    json = "secret text";
    json["key"] = 1;
}
void from_json(nlohmann::json const&, Broken&) {}

using Event = std::variant<Measured, Noted, Broken>;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// The message of the InvalidInput that encoding ends in; "" if it does not.
std::string encode_error(Event const& event) {
    try {
        static_cast<void>(annals::JsonCodec<Event>{}.encode(event));
    } catch (annals::InvalidInput const& error) {
        return error.what();
    }
    return "";
}

nlohmann::json nested(std::size_t levels) {
    nlohmann::json value = nlohmann::json::array();
    for (std::size_t i = 1; i < levels; ++i) {
        nlohmann::json outer = nlohmann::json::array();
        outer.push_back(std::move(value));
        value = std::move(outer);
    }
    return value;
}

} // namespace

TEST_CASE("JsonCodec::encode: refuses NaN and infinities, wherever they are") {
    for (double const bad : {not_a_number, infinity, -infinity}) {
        REQUIRE_THAT(encode_error(Measured{bad, 0}), ContainsSubstring("NaN or an infinity"));
        REQUIRE_THAT(encode_error(Measured{0, static_cast<float>(bad)}), ContainsSubstring("NaN or an infinity"));
        REQUIRE_THAT(encode_error(Noted{{{"a", {1, {{"b", bad}}}}}}), ContainsSubstring("NaN or an infinity"));
        REQUIRE_THAT(encode_error(Noted{bad}), ContainsSubstring("'Noted'"));
    }
    REQUIRE(encode_error(Measured{std::numeric_limits<double>::max(), 0}) == "");
}

TEST_CASE("JsonCodec::encode: refuses text that is not UTF-8, in values and in keys") {
    for (std::string const bad : {"\xFF", "\xC3", "\xED\xA0\x80", "\xC0\x80"}) {
        REQUIRE_THAT(encode_error(Noted{"MARKER" + bad}), ContainsSubstring("not UTF-8"));
        REQUIRE_THAT(encode_error(Noted{{{"MARKER" + bad, 1}}}), ContainsSubstring("not UTF-8"));
        REQUIRE_THAT(encode_error(Noted{"MARKER" + bad}), !ContainsSubstring("MARKER"));
    }
}

TEST_CASE("JsonCodec::encode: refuses what is nested too deep, and writes all that can be read") {
    constexpr std::size_t max_depth = annals::limits::max_json_depth;
    annals::JsonCodec<Event> const codec;

    Event const deepest = Noted{nested(max_depth - 1)}; // the event itself is a level
    REQUIRE(std::get<Noted>(codec.decode(stored(codec.encode(deepest)))).body == nested(max_depth - 1));
    for (std::size_t const levels : {max_depth, max_depth + 1, std::size_t{1000}}) {
        REQUIRE_THAT(encode_error(Noted{nested(levels)}), ContainsSubstring("levels of nesting"));
    }
}

TEST_CASE("JsonCodec::encode: refuses what is too long, and writes all that can be read") {
    constexpr std::size_t overhead = 11; // {"body":""}
    annals::JsonCodec<Event> const codec;

    Event const longest = Noted{std::string(annals::limits::max_payload_bytes - overhead, 'x')};
    annals::EncodedPayload const payload = codec.encode(longest);
    REQUIRE(payload.data.size() == annals::limits::max_payload_bytes);
    REQUIRE(codec.encode(codec.decode(stored(payload))) == payload);
    REQUIRE_THAT(
        encode_error(Noted{std::string(annals::limits::max_payload_bytes - overhead + 1, 'x')}),
        ContainsSubstring("1048577 bytes")
    );
}

TEST_CASE("JsonCodec::encode: refuses binary data") {
    REQUIRE_THAT(encode_error(Noted{nlohmann::json::binary({1, 2})}), ContainsSubstring("binary"));
    REQUIRE_THAT(encode_error(Noted{{{"a", nlohmann::json::binary({1, 2})}}}), ContainsSubstring("binary"));
}

TEST_CASE("JsonCodec::encode: a to_json that fails is an InvalidInput without the payload") {
    REQUIRE_THAT(encode_error(Broken{}), ContainsSubstring("to_json of 'Broken' failed"));
    REQUIRE_THAT(encode_error(Broken{}), !ContainsSubstring("secret"));
}

TEST_CASE("JsonCodec::encode: is deterministic and compact, keys in order") {
    annals::JsonCodec<Event> const codec;
    nlohmann::json one;
    one["b"] = 1;
    one["a"] = {{"d", nullptr}, {"c", true}};
    nlohmann::json other;
    other["a"] = {{"c", true}, {"d", nullptr}};
    other["b"] = 1;
    REQUIRE(codec.encode(Noted{one}).data == R"({"body":{"a":{"c":true,"d":null},"b":1}})");
    REQUIRE(codec.encode(Noted{one}) == codec.encode(Noted{other}));
}

TEST_CASE("JsonCodec: doubles come back bit by bit") {
    annals::JsonCodec<Event> const codec;
    for (double const value :
         {0.1, 1.0 / 3.0, 1e-310, 5e-324, 1.7976931348623157e308, -0.0, 0.30000000000000004, 1e15, 1e22, 123456.7}) {
        Event const back = codec.decode(stored(codec.encode(Measured{value, 0.1F})));
        REQUIRE(std::get<Measured>(back).value == value);
        REQUIRE(std::signbit(std::get<Measured>(back).value) == std::signbit(value));
        REQUIRE(std::get<Measured>(back).single == 0.1F);
    }
}

TEST_CASE("JsonCodec: text comes back byte by byte") {
    annals::JsonCodec<Event> const codec;
    std::string const text =
        std::string{"a\0b", 3} + "\"\\/\b\f\n\r\t\x01\x7F" + "\xC2\x80\xE2\x82\xAC\xF0\x9F\x98\x80";
    annals::EncodedPayload const payload = codec.encode(Noted{text});
    REQUIRE(payload.data.find('\0') == std::string::npos);
    REQUIRE_NOTHROW(require_valid(payload));
    REQUIRE(std::get<Noted>(codec.decode(stored(payload))).body == text);
}

} // namespace json_tests::writing
