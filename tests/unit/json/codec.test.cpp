// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstdint>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using Catch::Matchers::ContainsSubstring;

namespace json_tests::codec {

struct Created {
    std::string customer;
    double total{};

    friend bool operator==(Created const&, Created const&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Created, customer, total)

class Shipped {
public:
    Shipped() = default;
    explicit Shipped(std::string carrier) : carrier_{std::move(carrier)} {}

    friend bool operator==(Shipped const&, Shipped const&) = default;

private:
    std::string carrier_;

public:
    NLOHMANN_DEFINE_TYPE_INTRUSIVE(Shipped, carrier_)
};

struct Cancelled {
    friend bool operator==(Cancelled const&, Cancelled const&) = default;
};

/// By hand: an array.
struct Moved {
    std::int64_t from{};
    std::uint64_t to{};

    friend bool operator==(Moved const&, Moved const&) = default;
};
inline void to_json(nlohmann::json& json, Moved const& moved) {
    json.push_back(moved.from);
    json.push_back(moved.to);
}
inline void from_json(nlohmann::json const& json, Moved& moved) {
    json.at(0).get_to(moved.from);
    json.at(1).get_to(moved.to);
}

/// Without a default constructor, by adl_serializer.
class Rated {
public:
    explicit Rated(int stars) : stars_{stars} {
        if (stars < 1 || stars > 5) {
            throw std::invalid_argument{"MARKER: not " + std::to_string(stars) + " stars"};
        }
    }
    [[nodiscard]] int stars() const noexcept { return stars_; }

