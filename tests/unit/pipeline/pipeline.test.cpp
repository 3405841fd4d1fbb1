// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/unit/pipeline/stages.hpp>

#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

using annals::PayloadPipeline;
using annals::PayloadPlace;
using Catch::Matchers::ContainsSubstring;
using namespace pipeline_tests;

namespace {

annals::StreamName const stream{"Order", "1"};
annals::EventId const id = annals::new_event_id();
annals::EventId const other_id = annals::new_event_id();
PayloadPlace const place{stream, id, {}};
PayloadPlace const elsewhere{stream, other_id, {}};

struct WithoutSeal {
    static constexpr std::string_view name = "x";
    static constexpr bool keeps_text = true;
    [[nodiscard]] std::string open(PayloadPlace const&, std::string_view bytes) const { return std::string{bytes}; }
};

} // namespace

static_assert(!annals::PayloadStage<int>);
static_assert(!annals::PayloadStage<WithoutSeal>);
static_assert(annals::PayloadStage<Turned>);
static_assert(!std::is_copy_constructible_v<PayloadPipeline>);

TEST_CASE("pipeline: without steps a text stays as it is", "[pipeline]") {
    PayloadPipeline const none{};
    for (std::string const& text : {std::string{}, std::string{"{}"}, std::string{R"({"a":"\u00e4"})"}}) {
        CHECK(none.seal(place, text) == text);
        CHECK(none.open(place, text) == text);
    }
}

TEST_CASE("pipeline: what is sealed is a JSON string that says how", "[pipeline]") {
    PayloadPipeline const pipeline{Trimmed{}, Turned{}};
    CHECK(pipeline.seal(place, "{}  ").starts_with("\"annals1:trimmed+turned:"));
    CHECK(pipeline.seal(place, "{}").starts_with("\"annals1:turned:"));
    for (char const* const text : {"", "{}", "{}  ", R"({"a":[1,2]})"}) {
        std::string const sealed = pipeline.seal(place, text);
        CHECK(
            sealed.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=:\"") ==
            std::string::npos
        );
        CHECK(pipeline.open(place, sealed) == text);
        CHECK_THROWS_AS(pipeline.open(elsewhere, sealed), annals::UnreadablePayload);
    }
}

TEST_CASE("pipeline: a step that does nothing leaves no trace", "[pipeline]") {
    CHECK(PayloadPipeline{Trimmed{}}.seal(place, "{}") == "{}");
}

TEST_CASE("pipeline: steps that keep the text come first", "[pipeline]") {
    PayloadPipeline const pipeline{Turned{}, Hidden{}};
    std::string const sealed = pipeline.seal(place, R"({"a":"secret"})");
    CHECK(PayloadPipeline{Turned{}}.open(place, sealed) == R"({"a":"hidden"})");
    CHECK(pipeline.open(place, sealed) == R"({"a":"secret"})");
    CHECK(PayloadPipeline{Hidden{}}.seal(place, R"({"a":"secret"})") == R"({"a":"hidden"})");
}

TEST_CASE("pipeline: a text that looks sealed comes back", "[pipeline]") {
    for (char const* const text : {R"("annals1:)", R"("annals1:turned:QUJD")", R"("annals1:plain:QUJD")"}) {
        for (auto const& pipeline :
             {std::make_shared<PayloadPipeline>(), std::make_shared<PayloadPipeline>(Turned{})}) {
            std::string const sealed = pipeline->seal(place, text);
            CHECK(sealed != text);
            CHECK(pipeline->open(place, sealed) == text);
        }
    }
}

