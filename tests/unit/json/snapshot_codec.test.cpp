// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <cstdint>
#include <limits>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>

namespace json_tests::snapshots {

struct Cart {
    std::map<std::string, std::uint8_t> items;
    double total{};

    friend bool operator==(Cart const&, Cart const&) = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Cart, items, total)

struct Nothing {
    friend bool operator==(Nothing const&, Nothing const&) = default;
};

/// The fields of `Cart`.
struct MovedCart {
    double total{};
    std::map<std::string, std::uint8_t> items;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MovedCart, total, items)

/// A field of `Cart` has another type.
struct Basket {
    std::map<std::string, std::uint8_t> items;
    int total{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Basket, items, total)

struct Unwritable {};
inline void to_json(nlohmann::json&, Unwritable const&) { throw std::logic_error{"no"}; }
inline void from_json(nlohmann::json const&, Unwritable&) {}

struct Thrower {};
inline void to_json(nlohmann::json& json, Thrower const&) { json = nullptr; }
inline void from_json(nlohmann::json const& json, Thrower&) {
    if (json.is_null()) {
        throw std::bad_alloc{};
    }
    throw std::logic_error{"no"};
}

} // namespace json_tests::snapshots

template <>
inline constexpr std::int32_t annals::event_schema_version<json_tests::snapshots::Cart> = 2;

namespace json_tests::snapshots {

static_assert(!annals::SnapshotCodec<int>);
static_assert(annals::SnapshotCodec<annals::JsonSnapshotCodec<Cart>>);
static_assert(std::is_same_v<annals::DefaultSnapshotCodec<Cart>::type, annals::JsonSnapshotCodec<Cart>>);

namespace {

annals::JsonSnapshotCodec<Cart> const codec;

/// The name of a state with 16 hexadecimal digits behind it.
[[nodiscard]] bool has_fingerprint(std::string const& name, std::string const& state) {
    return name.size() == state.size() + 17 && name.substr(0, state.size() + 1) == state + "#" &&
           name.find_first_not_of("0123456789abcdef", state.size() + 1) == std::string::npos;
}

} // namespace

TEST_CASE("JsonSnapshotCodec: a state comes back as it was") {
    Cart const cart{.items = {{"tea", 255}, {"cup", 1}}, .total = 0.1};
    annals::EncodedPayload const payload = codec.encode(cart);
    REQUIRE(has_fingerprint(payload.type, "Cart"));
    REQUIRE(payload == annals::EncodedPayload{codec.name(), 2, R"({"items":{"cup":1,"tea":255},"total":0.1})"});
    REQUIRE(codec.decode(payload) == cart);

    annals::JsonSnapshotCodec<Nothing> const blank;
    REQUIRE(blank.encode({}).data == "{}");
    REQUIRE(blank.decode(blank.encode({})) == Nothing{});
}

TEST_CASE("JsonSnapshotCodec: refuses a state that has no JSON") {
    Cart const cart{.items = {}, .total = std::numeric_limits<double>::quiet_NaN()};
    REQUIRE_THROWS_AS(codec.encode(cart), annals::InvalidInput);
}

TEST_CASE("JsonSnapshotCodec: whatever does not fit is no snapshot") {
    std::string const good = R"({"items":{},"total":0.5})";
    std::string const name = codec.name();
    REQUIRE(codec.decode({name, 2, good}).has_value());
    REQUIRE_FALSE(codec.decode({name.substr(1), 2, good}).has_value());
    REQUIRE_FALSE(codec.decode({name.substr(0, name.size() - 1), 2, good}).has_value());
    REQUIRE_FALSE(codec.decode({"", 2, good}).has_value());
    REQUIRE_FALSE(codec.decode({"Cart", 2, good}).has_value()); // as it was before there were fingerprints
    REQUIRE_FALSE(codec.decode({"Cart" + annals::JsonSnapshotCodec<Basket>::name().substr(6), 2, good}).has_value());
    REQUIRE_FALSE(codec.decode({name, 1, good}).has_value());
    REQUIRE_FALSE(codec.decode({name, 3, good}).has_value());
    for (std::string const& data :
         {std::string{},
          good + "x",
          good.substr(1),
          std::string{"{}"},
          std::string{"null"},
          std::string{R"({"items":{"a":300},"total":0.5})"},
          std::string{R"({"items":{"a":"1"},"total":0.5})"},
          std::string{R"({"items":{},"items":{},"total":0.5})"},
          std::string{R"({"items":{},"total":1e999})"},
          std::string{R"({"items":{},"total":true})"},
          repeated("[", 100'000)}) {
        CAPTURE(data.substr(0, 100));
        REQUIRE_FALSE(codec.decode({name, 2, data}).has_value());
    }
}

TEST_CASE("JsonSnapshotCodec: a from_json that throws is no snapshot, but memory that is out is") {
    annals::JsonSnapshotCodec<Thrower> const throwing;
    REQUIRE_FALSE(throwing.decode({throwing.name(), 1, "{}"}).has_value());
    REQUIRE_THROWS_AS(throwing.decode({throwing.name(), 1, "null"}), std::bad_alloc);
}

TEST_CASE("JsonSnapshotCodec: the fingerprint is that of the fields, and of nothing else") {
    REQUIRE(codec.name() == "Cart" + annals::JsonSnapshotCodec<MovedCart>::name().substr(9));
    REQUIRE(codec.name().substr(4) != annals::JsonSnapshotCodec<Basket>::name().substr(6));
    REQUIRE(annals::JsonSnapshotCodec<Unwritable>::name() == "Unwritable"); // nothing is known of it
}

} // namespace json_tests::snapshots
