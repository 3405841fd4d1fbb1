// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <annals/json/fields.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Payloads of former versions, one event for each kind of history.

using Catch::Matchers::ContainsSubstring;

namespace json_tests::history {

/// Two former structs.
struct OrderCreatedV1 {
    std::string customer;
    double total{};
};
struct OrderCreatedV2 {
    std::string customer;
    double total{};
    std::string currency;
};
struct OrderCreated {
    std::string customer;
    std::int64_t cents{};
    std::string currency;

    friend bool operator==(OrderCreated const&, OrderCreated const&) = default;
};
ANNALS_FIELDS(OrderCreatedV1, customer, total)
ANNALS_FIELDS(OrderCreatedV2, customer, total, currency)
ANNALS_FIELDS(OrderCreated, customer, cents, currency)
OrderCreatedV2 upcast(OrderCreatedV1 const& v1) { return {v1.customer, v1.total, "USD"}; }
OrderCreated upcast(OrderCreatedV2 const& v2) { return {v2.customer, std::llround(v2.total * 100), v2.currency}; }

/// A former payload, a version that was never in use, another payload, a struct, and one more that was never in use.
/// Each step leaves its mark, so that their order shows.
struct ItemRenamed {
    static void upcast(nlohmann::json& event) {
        event["quantity"] = event.at("count");
        event.erase("count");
        event["trace"] = "a";
    }
};
struct ItemTraced {
    static void upcast(nlohmann::json& event) { event["trace"] = event.at("trace").get<std::string>() + "b"; }
};
struct ItemAddedV4 {
    std::int32_t quantity{};
    std::string trace;
};
struct ItemAdded {
    std::int32_t quantity{};
    std::string trace;

    friend bool operator==(ItemAdded const&, ItemAdded const&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ItemAddedV4, quantity, trace)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ItemAdded, quantity, trace)
ItemAdded upcast(ItemAddedV4 const& v4) { return {v4.quantity, v4.trace + "c"}; }

/// Renamed twice, with a former struct of the older name.
struct OrderSentV1 {
    std::string carrier;
};
struct OrderShipped {
    std::string carrier;
    std::string tracking;

    friend bool operator==(OrderShipped const&, OrderShipped const&) = default;
};
ANNALS_FIELDS(OrderSentV1, carrier)
ANNALS_FIELDS(OrderShipped, carrier, tracking)
OrderShipped upcast(OrderSentV1 const& v1) { return {v1.carrier, "none"}; }

/// Never changed.
struct OrderCancelled {
    friend bool operator==(OrderCancelled const&, OrderCancelled const&) = default;
};

/// Whose upcast throws whatever it is told to.
struct WeighedV1 {
    std::string what;
};
struct Weighed {
    friend bool operator==(Weighed const&, Weighed const&) = default;
};
ANNALS_FIELDS(WeighedV1, what)
Weighed upcast(WeighedV1 const& v1) {
    if (v1.what == "MARKER memory") {
        throw std::bad_alloc{};
    }
    if (v1.what == "MARKER json") {
        static_cast<void>(nlohmann::json{{"MARKER", "MARKER"}}.at("MARKER").get<int>());
    }
    throw std::runtime_error{v1.what};
}

/// Retired: one that had a history, and was renamed once.
struct OrderClosedV1 {
    std::string why;
};
struct OrderClosed {
    std::string why;
    std::string by;
};
ANNALS_FIELDS(OrderClosedV1, why)
ANNALS_FIELDS(OrderClosed, why, by)
OrderClosed upcast(OrderClosedV1 const& v1) { return {v1.why, "nobody"}; }
OrderShipped upcast(OrderClosed const& closed) { return {closed.why, closed.by}; }

using Event = std::variant<OrderCreated, ItemAdded, OrderShipped, OrderCancelled, Weighed>;

} // namespace json_tests::history

namespace here = json_tests::history;

template <>
inline constexpr auto annals::event_history<here::OrderCreated> =
    annals::history<here::OrderCreatedV1, here::OrderCreatedV2>;
template <>
inline constexpr auto annals::event_history<here::ItemAdded> =
    annals::history<here::ItemRenamed, annals::NeverStored, here::ItemTraced, here::ItemAddedV4, annals::NeverStored>;
template <>
inline constexpr auto annals::event_history<here::OrderShipped> = annals::history<here::OrderSentV1>;
template <>
inline constexpr auto annals::event_aliases<here::OrderShipped> =
    std::array<std::string_view, 2>{"OrderSent", "order-gone"};
