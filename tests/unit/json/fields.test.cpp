// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/unit/json/fields.hpp>
#include <tests/unit/json/stored.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

using Catch::Matchers::ContainsSubstring;

namespace json_tests::fields {

enum class Color : std::uint8_t { red, green };

struct Painted {
    Color color{};
    std::optional<int> coats;
};
ANNALS_FIELDS(Painted, color, coats)
static_assert(annals::detail::DirectJson<Painted> && !annals::detail::is_direct<Color>());

/// A type within another one that is mapped by nlohmann's macro.
struct Wall {
    Painted paint;
    ListedLine line;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Wall, paint, line)

/// Has the form of its own macro, not that of its base.
struct LateLine : ListedLine {
    int days{};
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LateLine, sku, days)
static_assert(!annals::detail::HasFields<LateLine>);

struct Cents {
    std::int64_t amount{};
};
ANNALS_FIELDS(Cents, amount)

struct Invoice {
    Cents sum;
};
ANNALS_FIELDS(Invoice, sum)

struct Tree {
    std::vector<Tree> branches;
};
ANNALS_FIELDS(Tree, branches)
static_assert(annals::detail::DirectJson<Tree>);

struct Wide {
    // clang-format off
    int a0{}, a1{}, a2{}, a3{}, a4{}, a5{}, a6{}, a7{}, b0{}, b1{}, b2{}, b3{}, b4{}, b5{}, b6{}, b7{};
    int c0{}, c1{}, c2{}, c3{}, c4{}, c5{}, c6{}, c7{}, d0{}, d1{}, d2{}, d3{}, d4{}, d5{}, d6{}, d7{};
    int e0{}, e1{}, e2{}, e3{}, e4{}, e5{}, e6{}, e7{}, f0{}, f1{}, f2{}, f3{}, f4{}, f5{}, f6{}, f7{};
    int g0{}, g1{}, g2{}, g3{}, g4{}, g5{}, g6{}, g7{}, h0{}, h1{}, h2{}, h3{}, h4{}, h5{}, h6{}, h7{};
    // clang-format on
};
// clang-format off
ANNALS_FIELDS(
    Wide,
    a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7, c0, c1, c2, c3, c4, c5, c6, c7, d0, d1, d2, d3, d4,
    d5, d6, d7, h7, h6, h5, h4, h3, h2, h1, h0, e0, e1, e2, e3, e4, e5, e6, e7, f0, f1, f2, f3, f4, f5, f6, f7, g0, g1,
    g2, g3, g4, g5, g6, g7
)
// clang-format on

} // namespace json_tests::fields

/// Written as a text with its currency: the list of fields is not asked.
template <>
struct nlohmann::adl_serializer<json_tests::fields::Cents> {
    static void to_json(json& form, json_tests::fields::Cents const& cents) {
        form = "EUR " + std::to_string(cents.amount);
    }
    static void from_json(json const& form, json_tests::fields::Cents& cents) {
        cents.amount = std::stoll(form.get<std::string>().substr(4));
    }
};
static_assert(!annals::detail::DirectJson<json_tests::fields::Cents>);
static_assert(annals::detail::DirectJson<json_tests::fields::Invoice>);

