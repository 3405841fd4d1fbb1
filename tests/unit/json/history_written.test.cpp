// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <annals/json/fields.hpp>
#include <tests/catch.hpp>
#include <tests/support/order_releases.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <variant>

// Events that are written in a former version, for those who know no other.

namespace json_tests::written {

/// A payload, a struct that was never stored any more, and a struct, all of which lead back.
struct WeighedV1 {
    static void upcast(nlohmann::json& event) { event["grams"] = event.at("g").get<double>(); }
    static void downcast(nlohmann::json& event) {
        if (event.at("grams").get<double>() < 0) {
            static_cast<void>(event.at("MARKER"));
        }
        event = nlohmann::json{{"g", event.at("grams")}};
    }
};
struct WeighedV3 {
    double grams{};
};
struct Weighed {
    double kilograms{};

    friend bool operator==(Weighed const&, Weighed const&) = default;
};
ANNALS_FIELDS(WeighedV3, grams)
ANNALS_FIELDS(Weighed, kilograms)
Weighed upcast(WeighedV3 const& v3) { return {v3.grams / 1024}; }
WeighedV3 downcast(Weighed const& now) {
    if (now.kilograms == 13) {
        throw std::domain_error{"unlucky"};
    }
    return {now.kilograms * 1024};
}

/// Renames a key, there and back.
template <char from, char to>
struct Renamed {
    static void upcast(nlohmann::json& event) { rename(event, from, to); }
    static void downcast(nlohmann::json& event) { rename(event, to, from); }

private:
    static void rename(nlohmann::json& event, char before, char after) {
        event[std::string{after}] = event.at(std::string{before});
        event.erase(std::string{before});
    }
};
/// Written in its first version, and in the middle of its history.
struct Turned {
    std::int32_t c{};

    friend bool operator==(Turned const&, Turned const&) = default;
};
struct Tilted {
    std::int32_t c{};

    friend bool operator==(Tilted const&, Tilted const&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Turned, c)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Tilted, c)

using Event = std::variant<Weighed, Turned, Tilted>;

} // namespace json_tests::written

namespace here = json_tests::written;

template <>
inline constexpr auto annals::event_history<here::Weighed> =
    annals::history<here::WeighedV1, annals::NeverStored, here::WeighedV3>;
template <>
inline constexpr std::int32_t annals::written_schema_version<here::Weighed> = 1;
template <>
inline constexpr auto annals::event_history<here::Turned> =
    annals::history<here::Renamed<'a', 'b'>, here::Renamed<'b', 'c'>>;
template <>
inline constexpr std::int32_t annals::written_schema_version<here::Turned> = 1;
template <>
inline constexpr auto annals::event_history<here::Tilted> =
    annals::history<here::Renamed<'a', 'b'>, here::Renamed<'b', 'c'>>;
template <>
inline constexpr std::int32_t annals::written_schema_version<here::Tilted> = 2;

namespace json_tests::written {

using annals::EncodedPayload;

TEST_CASE("written version: all steps of the history down to it, and back up again") {
    annals::JsonCodec<Event> const codec;
    EncodedPayload const weighed = codec.encode(Weighed{2});
    CHECK(weighed == EncodedPayload{"Weighed", 1, R"({"g":2048.0})"});
    CHECK(codec.decode(stored(weighed)) == Event{Weighed{2}});

    EncodedPayload const turned = codec.encode(Turned{90});
    CHECK(turned == EncodedPayload{"Turned", 1, R"({"a":90})"});
    CHECK(codec.decode(stored(turned)) == Event{Turned{90}});
    CHECK(codec.decode(stored("Turned", R"({"c":90})", 3)) == Event{Turned{90}});

    EncodedPayload const tilted = codec.encode(Tilted{9});
    CHECK(tilted == EncodedPayload{"Tilted", 2, R"({"b":9})"});
    CHECK(codec.decode(stored(tilted)) == Event{Tilted{9}});
    CHECK(codec.decode(stored("Tilted", R"({"a":9})", 1)) == Event{Tilted{9}});
}

TEST_CASE("written version: what cannot be written is refused as ever, without a word of it") {
    annals::JsonCodec<Event> const codec;
    CHECK_THROWS_AS(codec.encode(Weighed{std::numeric_limits<double>::infinity()}), annals::InvalidInput);
    CHECK_THROWS_AS(codec.encode(Weighed{13}), std::domain_error);
    try {
        static_cast<void>(codec.encode(Weighed{-1}));
        FAIL("encoded what its downcast cannot take");
    } catch (annals::InvalidInput const& error) {
        CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("MARKER"));
    }
}

TEST_CASE("written version: the release between writes what the one before it reads, and reads both") {
    using First = releases::Order<releases::first::Release>::event_type;
    using Second = releases::Order<releases::second::Release>::event_type;
    using Third = releases::Order<releases::third::Release>::event_type;
    annals::JsonCodec<First> const first;
    annals::JsonCodec<Second> const second;
    annals::JsonCodec<Third> const third;

    CHECK(
        second.encode(releases::second::OrderCreated{"ada", 1.5, "EUR"}) ==
        first.encode(releases::first::OrderCreated{"ada", 1.5})
    );
    CHECK(second.encode(releases::second::ItemAdded{3}) == first.encode(releases::first::ItemAdded{3}));
    CHECK(second.encode(releases::second::OrderShipped{"DHL"}) == first.encode(releases::first::OrderSent{"DHL"}));

    auto const created = third.encode(releases::third::OrderCreated{"ada", 1.5, "EUR"});
    CHECK(created.schema_version == 2);
    CHECK(std::get<releases::second::OrderCreated>(second.decode(stored(created))).currency == "EUR");
    auto const shipped = third.encode(releases::third::OrderShipped{"DHL"});
    CHECK(shipped.type == "OrderShipped");
    CHECK(std::get<releases::second::OrderShipped>(second.decode(stored(shipped))).carrier == "DHL");

    // What the first release would have met if the third had come at once.
    CHECK_THROWS_AS(first.decode(stored(created)), annals::DecodeError);
    CHECK_THROWS_AS(first.decode(stored(shipped)), annals::UnknownEventType);
}

} // namespace json_tests::written
