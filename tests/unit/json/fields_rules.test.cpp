// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/unit/json/fields.hpp>

#include <cstddef>
#include <string>
#include <vector>

using Catch::Matchers::ContainsSubstring;

// What JsonCodec's docstring promises, rule by rule, for types with ANNALS_FIELDS beside nlohmann's macro.

namespace json_tests::fields {

namespace {

std::vector<std::string> const number_fields = words("u64 i64 u32 i32 u16 i16 u8 i8 flag real single");

/// The numbers of each width, all 0 but one, which is `text`.
std::string numbers_with(std::string const& name, std::string const& text) {
    std::string all;
    for (std::string const& field : number_fields) {
        std::string const plain = field == "flag" ? "false" : "0";
        all += (all.empty() ? "{\"" : ",\"") + field + "\":" + (field == name ? text : plain);
    }
    return all + "}";
}

} // namespace

TEST_CASE("ANNALS_FIELDS: reads what others write: order, spaces, escapes, unknown fields") {
    for (std::string const text : {
             R"( { "sku" : "tea" , "quantity" : 3 , "note" : "x" } )",
             R"({"quantity":3,"note":"x","sku":"t\u0065a"})",
             R"({"note":"x","quantity":3,"sku":"tea","later":[1,-2.5e3,{"a":{},"b":"\ud83d\ude00"},[],true,null]})",
             R"({"a":1,"note":"x","b":18446744073709551615,"quantity":3,"c":false,"sku":"tea"})",
         }) {
        REQUIRE(both<LineTwice>(text) == Verdict{true, line_text});
        bool const has_wide_integer = text.find("18446744073709551615") != std::string::npos;
        REQUIRE(is_read_directly<ListedLine>(text) != has_wide_integer);
    }
}

TEST_CASE("ANNALS_FIELDS: what is not JSON is refused, in unknown fields too") {
    std::vector<std::string> values = words(
        R"(01 1. .5 +1 - 1e 0x1 NaN nul tru 'a' "a "\x" "\u12" [1,] [,] {"a"} {"a":} {,} {"a":1,} ] } 1, 1} /**/1)"
        R"( 1e999 -1e999 99999999999999999999 "\ud83d" "\ude00" "\ud83d\ud83d" "\ud83dx" [{"b":[1,2}]])"
        R"( {"a":1,"a":1} {"a":1,"\u0061":1})"
    );
    values.insert(values.end(), {"", "[1 2]", "\"\t\"", "\"\xFF\"", "\"\xC0\x80\"", "{\"\xFF\":1}"});
    for (std::string const& value : values) {
        REQUIRE_FALSE(both<LineTwice>(R"({"note":"x","quantity":3,"sku":"tea","later":)" + value + "}").is_read);
        REQUIRE_FALSE(both<LineTwice>(R"({"note":)" + value + R"(,"quantity":3,"sku":"tea"})").is_read);
    }
    for (std::string const rest : {"x", "}", "{}", ",", "\xFF", "1", "//"}) {
        REQUIRE_FALSE(both<LineTwice>(line_text + rest).is_read);
    }
    REQUIRE_FALSE(both<LineTwice>(line_text + std::string{"\0", 1}).is_read);
    REQUIRE_FALSE(both<LineTwice>(line_text + std::string{"\0{}", 3}).is_read);
    for (std::size_t size = 0; size < line_text.size(); ++size) {
        REQUIRE_FALSE(both<LineTwice>(line_text.substr(0, size)).is_read);
    }
}