namespace json_tests::fields {

TEST_CASE("ANNALS_FIELDS: JsonCodec writes keys in order, none as null, and reads it back") {
    using Event = std::variant<ListedLine, ListedOrder>;
    annals::JsonCodec<Event> const codec;
    annals::EncodedPayload const payload = codec.encode(ListedLine{"tea\n\xC3\xA4", 6, std::nullopt});
    REQUIRE(payload == annals::EncodedPayload{"Line", 1, "{\"note\":null,\"quantity\":6,\"sku\":\"tea\\n\xC3\xA4\"}"});

    auto const back = std::get<ListedLine>(codec.decode(stored(payload)));
    REQUIRE(back.sku == "tea\n\xC3\xA4");
    REQUIRE(back.quantity == 6);
    REQUIRE(!back.note);
    REQUIRE_THROWS_AS(codec.decode(stored("Line", "{}")), annals::DecodeError);
    REQUIRE_THROWS_AS(codec.decode(stored("Line", payload.data, 2)), annals::DecodeError);
}

TEST_CASE("ANNALS_FIELDS: what a default value holds does not stay") {
    std::string const empty =
        R"({"customer":"","flags":[],"gift":null,"lines":[],"number":0,"parts":[],"prices":{},"rebate":null,)"
        R"("stock":{},"tags":null})";
    REQUIRE(is_read_directly<ListedOrder>(empty));
    REQUIRE(both<OrderTwice>(empty) == Verdict{true, empty});
}

TEST_CASE("ANNALS_FIELDS: 64 fields") {
    Wide wide;
    wide.a0 = 1;
    wide.h0 = 2;
    wide.g7 = 3;
    std::string const text = annals::detail::encode_json(wide).data;
    REQUIRE(text == annals::detail::write_form(wide));
    Wide back;
    REQUIRE(annals::detail::read_direct(text, back));
    REQUIRE(std::vector{back.a0, back.h0, back.g7} == std::vector{1, 2, 3});
    for (std::string const field : {"\"a0\":1,", ",\"h7\":0"}) {
        std::string missing = text;
        missing.erase(missing.find(field), field.size());
        REQUIRE_FALSE(is_read_directly<Wide>(missing));
        REQUIRE_THAT(verdict<Wide>(missing).text, ContainsSubstring("a field is missing"));
    }
}

TEST_CASE("ANNALS_FIELDS: types mix with other mappings") {
    std::string const text = R"({"line":)" + line_text + R"(,"paint":{"color":1,"coats":null}})";
    Wall const wall = nlohmann::json::parse(text).get<Wall>();
    REQUIRE(wall.paint.color == Color::green);
    REQUIRE(!wall.paint.coats);
    REQUIRE(wall.line.note == "x");
    REQUIRE(nlohmann::json(wall) == nlohmann::json::parse(text));
    REQUIRE(verdict<Painted>(R"({"coats":2,"color":1})") == Verdict{true, R"({"coats":2,"color":1})"});

    LateLine late;
    late.sku = "cup";
    late.days = 9;
    REQUIRE(annals::detail::encode_json(late).data == R"({"days":9,"sku":"cup"})");
    REQUIRE(annals::detail::encode_json(Invoice{{5}}).data == R"({"sum":"EUR 5"})");
}

TEST_CASE("ANNALS_FIELDS: depth and size are limited as before") {
    constexpr std::size_t max_depth = annals::limits::max_json_depth;
    auto const tree = [](std::size_t levels) {
        Tree root;
        for (std::size_t i = 1; i < levels; ++i) {
            Tree outer;
            outer.branches.push_back(std::move(root));
            root = std::move(outer);
        }
        return root;
    };
    auto const text = [](std::size_t levels) { return repeated("{\"branches\":[", levels) + repeated("]}", levels); };
    // Each Tree is two levels, its object and its array.
    REQUIRE(annals::detail::encode_json(tree(max_depth / 2)).data == text(max_depth / 2));
    REQUIRE_THROWS_AS(annals::detail::encode_json(tree(max_depth / 2 + 1)), annals::InvalidInput);
    on_small_stack([&] {
        REQUIRE(is_read_directly<Tree>(text(max_depth / 2)));
        REQUIRE_FALSE(is_read_directly<Tree>(text(max_depth / 2 + 1)));
        REQUIRE_FALSE(is_read_directly<Tree>(text(10'000)));
        REQUIRE_FALSE(is_read_directly<Tree>(repeated("{\"branches\":[", 10'000)));
        REQUIRE_THAT(verdict<Tree>(text(10'000)).text, ContainsSubstring("nested deeper than 64 levels"));
    });
    auto const with_later = [](std::size_t levels) {
        return R"({"note":"x","quantity":3,"sku":"tea","later":)" + nested_arrays(levels) + "}";
    };
    on_small_stack([&] {
        REQUIRE(is_read_directly<ListedLine>(with_later(max_depth - 1)));
        REQUIRE(both<LineTwice>(with_later(max_depth - 1)).is_read);
        REQUIRE_FALSE(both<LineTwice>(with_later(max_depth)).is_read);
        REQUIRE_FALSE(both<LineTwice>(with_later(100'000)).is_read);
    });
    // Breadth is not depth.
    REQUIRE(both<LineTwice>(with_later(1).insert(with_later(1).size() - 1, ",\"z\":[" + repeated("{},[],", 500) + "1]"))
                .is_read);

    std::string const spaces(annals::limits::max_payload_bytes - line_text.size(), ' ');
    REQUIRE(is_read_directly<ListedLine>(line_text + spaces));
    REQUIRE_FALSE(is_read_directly<ListedLine>(line_text + spaces + " "));
    REQUIRE_FALSE(both<LineTwice>(line_text + spaces + " ").is_read);
    REQUIRE_THROWS_AS(
        annals::detail::encode_json(ListedLine{std::string(annals::limits::max_payload_bytes, 'x'), 1, {}}),
        annals::InvalidInput
    );
}

TEST_CASE("ANNALS_FIELDS: what cannot be written is refused as before") {
    for (double const bad : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
        ListedNumbers numbers;
        numbers.real = bad;
        REQUIRE_THROWS_AS(annals::detail::encode_json(numbers), annals::InvalidInput);
        numbers.real = 0;
        numbers.single = -static_cast<float>(bad);
        REQUIRE_THROWS_WITH(annals::detail::encode_json(numbers), ContainsSubstring("NaN or an infinity"));
    }
    for (std::string const bad : {"\xFF", "\xC3", "\xED\xA0\x80", "\xC0\x80", "\xF4\x90\x80\x80"}) {
        ListedOrder order;
        order.customer = "MARKER" + bad;
        REQUIRE_THROWS_WITH(
            annals::detail::encode_json(order), ContainsSubstring("not UTF-8") && !ContainsSubstring("MARKER")
        );
        order.customer = "";
        order.stock["MARKER" + bad] = 1;
        REQUIRE_THROWS_AS(annals::detail::encode_json(order), annals::InvalidInput);
    }
}

} // namespace json_tests::fields