    friend bool operator==(Rated const&, Rated const&) = default;

private:
    int stars_;
};

struct OutOfMemory {};
inline void to_json(nlohmann::json& json, OutOfMemory const&) { json = nullptr; }
inline void from_json(nlohmann::json const&, OutOfMemory&) { throw std::bad_alloc{}; }

using Event = std::variant<Created, Shipped, Cancelled, Moved, Rated, OutOfMemory>;

} // namespace json_tests::codec

template <>
struct nlohmann::adl_serializer<json_tests::codec::Rated> {
    static void to_json(json& value, json_tests::codec::Rated const& rated) { value = {{"stars", rated.stars()}}; }
    static json_tests::codec::Rated from_json(json const& value) {
        return json_tests::codec::Rated{value.at("stars").get<int>()};
    }
};

template <>
inline constexpr std::string_view annals::event_name<json_tests::codec::Created> = "order-created";
template <>
inline constexpr auto annals::event_history<json_tests::codec::Created> =
    annals::history<annals::NeverStored, annals::NeverStored>;

namespace json_tests::codec {

namespace {

annals::JsonCodec<Event> const codec;

template <class E>
E round_trip(E const& event) {
    return std::get<E>(codec.decode(stored(codec.encode(event))));
}

/// The message of the DecodeError that decoding ends in; "" if it does not.
std::string error_of(std::string const& type, std::string const& data, std::int32_t schema_version = 1) {
    try {
        static_cast<void>(codec.decode(stored(type, data, schema_version)));
    } catch (annals::DecodeError const& error) {
        return error.what();
    }
    return "";
}

} // namespace

static_assert(!annals::EventCodec<int>);
static_assert(annals::EventCodec<annals::JsonCodec<Event>>);
static_assert(std::is_same_v<annals::DefaultEventCodec<Event>::type, annals::JsonCodec<Event>>);

TEST_CASE("JsonCodec: events by each kind of mapping come back as they were") {
    REQUIRE(round_trip(Created{"c-1", 12.5}) == Created{"c-1", 12.5});
    REQUIRE(round_trip(Shipped{"DHL"}) == Shipped{"DHL"});
    REQUIRE(round_trip(Cancelled{}) == Cancelled{});
    REQUIRE(round_trip(Rated{5}) == Rated{5});

    constexpr auto least = (std::numeric_limits<std::int64_t>::min)();
    constexpr auto most = (std::numeric_limits<std::uint64_t>::max)();
    REQUIRE(round_trip(Moved{least, most}) == Moved{least, most});
    REQUIRE(codec.encode(Moved{least, most}).data == "[-9223372036854775808,18446744073709551615]");
}

TEST_CASE("JsonCodec: the payload has the stored name, the schema version and compact JSON") {
    REQUIRE(
        codec.encode(Created{"c-1", 12.5}) ==
        annals::EncodedPayload{"order-created", 3, R"({"customer":"c-1","total":12.5})"}
    );
    REQUIRE(codec.encode(Cancelled{}) == annals::EncodedPayload{"Cancelled", 1, "{}"});
}

TEST_CASE("JsonCodec: knows the stored names and no others") {
    REQUIRE(codec.knows("order-created"));
    REQUIRE(codec.knows("Cancelled"));
    for (std::string const name : {"Created", "cancelled", "Cancelled ", "", "json_tests::codec::Cancelled"}) {
        REQUIRE_FALSE(codec.knows(name));
    }
}

TEST_CASE("JsonCodec::decode: an unknown type") {
    for (std::string const type : {"Created", "Vanished", "", "Cancelledd"}) {
        try {
            static_cast<void>(codec.decode(stored(type, "{}")));
            FAIL("decoded an event of type '" + type + "'");
        } catch (annals::UnknownEventType const& error) {
            REQUIRE(error.stream() == annals::StreamName{"Order", "4711"});
            REQUIRE(error.version() == annals::Version{7});
            REQUIRE(error.type() == type);
        }
    }
}

TEST_CASE("JsonCodec::decode: another schema version") {
    REQUIRE_THAT(
        error_of("Cancelled", "{}", 2), ContainsSubstring("its schema version is 2, the application knows version 1")
    );
    REQUIRE_THAT(
        error_of("order-created", R"({"customer":"c","total":1})", 2),
        ContainsSubstring("no event of this version was ever stored")
    );
    REQUIRE_THAT(
        error_of("order-created", R"({"customer":"c","total":1})", 4),
        ContainsSubstring("its schema version is 4, the application knows version 3")
    );
    REQUIRE(error_of("order-created", R"({"customer":"c","total":1})", 3) == "");
    REQUIRE(error_of("Cancelled", "{}", 0) != "");
    REQUIRE(error_of("Cancelled", "{}", -1) != "");
}

TEST_CASE("JsonCodec::decode: fields that are missing, of another type, or unknown") {
    REQUIRE_THAT(error_of("order-created", R"({"customer":"c"})", 3), ContainsSubstring("a field is missing"));
    REQUIRE_THAT(
        error_of("order-created", R"({"customer":1,"total":1})", 3), ContainsSubstring("another type in its JSON")
    );
    REQUIRE_THAT(
        error_of("order-created", R"({"customer":"c","total":null})", 3), ContainsSubstring("another type in its JSON")
    );
    REQUIRE(error_of("order-created", R"({"customer":"c","total":1,"later":[1,{"x":0.5}]})", 3) == "");
    REQUIRE_THAT(error_of("Moved", "[1]"), ContainsSubstring("an array in its JSON is too short"));
    REQUIRE(error_of("Moved", "{}") != "");
    REQUIRE(error_of("Cancelled", R"({"later":1})") == "");
    for (std::string const data : {"[]", "null", "1", "\"\""}) {
        REQUIRE_THAT(error_of("Cancelled", data), ContainsSubstring("not an object"));
        REQUIRE(error_of("order-created", data, 3) != "");
    }
}

TEST_CASE("JsonCodec::decode: what from_json throws") {
    REQUIRE_THAT(error_of("Rated", R"({"stars":9})"), ContainsSubstring("its to_json or from_json threw an exception"));
    REQUIRE_THROWS_AS(codec.decode(stored("OutOfMemory", "null")), std::bad_alloc);
}

TEST_CASE("JsonCodec::decode: messages name stream, version and type, and never the payload") {
    std::vector<std::pair<std::string, std::string>> const cases{
        {"order-created", R"({"MARKER":"MARKER)"},
        {"order-created", R"({"customer":"MARKER"} MARKER)"},
        {"order-created",
         R"({"customer":"MARKER)"
         "\xFF\"}"},
        {"order-created", R"({"customer":"MARKER","MARKER":1,"MARKER":2})"},
        {"order-created", R"({"customer":"MARKER","total":"MARKER"})"},
        {"order-created", R"({"customer":["MARKER"],"total":1})"},
        {"order-created", R"({"customer":"MARKER"})"},
        {"order-created", R"("MARKER")"},
        {"order-created", R"({"MARKER":99999999999999999999})"},
        {"order-created", R"({"MARKER":1e999})"},
        {"order-created", R"({"MARKER":)" + nested_arrays(100) + "}"},
        {"order-created", R"({"customer":"MARKER","total":true})"},
        {"order-created", std::string{"\"MARKER\0\"", 9}},
        {"order-created", R"({"customer":"MARKER\ud800"})"},
        {"Cancelled", R"(["MARKER"])"},
        {"Moved", R"(["MARKER"])"},
        {"Moved", R"({"MARKER":1})"},
        {"Rated", R"({"stars":77})"},
        {"Vanished", R"({"MARKER":"MARKER"})"},
    };
    for (auto const& [type, data] : cases) {
        CAPTURE(data);
        std::string const message = error_of(type, data, type == "order-created" ? 3 : 1);
        REQUIRE_THAT(message, ContainsSubstring("annals: stream 'Order/4711', version 7, type '" + type + "': "));
        REQUIRE_THAT(message, !ContainsSubstring("MARKER"));
        REQUIRE_THAT(message, !ContainsSubstring("77"));
        REQUIRE_THAT(message, !ContainsSubstring("9999"));
    }
}

TEST_CASE("JsonCodec::decode: hostile nesting is harmless on a stack of 64 KiB") {
    for (std::string const& data : {repeated("[", 100'000), nested_arrays(100'000), nested_arrays(500'000)}) {
        for (std::string const type : {"order-created", "Cancelled", "Moved"}) {
            std::string message;
            on_small_stack([&] { message = error_of(type, data, type == "order-created" ? 3 : 1); });
            REQUIRE_THAT(message, ContainsSubstring("nested deeper than 64 levels"));
        }
    }
}

TEST_CASE("JsonCodec::encode: a valueless variant is a UsageError") {
    struct Thrower {
        operator Created() const { throw std::runtime_error{"no"}; }
    };
    Event event = Shipped{"x"};
    REQUIRE_THROWS_AS(event.emplace<Created>(Thrower{}), std::runtime_error);
    if (event.valueless_by_exception()) { // a library may keep the old value
        REQUIRE_THROWS_AS(codec.encode(event), annals::UsageError);
    }
}

} // namespace json_tests::codec