TEST_CASE("ANNALS_FIELDS: keys that come twice, not at all, or with another type") {
    for (std::string const text : {
             R"({"note":"x","quantity":3,"sku":"tea","sku":"tea"})",
             R"({"note":"x","note":"x","quantity":3,"sku":"tea"})",
             R"({"note":"x","quantity":3,"sku":"tea","s\u006bu":"tea"})",
             R"({"note":"x","later":1,"quantity":3,"later":1,"sku":"tea"})",
         }) {
        REQUIRE_THAT(both<LineTwice>(text).text, ContainsSubstring("the same key twice"));
    }
    for (std::string const text :
         {R"({"quantity":3,"sku":"tea"})", R"({"note":"x","quantity":3})", R"({})", R"({"Sku":1})"}) {
        REQUIRE_THAT(both<LineTwice>(text).text, ContainsSubstring("a field is missing"));
    }
    for (std::string const value : {"null", "1", "true", "[]", "{}", "[\"tea\"]"}) {
        REQUIRE_FALSE(both<LineTwice>(R"({"note":"x","quantity":3,"sku":)" + value + "}").is_read);
    }
    for (std::string const text : {"null", "[]", "1", "\"\"", "true"}) {
        REQUIRE_FALSE(both<LineTwice>(text).is_read);
    }
    std::string const order =
        R"({"customer":"","flags":[],"gift":null,"lines":[],"number":0,"parts":[],"prices":{},"rebate":null,"stock":)";
    REQUIRE(both<OrderTwice>(order + R"({"b":1,"a":2},"tags":null})").is_read);
    REQUIRE_FALSE(both<OrderTwice>(order + R"({"a":1,"a":1},"tags":null})").is_read);
    REQUIRE_FALSE(both<OrderTwice>(order + R"([["a",1]],"tags":null})").is_read);
}

TEST_CASE("ANNALS_FIELDS: numbers of each width are kept or refused") {
    for (std::string const& field : number_fields) {
        for (std::string const& text : words(
                 "0 -0 -0.0 5.0 1e2 1.9 -1 127 128 255 256 -128 -129 32767 32768 65535 65536 -32768 -32769 2147483647 "
                 "2147483648 4294967295 4294967296 -2147483648 -2147483649 9007199254740991 9007199254740992 "
                 "9007199254740993 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 "
                 "18446744073709551615 18446744073709551616 0.1 0.5 16777216 16777217 1e39 1e308 1e309 5e-324 1e-400 "
                 "-1e-400 1.401298464324817e-45 3.4028234663852886e38 true false null \"1\" 00 -00 - 1.0.0 1e5e5 1_000 "
                 "0b1 Infinity -Infinity nan"
             )) {
            both<NumbersTwice>(numbers_with(field, text));
        }
    }
    REQUIRE_FALSE(both<NumbersTwice>(numbers_with("u8", "300")).is_read);
    REQUIRE_FALSE(both<NumbersTwice>(numbers_with("i32", "1.9")).is_read);
    REQUIRE_FALSE(both<NumbersTwice>(numbers_with("i32", "true")).is_read);
    REQUIRE_FALSE(both<NumbersTwice>(numbers_with("single", "0.1")).is_read);
    REQUIRE_FALSE(both<NumbersTwice>(numbers_with("flag", "1")).is_read);
    REQUIRE(both<NumbersTwice>(numbers_with("i32", "1e2")).is_read);
    REQUIRE(is_read_directly<ListedNumbers>(numbers_with("u64", "18446744073709551615")));
    REQUIRE(is_read_directly<ListedNumbers>(numbers_with("i64", "-9223372036854775808")));
    REQUIRE(is_read_directly<ListedNumbers>(numbers_with("real", "-5e-324")));
}

TEST_CASE("ANNALS_FIELDS: many unknown fields take no longer than they should") {
    std::string text = line_text.substr(0, line_text.size() - 1);
    for (int i = 0; i < 50'000; ++i) {
        text += ",\"f" + std::to_string(i) + "\":1";
    }
    REQUIRE(both<LineTwice>(text + "}").is_read);
    REQUIRE_FALSE(both<LineTwice>(text + ",\"f7\":1}").is_read);
    REQUIRE_FALSE(is_read_directly<ListedLine>(text + "}"));
}

} // namespace json_tests::fields