template <>
inline constexpr auto annals::event_history<here::Weighed> = annals::history<here::WeighedV1>;
template <>
inline constexpr auto annals::event_history<here::OrderClosed> = annals::history<here::OrderClosedV1>;
template <>
inline constexpr auto annals::event_aliases<here::OrderClosed> = std::array<std::string_view, 1>{"OrderShut"};
template <>
inline constexpr auto annals::retired_events<here::Event> = annals::history<here::OrderClosed>;

namespace json_tests::history {

namespace {

annals::JsonCodec<Event> const codec;

Event decoded(std::string type, std::int32_t schema_version, std::string data) {
    return codec.decode(stored(std::move(type), std::move(data), schema_version));
}

std::string error_of(std::string type, std::int32_t schema_version, std::string data) {
    try {
        static_cast<void>(decoded(std::move(type), schema_version, std::move(data)));
    } catch (annals::DecodeError const& error) {
        return error.what();
    }
    return "";
}

} // namespace

static_assert(annals::event_schema_version<OrderCancelled> == 1);
static_assert(annals::event_schema_version<OrderCreated> == 3);
static_assert(annals::event_schema_version<ItemAdded> == 6);
static_assert(annals::written_schema_version<ItemAdded> == 6);
static_assert(std::same_as<annals::JsonCodec<Event>::decoded_type, Event>);

TEST_CASE("history: former structs are carried to the event, step by step") {
    OrderCreated const now{"ada", 1250, "USD"};
    CHECK(decoded("OrderCreated", 1, R"({"customer":"ada","total":12.5})") == Event{now});
    CHECK(decoded("OrderCreated", 2, R"({"customer":"ada","total":12.5,"currency":"USD"})") == Event{now});
    CHECK(decoded("OrderCreated", 3, R"({"customer":"ada","cents":1250,"currency":"USD"})") == Event{now});
    CHECK(codec.encode(now).schema_version == 3);
    CHECK(std::get<OrderCreated>(codec.decode(stored(codec.encode(now)))) == now);
}

TEST_CASE("history: steps over the payload, in their order and before those between structs") {
    CHECK(decoded("ItemAdded", 1, R"({"count":7})") == Event{ItemAdded{7, "abc"}});
    CHECK(decoded("ItemAdded", 3, R"({"quantity":7,"trace":"x"})") == Event{ItemAdded{7, "xbc"}});
    CHECK(decoded("ItemAdded", 4, R"({"quantity":7,"trace":"x"})") == Event{ItemAdded{7, "xc"}});
    CHECK(decoded("ItemAdded", 6, R"({"quantity":7,"trace":"x"})") == Event{ItemAdded{7, "x"}});
    for (std::int32_t const never : {2, 5}) {
        CHECK_THAT(
            error_of("ItemAdded", never, R"({"quantity":7,"trace":"x"})"),
            ContainsSubstring("type 'ItemAdded': no event of this version was ever stored")
        );
    }
}

TEST_CASE("history: a version that is not known is refused, and says so") {
    for (std::int32_t const version : {-1, 0, 4, 1000}) {
        CHECK_THAT(
            error_of("OrderCreated", version, R"({"customer":"ada","cents":1,"currency":"USD"})"),
            ContainsSubstring("its schema version is " + std::to_string(version) + ", the application knows version 3")
        );
    }
    CHECK_THAT(
        error_of("OrderCancelled", 2, "{}"),
        ContainsSubstring("its schema version is 2, the application knows version 1")
    );
}

TEST_CASE("history: a renamed event is read under each of its names, in each of its versions") {
    for (std::string const name : {"OrderSent", "order-gone", "OrderShipped"}) {
        CHECK(codec.knows(name));
        CHECK(decoded(name, 1, R"({"carrier":"DHL"})") == Event{OrderShipped{"DHL", "none"}});
        CHECK(decoded(name, 2, R"({"carrier":"DHL","tracking":"T"})") == Event{OrderShipped{"DHL", "T"}});
        CHECK(error_of(name, 3, R"({"carrier":"DHL","tracking":"T"})") != "");
    }
    CHECK(codec.encode(OrderShipped{"DHL", "T"}).type == "OrderShipped");
    CHECK_FALSE(codec.knows("OrderSentV1"));
    CHECK_THROWS_AS(decoded("OrderSentV1", 1, R"({"carrier":"DHL"})"), annals::UnknownEventType);
}

TEST_CASE("history: a retired event is read as what stands for it now") {
    for (std::string const name : {"OrderClosed", "OrderShut"}) {
        CHECK(codec.knows(name));
        CHECK(decoded(name, 1, R"({"why":"lost"})") == Event{OrderShipped{"lost", "nobody"}});
        CHECK(decoded(name, 2, R"({"why":"lost","by":"ada"})") == Event{OrderShipped{"lost", "ada"}});
        CHECK(error_of(name, 3, R"({"why":"lost","by":"ada"})") != "");
    }
}

TEST_CASE("history: former payloads are read as strictly as current ones") {
    std::vector<std::pair<std::string, std::string>> const cases{
        {R"({"customer":"ada"})", "a field is missing"},
        {R"({"customer":1,"total":1})", "another type in its JSON"},
        {R"({"customer":"ada","total":1,"total":2})", "the same key twice"},
        {R"({"customer":"ada","total":1e999})", "too large for a double"},
        {R"({"customer":"ada","total":1} )" + std::string{'\0'}, "holds a NUL"},
        {R"({"customer":"ada","total":1}x)", "not well-formed"},
    };
    for (auto const& [data, reason] : cases) {
        CHECK_THAT(error_of("OrderCreated", 1, data), ContainsSubstring(reason));
    }
    CHECK_THAT(error_of("ItemAdded", 1, R"({"count":9999999999})"), ContainsSubstring("does not fit the field"));
    CHECK_THAT(error_of("ItemAdded", 1, R"({"count":7,"count":8})"), ContainsSubstring("the same key twice"));
    CHECK_THAT(error_of("ItemAdded", 1, R"({"counts":7})"), ContainsSubstring("a field is missing"));
    CHECK_THAT(
        error_of("ItemAdded", 1, R"({"count":)" + nested_arrays(100) + "}"),
        ContainsSubstring("nested deeper than 64 levels")
    );
}

TEST_CASE("history: what an upcast throws is no word of the payload") {
    std::string const broken = error_of("Weighed", 1, R"({"what":"MARKER"})");
    CHECK_THAT(broken, ContainsSubstring("stream 'Order/4711', version 7, type 'Weighed': its upcast threw"));
    CHECK_THAT(broken, !ContainsSubstring("MARKER"));
    std::string const json = error_of("Weighed", 1, R"({"what":"MARKER json"})");
    CHECK_THAT(json, ContainsSubstring("type 'Weighed': "));
    CHECK_THAT(json, !ContainsSubstring("MARKER"));
    CHECK_THROWS_AS(decoded("Weighed", 1, R"({"what":"MARKER memory"})"), std::bad_alloc);
    CHECK(decoded("Weighed", 2, "{}") == Event{Weighed{}});
}

TEST_CASE("history: the names that events of a type may be stored under") {
    using Names = std::vector<std::string>;
    using Codec = annals::JsonCodec<Event>;
    CHECK(Codec::names_of<OrderCancelled>() == Names{"OrderCancelled"});
    CHECK(Codec::names_of<OrderCreated>() == Names{"OrderCreated"});
    CHECK(
        Codec::names_of<OrderShipped>() == Names{"OrderShipped", "OrderSent", "order-gone", "OrderClosed", "OrderShut"}
    );
}

TEST_CASE("history: the struct of each version") {
    using annals::detail::shape_at;
    STATIC_REQUIRE(std::same_as<shape_at<OrderCreated, 1>, OrderCreatedV1>);
    STATIC_REQUIRE(std::same_as<shape_at<OrderCreated, 2>, OrderCreatedV2>);
    STATIC_REQUIRE(std::same_as<shape_at<OrderCreated, 3>, OrderCreated>);
    STATIC_REQUIRE(std::same_as<shape_at<ItemAdded, 1>, void>);
    STATIC_REQUIRE(std::same_as<shape_at<ItemAdded, 2>, void>);
    STATIC_REQUIRE(std::same_as<shape_at<ItemAdded, 4>, ItemAddedV4>);
    STATIC_REQUIRE(std::same_as<shape_at<OrderCancelled, 1>, OrderCancelled>);
}

TEST_CASE("history: a state is read from its older versions too") {
    using annals::detail::decode_older;
    CHECK(decode_older<OrderCreated>({"any", 1, R"({"customer":"a","total":1})"}) == OrderCreated{"a", 100, "USD"});
    CHECK(decode_older<ItemAdded>({"any", 1, R"({"count":7})"}) == ItemAdded{7, "abc"});
    CHECK_THROWS_AS(decode_older<OrderCreated>({"any", 4, "{}"}), annals::detail::UnfitJson);
    CHECK_THROWS_AS(decode_older<OrderCreated>({"any", 1, "{}"}), annals::detail::UnfitJson);
    CHECK_THROWS_AS(decode_older<Weighed>({"any", 1, R"({"what":"x"})"}), annals::detail::UnfitJson);
}

} // namespace json_tests::history
