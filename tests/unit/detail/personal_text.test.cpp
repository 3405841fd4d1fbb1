// SPDX-License-Identifier: MIT

#include <annals/detail/personal_text.hpp>
#include <tests/catch.hpp>

#include <cstddef>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace annals::detail;

namespace {

std::string listed(std::string_view text) {
    static constexpr std::string_view kinds = "psfo";
    std::string list;
    std::string const same = turn_personal_parts(text, [&list](PersonalPart const& part) {
        list += kinds[static_cast<std::size_t>(part.kind)];
        list.append("(").append(part.subject).append("|").append(part.content).append(")");
        return std::optional<std::string>{};
    });
    CHECK(same == text);
    return list;
}

} // namespace

TEST_CASE("personal text: each form is found", "[personal]") {
    CHECK(listed(R"({"a":1})") == "");
    CHECK(listed(R"({"annals:subject":"c7"})") == "f(c7|)");
    CHECK(listed(R"({"annals:subject":""})") == "f(|)");
    CHECK(listed(R"({"annals:subject":"c7","value":7})") == "p(c7|7)");
    CHECK(listed(R"([{"annals:subject":"c7","sealed":"QUJD"}])") == "s(c7|QUJD)");
    CHECK(
        listed(
            R"({"a":{"annals:subject":"c\"7","value":{"x":["}",{}],"y":"]\\"}},"b":[{"annals:subject":"c8","value":"\""}]})"
        ) == R"(p(c\"7|{"x":["}",{}],"y":"]\\"})p(c8|"\""))"
    );
    CHECK(listed(R"({"a":"{\"annals:subject\":\"c7\"}"})") == "");
}

TEST_CASE("personal text: what only begins so is odd", "[personal]") {
    for (char const* const text : {
             R"({"annals:subject":)",
             R"({"annals:subject":")",
             R"({"annals:subject":7})",
             R"({"annals:subject":"c7)",
             R"({"annals:subject":"c7")",
             R"({"annals:subject":"c7\"})",
             R"({"annals:subject":"c7","value":})",
             R"({"annals:subject":"c7","value":7)",
             R"({"annals:subject":"c7","value":"7})",
             R"({"annals:subject":"c7","value":7,"more":8})",
             R"({"annals:subject":"c7","value":7])",
             R"({"annals:subject":"c7","other":7})",
             R"({"annals:subject":"c7","sealed":7})",
             R"({"annals:subject":"c7","sealed":"})",
             R"({"annals:subject":"c7","sealed":"QUJD)",
             R"({"annals:subject":"c7","sealed":"QUJD","value":7})",
         }) {
        INFO(text);
        CHECK(listed(text) == "o(|)");
    }
}

TEST_CASE("personal text: parts are put in their places", "[personal]") {
    CHECK(
        turn_personal_parts(
            R"({"a":{"annals:subject":"c7","value":7},"b":{"annals:subject":"c8"},"c":{"annals:subject":"c9","value":9}})",
            [](PersonalPart const& part) {
                return part.kind == PersonalPart::Kind::plain ? std::optional{'<' + std::string{part.content} + '>'}
                                                              : std::nullopt;
            }
        ) == R"({"a":<7>,"b":{"annals:subject":"c8"},"c":<9>})"
    );
}

TEST_CASE("personal text: plain values are seen, forgotten ones beside a field 'value' are not", "[personal]") {
    CHECK(has_plain_personal_data(R"({"a":{"annals:subject":"c7"},"b":{"annals:subject":"c\"7","value":7}})"));
    CHECK_FALSE(has_plain_personal_data(R"({"a":{"annals:subject":"c7"},"value":7})"));
    CHECK_FALSE(has_plain_personal_data(R"({"a":{"annals:subject":"c7","sealed":"QUJD"},"value":7})"));
    CHECK_FALSE(has_plain_personal_data(R"({"a":",\"value\":","b":{"annals:subject":",\"value\":"}})"));
    CHECK_FALSE(has_plain_personal_data(R"({"annals:subject":)"));
}

TEST_CASE("personal text: two texts are the same as far as both are known", "[personal]") {
    std::string const both = R"([{"annals:subject":"c7","value":7},1,{"annals:subject":"c8","value":"x"}])";
    std::string const one = R"([{"annals:subject":"c7"},1,{"annals:subject":"c8","value":"x"}])";
    std::string const other = R"([{"annals:subject":"c7","value":7},1,{"annals:subject":"c8"}])";
    for (auto const& a : {both, one, other}) {
        for (auto const& b : {both, one, other}) {
            CHECK(is_same_as_far_as_known(a, b));
        }
    }
    for (char const* const changed : {
             R"([{"annals:subject":"c7","value":8},1,{"annals:subject":"c8","value":"x"}])",
             R"([{"annals:subject":"c9","value":7},1,{"annals:subject":"c8","value":"x"}])",
             R"([{"annals:subject":"c9"},1,{"annals:subject":"c8","value":"x"}])",
             R"([{"annals:subject":"c7"},2,{"annals:subject":"c8","value":"x"}])",
             R"([{"annals:subject":"c7"},1,{"annals:subject":"c8","value":"x"},1])",
             R"([{"annals:subject":"c7"},1,{"annals:subject":"c8","value":"x"}]])",
             R"([{"annals:subject":"c7"},1,{"annals:subject":"c8","value":"xx"}])",
             R"([{"annals:subject":"c7"},1,{"annals:subject":"c8","odd":"x"}])",
             R"([{"annals:subject":"c7"},1])",
         }) {
        INFO(changed);
        CHECK_FALSE(is_same_as_far_as_known(both, changed));
        CHECK_FALSE(is_same_as_far_as_known(changed, both));
    }
    CHECK_FALSE(is_same_as_far_as_known(R"([{"annals:subject":"c7"}])", R"([{"annals:subject":"c7","odd":7}])"));
}

TEST_CASE("personal text: no text does harm", "[personal]") {
    std::vector<std::string> const pieces{
        R"({"annals:subject":)",
        R"("c7")",
        R"(,"value":)",
        R"(,"sealed":)",
        "\"",
        "\\",
        "{",
        "}",
        "[",
        "]",
        ",",
        "7",
        "x"
    };
    std::mt19937 random{11}; // NOLINT(cert-msc51-cpp)
    std::string before;
    for (int round = 0; round < 20'000; ++round) {
        std::string text;
        for (auto left = random() % 12; left > 0; --left) {
            text += pieces[random() % pieces.size()];
        }
        std::string const same =
            turn_personal_parts(text, [](PersonalPart const&) { return std::optional<std::string>{}; });
        REQUIRE(same == text);
        REQUIRE((is_same_as_far_as_known(text, before) == is_same_as_far_as_known(before, text)));
        static_cast<void>(has_plain_personal_data(text));
        before = text;
    }
}
