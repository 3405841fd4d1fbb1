// SPDX-License-Identifier: MIT

#include <annals/detail/metadata_text.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/damage.hpp>

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

using annals::Metadata;
using annals::detail::metadata_to_json;
using annals::detail::MetadataReader;

namespace {

std::optional<Metadata> read(std::string const& text) {
    Metadata metadata{"left", "from", "before", {{"the", "last"}}};
    return MetadataReader::read(text, metadata) ? std::optional{metadata} : std::nullopt;
}

std::string every_character() {
    std::string text;
    for (int c = 1; c < 0x80; ++c) {
        text += static_cast<char>(c);
    }
    return text + "\xC2\x80\xC3\xBC\xE2\x80\xA8\xE2\x82\xAC\xF0\x9F\x98\x80";
}

std::vector<Metadata> samples() {
    return {
        {},
        {"request-1", "", "", {}},
        {"", "cause", "", {}},
        {"", "", "ada", {}},
        {"request-1", "cause", "ada", {{"tenant", "x"}, {"Alpha", ""}}},
        {"", "", "", {{"a", "1"}, {"b", "2"}}},
        {every_character(), every_character(), every_character(), {{"key \"with\" \\ all", every_character()}}},
    };
}

} // namespace

TEST_CASE("metadata text: it is a flat JSON object of strings") {
    CHECK(metadata_to_json({}) == "{}");
    CHECK(
        metadata_to_json({"r", "", "ada", {{"b", "\"\\"}, {"a", "\n"}}}) ==
        R"({"correlation_id":"r","user":"ada","a":"\u000a","b":"\"\\"})"
    );
    for (Metadata const& metadata : samples()) {
        auto const json = nlohmann::json::parse(metadata_to_json(metadata));
        REQUIRE(json.is_object());
        CHECK(json.value("correlation_id", "") == metadata.correlation_id);
        CHECK(json.value("causation_id", "") == metadata.causation_id);
        CHECK(json.value("user", "") == metadata.user);
        for (auto const& [key, value] : metadata.extra) {
            CHECK(json.at(key) == value);
        }
    }
}

TEST_CASE("metadata text: what was written is read") {
    for (Metadata const& metadata : samples()) {
        CHECK(read(metadata_to_json(metadata)) == metadata);
    }
}

TEST_CASE("metadata text: a character is escaped wherever it stands") {
    for (int c = 1; c < 0x100; ++c) {
        for (std::size_t at = 0; at < 20; ++at) {
            std::string text(20, 'x');
            text[at] = static_cast<char>(static_cast<unsigned char>(c));
            std::string escaped;
            for (char const each : text) {
                bool const is_control = static_cast<unsigned char>(each) < 0x20;
                constexpr char digits[] = "0123456789abcdef";
                escaped += is_control ? std::string{"\\u00"} + digits[c / 16] + digits[c % 16]
                                      : (each == '"' || each == '\\' ? "\\" : "") + std::string{each};
            }
            Metadata const metadata{text, "", "", {}};
            CHECK(metadata_to_json(metadata) == "{\"correlation_id\":\"" + escaped + "\"}");
            CHECK(read(metadata_to_json(metadata)) == metadata);
            CHECK_FALSE((text != escaped && read("{\"correlation_id\":\"" + text + "\"}")));
        }
    }
}

TEST_CASE("metadata text: nothing else is read") {
    for (char const* const text :
         {"",
          " ",
          "{",
          "}",
          "{}}",
          "{} ",
          " {}",
          "[]",
          "null",
          "{\"a\"}",
          "{\"a\":}",
          "{\"a\":1}",
          "{\"a\":\"b\"",
          "{\"a\":\"b}",
          "{\"a\":\"b\",}",
          "{,\"a\":\"b\"}",
          "{\"a\":\"b\"\"c\":\"d\"}",
          "{\"a\":\"b\",,\"c\":\"d\"}",
          "{\"a\": \"b\"}",
          "{\"b\":\"1\",\"a\":\"2\"}",
          "{\"a\":\"1\",\"a\":\"2\"}",
          "{\"a\":\"\\n\"}",
          "{\"a\":\"\\u000A\"}",
          "{\"a\":\"\\u0041\"}",
          "{\"a\":\"\\u00\"}",
          "{\"a\":\"\\",
          "{\"a\":\"\\\"}",
          "{\"user\":\"\"}",
          "{\"user\":\"a\",\"correlation_id\":\"b\"}",
          "{\"a\":\"1\",\"user\":\"b\"}",
          "{\"correlation_id\":\"a\",\"correlation_id\":\"b\"}",
          "{\"correlation_id\":\"a\"\"user\":\"b\"}",
          "{,\"user\":\"b\"}",
          "{\"user:\"b\"}",
          "{\"user\"=\"b\"}",
          "{\"user\":\"b\",}",
          "{\"user\":",
          "{\"user\"",
          "{\"a\":{\"b\":\"c\"}}",
          "{\"a\":\"\n\"}",
          "{\"a\":\"twelve bytes\x1F, and more of them\"}",
          "{\"a\":\"\\u0022\"}"}) {
        CAPTURE(text);
        CHECK_FALSE(read(text));
    }
}

TEST_CASE("metadata text: damaged texts are refused or read as what they say") {
    unit::Damage damage{8259, {"{}\":,\\u0019abc\0\xFF", 17}};
    std::vector<std::string> texts;
    for (Metadata const& metadata : samples()) {
        texts.push_back(metadata_to_json(metadata));
    }
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text = texts[damage.below(texts.size())];
        damage.strike(text);
        if (auto const metadata = read(text)) {
            ++accepted;
            if (metadata_to_json(*metadata) != text) {
                FAIL(text);
            }
        }
    }
    CHECK(accepted > 0);
}
