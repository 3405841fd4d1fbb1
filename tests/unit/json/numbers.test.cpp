// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

using Catch::Matchers::ContainsSubstring;

namespace json_tests::numbers {

enum class Color : std::uint8_t { red, green };
enum class Status { open, closed };
NLOHMANN_JSON_SERIALIZE_ENUM(Status, {{Status::open, 1}, {Status::closed, 2}})

/// One field of any type.
template <class T>
struct Field {
    T value{};
};
template <class T>
void to_json(nlohmann::json& json, Field<T> const& field) {
    json = {{"value", field.value}};
}
template <class T>
void from_json(nlohmann::json const& json, Field<T>& field) {
    json.at("value").get_to(field.value);
}

struct Maybe {
    std::optional<std::int16_t> value;
};
inline void to_json(nlohmann::json& json, Maybe const& maybe) {
    json = {{"value", maybe.value ? nlohmann::json(*maybe.value) : nlohmann::json()}};
}
inline void from_json(nlohmann::json const& json, Maybe& maybe) {
    auto const& value = json.at("value");
    maybe.value = value.is_null() ? std::nullopt : std::optional{value.get<std::int16_t>()};
}

struct Line {
    std::string sku;
    int quantity{};

    friend bool operator==(Line const&, Line const&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Line, sku, quantity)

struct LineHash {
    std::size_t operator()(Line const& line) const { return std::hash<std::string>{}(line.sku); }
};

struct Growing {
    int old_field = 1;
    int new_field = 300;
    bool new_flag = true;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Growing, old_field, new_field, new_flag)

/// Reads a price as a number or, as it is written now, as a text.
struct Priced {
    std::string price;
};
inline void to_json(nlohmann::json& json, Priced const& priced) { json = {{"price", priced.price}}; }
inline void from_json(nlohmann::json const& json, Priced& priced) {
    auto const& price = json.at("price");
    priced.price = price.is_number() ? price.dump() : price.get<std::string>();
}

} // namespace json_tests::numbers

template <class T>
inline constexpr std::string_view annals::event_name<json_tests::numbers::Field<T>> = "Field";

namespace json_tests::numbers {

namespace {

/// The error in reading `{"value": <text>}`; "" if it can be read.
template <class T>
std::string error_of(std::string const& text) {
    return decode_error<std::variant<Field<T>>>("Field", "{\"value\":" + text + "}");
}

template <class T>
T read(std::string const& text) {
    annals::JsonCodec<std::variant<Field<T>>> const codec;
    return std::get<0>(codec.decode(stored("Field", "{\"value\":" + text + "}"))).value;
}

template <class T>
void require_all_refused(std::vector<std::string> const& texts) {
    for (std::string const& text : texts) {
        CAPTURE(text);
        REQUIRE_THAT(error_of<T>(text), ContainsSubstring("a number in its JSON does not fit the field"));
    }
}

} // namespace

TEST_CASE("JsonCodec::decode: no integer is narrowed") {
    require_all_refused<int>({"3000000000", "2147483648", "-2147483649", "9223372036854775807", "18446744073709551615"}
    );
    require_all_refused<unsigned>({"-1", "4294967296", "-9223372036854775808"});
    require_all_refused<std::uint8_t>({"300", "256", "-1"});
    require_all_refused<std::int8_t>({"128", "255", "-129", "256"});
    require_all_refused<std::int16_t>({"32768", "65535", "65536", "-32769"});
    // nlohmann's own comparison holds these two pairs of numbers for equal.
    require_all_refused<std::uint64_t>({"-1", "-9223372036854775808"});
    require_all_refused<std::int64_t>({"9223372036854775808", "18446744073709551615"});
}

TEST_CASE("JsonCodec::decode: no fraction is cut off, no boolean is a number, no number a boolean") {
    require_all_refused<int>({"1.9", "-0.5", "1e-3", "true", "false"});
    require_all_refused<std::uint8_t>({"0.5", "true"});
    require_all_refused<float>({"0.1", "true", "16777217"});
    REQUIRE(error_of<double>("true") != "");
    REQUIRE(error_of<std::int64_t>("true") != "");
    REQUIRE(error_of<bool>("1") != "");
    REQUIRE(error_of<bool>("0.0") != "");
}

TEST_CASE("JsonCodec::decode: a double takes the integers that it can hold") {
    REQUIRE(read<double>("5") == 5.0);
    REQUIRE(read<double>("-9223372036854775808") == -9223372036854775808.0);
    REQUIRE(read<double>("9007199254740992") == 9007199254740992.0);
    require_all_refused<double>({"9007199254740993", "-9007199254740993", "18446744073709551615"});
}

TEST_CASE("JsonCodec::decode: each type takes its whole range") {
    REQUIRE(read<int>("2147483647") == 2147483647);
    REQUIRE(read<int>("-2147483648") == (std::numeric_limits<int>::min)());
    REQUIRE(read<int>("5.0") == 5);
    REQUIRE(read<int>("-0.0") == 0);
    REQUIRE(read<std::uint8_t>("255") == 255);
    REQUIRE(read<std::int8_t>("-128") == -128);
    REQUIRE(read<std::int64_t>("-9223372036854775808") == (std::numeric_limits<std::int64_t>::min)());
    REQUIRE(read<std::uint64_t>("18446744073709551615") == (std::numeric_limits<std::uint64_t>::max)());
    REQUIRE(read<bool>("true"));
    REQUIRE(read<float>("0.10000000149011612") == 0.1F);
    REQUIRE(read<double>("1e300") == 1e300);
}

TEST_CASE("JsonCodec::decode: enumerations") {
    require_all_refused<Color>({"256", "-1", "1.5"});
    REQUIRE(read<Color>("1") == Color::green);
    // Mapped to numbers by hand, it takes an unknown one for its first entry.
    require_all_refused<Status>({"3", "0"});
    REQUIRE(read<Status>("2") == Status::closed);
}

TEST_CASE("JsonCodec::decode: numbers inside of other values") {
    REQUIRE_THAT(
        decode_error<std::variant<Maybe>>("Maybe", R"({"value":40000})"), ContainsSubstring("does not fit the field")
    );
    REQUIRE(decode_error<std::variant<Maybe>>("Maybe", R"({"value":null})") == "");
    REQUIRE(decode_error<std::variant<Maybe>>("Maybe", R"({"value":-32768})") == "");

    using Bytes = std::vector<std::uint8_t>;
    require_all_refused<Bytes>({"[1,300,2]", "[-1]", "[300,44]", "[44,300]", "[1,true]", "[0.5]"});
    REQUIRE(read<Bytes>("[0,255]") == Bytes{0, 255});

    require_all_refused<std::vector<std::vector<int>>>({"[[],[1,3000000000]]"});
    require_all_refused<std::map<std::string, std::int16_t>>({R"({"a":1,"b":65536})"});
    require_all_refused<std::map<int, int>>({"[[1,3000000000]]", "[[3000000000,1]]"});
    require_all_refused<std::tuple<std::uint8_t, std::int8_t>>({"[255,128]", "[-1,0]"});
    require_all_refused<std::vector<Line>>({R"([{"sku":"a","quantity":1},{"sku":"b","quantity":1.5}])"});
    REQUIRE(read<std::vector<Line>>(R"([{"sku":"a","quantity":1}])") == std::vector<Line>{{.sku = "a", .quantity = 1}});
}

TEST_CASE("JsonCodec::decode: no number is dropped from an array") {
    require_all_refused<std::set<std::uint8_t>>({"[44,300]", "[300,44]", "[1,1]"});
    require_all_refused<std::map<std::uint8_t, int>>({"[[44,1],[300,2]]"});
    require_all_refused<std::array<int, 2>>({"[1,2,3]"});
}

TEST_CASE("JsonCodec::decode: unordered containers may change their order") {
    annals::JsonCodec<std::variant<Field<std::unordered_set<int>>>> const codec;
    std::unordered_set<int> many;
    for (int i = 0; i < 1000; ++i) {
        many.insert((i % 2 == 0 ? 1 : -1) * i * 7919);
        auto const back = codec.decode(stored(codec.encode(Field<std::unordered_set<int>>{many})));
        REQUIRE(std::get<0>(back).value == many);
    }
    REQUIRE(read<std::unordered_set<int>>("[3,1,2]").size() == 3);
    REQUIRE(read<std::unordered_map<int, double>>("[[5,1],[1,2.5],[9,-3]]").size() == 3);
    REQUIRE(read<std::set<int>>("[3,1,2]").size() == 3);
    REQUIRE(
        read<std::unordered_set<Line, LineHash>>(
            R"([{"sku":"b","quantity":2,"unknown":7},{"sku":"a","quantity":1,"unknown":8},{"sku":"c","quantity":3}])"
        )
            .size() == 3
    );

    require_all_refused<std::unordered_set<std::uint8_t>>({"[3,1,300,2]", "[44,300]", "[2,1,true]"});
    require_all_refused<std::set<std::uint8_t>>({"[3,1,300,2]"});
    require_all_refused<std::unordered_map<int, std::int8_t>>({"[[5,1],[1,200],[9,3]]"});
    require_all_refused<std::unordered_set<Line, LineHash>>({
        R"([{"sku":"b","quantity":2},{"sku":"a","quantity":3000000000},{"sku":"c","quantity":3}])",
    });
}

TEST_CASE("JsonCodec::decode: fields that only one side has are not compared") {
    using Event = std::variant<Growing>;
    annals::JsonCodec<Event> const codec;
    Growing const grown = std::get<0>(codec.decode(stored("Growing", R"({"old_field":5})")));
    REQUIRE(grown.old_field == 5);
    REQUIRE(grown.new_field == 300);
    REQUIRE(grown.new_flag);
    REQUIRE(decode_error<Event>("Growing", R"({"old_field":5,"a":18446744073709551615,"z":[0.5,{"y":-1}]})") == "");
    REQUIRE(decode_error<Event>("Growing", R"({"a":0.5,"old_field":3000000000,"z":1})") != "");
}

TEST_CASE("JsonCodec::decode: a mapping may turn a number into a text") {
    annals::JsonCodec<std::variant<Priced>> const codec;
    REQUIRE(std::get<0>(codec.decode(stored("Priced", R"({"price":2.55})"))).price == "2.55");
}

} // namespace json_tests::numbers
