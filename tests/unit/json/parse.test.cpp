// SPDX-License-Identifier: MIT

#include <annals/json/parse.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using annals::detail::parse_json;
using Catch::Matchers::ContainsSubstring;
using json_tests::nested_arrays;
using json_tests::on_small_stack;
using json_tests::refusal;
using json_tests::repeated;

namespace {

constexpr std::size_t max_depth = annals::limits::max_json_depth;
constexpr std::size_t max_bytes = annals::limits::max_payload_bytes;

} // namespace

TEST_CASE("parse_json: builds what nlohmann/json builds") {
    std::string const text =
        R"({"a":[],"b":{},"c":[1,-2,3.5,true,false,null,"x"],"d":{"e":[[{"f":[0]}]],"g":"","":7}})";
    REQUIRE(parse_json(text).value == nlohmann::json::parse(text));
    for (std::string const scalar : {"null", "true", "0", "-1", "2.5", "\"x\"", "[]", "{}"}) {
        REQUIRE(parse_json(scalar).value == nlohmann::json::parse(scalar));
    }
}

TEST_CASE("parse_json: says whether there are numbers or booleans") {
    for (std::string const text : {"[1]", "{\"a\":[[-1]]}", "2.5", "true", "[false]"}) {
        REQUIRE(parse_json(text).has_numbers);
    }
    for (std::string const text : {"null", "[]", "{\"1\":\"2\"}"}) {
        REQUIRE_FALSE(parse_json(text).has_numbers);
    }
}

TEST_CASE("parse_json: 64-bit integers are exact, wider ones are refused") {
    REQUIRE(parse_json("-9223372036854775808").value.get<std::int64_t>() == (std::numeric_limits<std::int64_t>::min)());
    REQUIRE(
        parse_json("18446744073709551615").value.get<std::uint64_t>() == (std::numeric_limits<std::uint64_t>::max)()
    );
    REQUIRE(parse_json("9007199254740993").value.get<std::int64_t>() == 9007199254740993);

    for (std::string const number : {"18446744073709551616", "-9223372036854775809", "99999999999999999999"}) {
        REQUIRE_THAT(refusal(number), ContainsSubstring("integer outside of 64 bits"));
        REQUIRE_THAT(refusal("{\"a\":[" + number + "]}"), ContainsSubstring("integer outside of 64 bits"));
    }
    REQUIRE(parse_json("18446744073709551616.0").value.get<double>() == 18446744073709551616.0);
}

TEST_CASE("parse_json: doubles beyond the range are refused") {
    for (std::string const number : {"1e400", "-1e400", "1e999999999"}) {
        REQUIRE_THAT(refusal(number), ContainsSubstring("too large for a double"));
    }
    REQUIRE(refusal("1" + repeated("0", 400)) != "");
    REQUIRE(parse_json("1.7976931348623157e308").value.get<double>() == (std::numeric_limits<double>::max)());
}

TEST_CASE("parse_json: a key twice in an object is refused") {
    REQUIRE_THAT(refusal(R"({"a":1,"b":2,"a":1})"), ContainsSubstring("same key twice"));
    REQUIRE_THAT(refusal(R"([{"x":{"a":1,"\u0061":1}}])"), ContainsSubstring("same key twice"));
    REQUIRE(refusal(R"({"a":{"a":[{"a":1},{"a":2}]},"b":{"a":1}})") == "");
}

TEST_CASE("parse_json: what is not JSON, or more than one value, is refused") {
    for (std::string const text :
         {"",   " ",  "{",  "}",   "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "nul",  "NaN", "Infinity", "-",    "01",
          "1.", ".5", "+1", "0x1", "'a'",  "\"a",     "[1]]",     "{}{}",  "{} x", "1 2", "// c\n1",  "/**/1"}) {
        CAPTURE(text);
        REQUIRE_THAT(refusal(text), ContainsSubstring("not well-formed at byte"));
    }
    REQUIRE(refusal(" \t\r\n{} \t\r\n") == "");
}

TEST_CASE("parse_json: a NUL does not hide what follows it") {
    REQUIRE_THAT(refusal(std::string{"{}\0garbage", 10}), ContainsSubstring("NUL"));
    REQUIRE(refusal(std::string{"{}\0", 3}) != "");
    REQUIRE(refusal(std::string{"\"a\0b\"", 5}) != "");
    REQUIRE(parse_json(R"("a\u0000b")").value.get<std::string>() == std::string{"a\0b", 3});
}

TEST_CASE("parse_json: ill-formed UTF-8 and lone surrogates are refused") {
    for (std::string const bytes :
         {"\xFF", "\xC0\x80", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xF8\x88\x80\x80\x80"}) {
        REQUIRE(refusal("\"" + bytes + "\"") != "");
        REQUIRE(refusal("{\"" + bytes + "\":1}") != "");
        REQUIRE(refusal(bytes) != "");
    }
    for (std::string const escape :
         {R"(\ud800)", R"(\udc00)", R"(\ud800x)", R"(\ud800\ud800)", R"(\udc00\ud800)", R"(\ud8)", R"(\x41)"}) {
        REQUIRE(refusal("\"" + escape + "\"") != "");
        REQUIRE(refusal("{\"" + escape + "\":1}") != "");
    }
    REQUIRE(parse_json(R"("\ud83d\ude00")").value.get<std::string>() == "\xF0\x9F\x98\x80");
    REQUIRE(refusal("\"tab\there\"") != "");
}

TEST_CASE("parse_json: depth is limited") {
    REQUIRE(refusal(nested_arrays(max_depth)) == "");
    REQUIRE_THAT(refusal(nested_arrays(max_depth + 1)), ContainsSubstring("nested deeper than 64 levels"));
    REQUIRE(refusal(repeated("{\"a\":", max_depth) + "1" + repeated("}", max_depth)) == "");
    REQUIRE_THAT(
        refusal(repeated("{\"a\":", max_depth + 1) + "1" + repeated("}", max_depth + 1)),
        ContainsSubstring("nested deeper than 64 levels")
    );
    // Breadth is not depth.
    REQUIRE(refusal("[" + repeated("[[]],", 1000) + "[]]") == "");
}

TEST_CASE("parse_json: size is limited, before anything is parsed") {
    std::string const longest = "\"" + std::string(max_bytes - 2, 'a') + "\"";
    REQUIRE(refusal(longest) == "");
    REQUIRE_THAT(refusal(longest + " "), ContainsSubstring("longer than 1048576 bytes"));
    REQUIRE_THAT(refusal(std::string(max_bytes + 1, '[')), ContainsSubstring("longer than 1048576 bytes"));
}

TEST_CASE("parse_json: hostile nesting is harmless on a stack of 64 KiB") {
    for (std::size_t const levels : {65U, 1000U, 100'000U, 1'000'000U, 10'000'000U}) {
        std::vector<std::string> texts;
        texts.push_back(repeated("[", levels));
        texts.push_back(nested_arrays(levels));
        texts.push_back(repeated("{\"a\":", levels));
        texts.push_back(repeated("[{\"a\":", levels / 2 + 1));
        for (std::string const& text : texts) {
            std::string found;
            on_small_stack([&] { found = refusal(text); });
            REQUIRE(found != "");
        }
    }
}

TEST_CASE("parse_json: the deepest and the widest allowed value are harmless on a stack of 64 KiB") {
    std::string const deepest = nested_arrays(max_depth);
    std::string const widest = "[" + repeated("[],", max_bytes / 3 - 1) + "0]";
    for (std::string const& text : {deepest, widest}) {
        on_small_stack([&] { REQUIRE(parse_json(text).value.is_array()); });
    }
}