TEST_CASE("pipeline: what earlier steps have sealed is read", "[pipeline]") {
    PayloadPipeline const none{};
    PayloadPipeline const trimmed{Trimmed{}};
    PayloadPipeline const both{Trimmed{}, Turned{}};
    PayloadPipeline turned{Turned{}};
    turned.also_opens(Trimmed{});
    PayloadPipeline last{};
    last.also_opens(Turned{}).also_opens(Trimmed{}).also_opens(Hidden{});
    CHECK(last.seal(place, "{}  ") == "{}  ");
    for (PayloadPipeline const* const writer :
         std::initializer_list<PayloadPipeline const*>{&none, &trimmed, &both, &turned, &last}) {
        CHECK(last.open(place, writer->seal(place, "{}  ")) == "{}  ");
        CHECK(turned.open(place, writer->seal(place, "{}  ")) == "{}  ");
    }
    CHECK_THROWS_WITH(
        trimmed.open(place, both.seal(place, "{}  ")), ContainsSubstring("the pipeline does not have: 'turned'")
    );
}

TEST_CASE("pipeline: two steps of one name are refused", "[pipeline]") {
    CHECK_THROWS_AS((PayloadPipeline{Turned{}, Turned{}}), annals::UsageError);
    PayloadPipeline pipeline{Turned{}, Hidden{}};
    CHECK_THROWS_AS(pipeline.also_opens(Turned{}), annals::UsageError);
    CHECK_THROWS_AS(pipeline.also_opens(Hidden{}), annals::UsageError);
}

TEST_CASE("pipeline: personal data that no step seals is refused", "[pipeline][personal]") {
    std::string_view const personal = R"({"email":{"annals:subject":"c7","value":"ann"}})";
    CHECK_THROWS_AS(PayloadPipeline{}.seal(place, personal), annals::InvalidInput);
    CHECK_THROWS_AS(PayloadPipeline{Turned{}}.seal(place, personal), annals::InvalidInput);
    CHECK_NOTHROW(PayloadPipeline{Turned{}}.seal(place, R"({"email":{"annals:subject":"c7"},"value":"ann"})"));
}

TEST_CASE("pipeline: sealed texts are compared by what is in them", "[pipeline]") {
    PayloadPipeline const pipeline{Turned{}};
    PayloadPipeline both{Trimmed{}};
    both.also_opens(Turned{});
    std::string const one = pipeline.seal(place, "{}  ");
    CHECK(one != both.seal(place, "{}  "));
    CHECK(both.is_same(place, one, both.seal(place, "{}  ")));
    CHECK(both.is_same(place, one, "{}  "));
    CHECK_FALSE(both.is_same(place, one, "{}"));
    CHECK(both.is_same(place, R"({"a":{"annals:subject":"c7"}})", R"({"a":{"annals:subject":"c7","value":7}})"));
    CHECK_FALSE(both.is_same(place, R"({"a":{"annals:subject":"c7"}})", R"({"a":{"annals:subject":"c8"}})"));
}

TEST_CASE("pipeline: whatever is stored is opened or refused", "[pipeline]") {
    PayloadPipeline const pipeline{Hidden{}, Turned{}};
    for (char const* const text :
         {R"("annals1:)",
          R"("annals1:")",
          R"("annals1::")",
          R"("annals1:turned")",
          R"("annals1:turned:Zg=")",
          R"("annals1:turned:Zg==")",
          R"("annals1:turned:Zg==)",
          R"("annals1:+turned:Zg==")",
          R"("annals1:turned+:Zg==")",
          R"("annals1:gone:Zg==")",
          R"("annals1:plain+turned:Zg==")",
          R"("annals1:hidden:Zg==")",
          "\"annals1:\xFF:Zg==\""}) {
        INFO(text);
        CHECK_THROWS_AS(pipeline.open(place, text), annals::UnreadablePayload);
    }
    std::vector<std::string> const pieces{"\"annals1:", "turned", "plain", "+", ":", "Zg==", "\"", "{}", "="};
    std::mt19937 random{3}; // NOLINT(cert-msc51-cpp)
    int refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 2 == 0 ? "\"annals1:" : "";
        for (auto left = random() % 6; left > 0; --left) {
            text += pieces[random() % pieces.size()];
        }
        try {
            static_cast<void>(pipeline.open(place, text));
        } catch (annals::UnreadablePayload const&) {
            ++refused;
        }
    }
    CHECK(refused > 10'000);
}
