// SPDX-License-Identifier: MIT

#include <annals/json/personal.hpp>
#include <annals/json/shape.hpp>
#include <tests/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace json_tests::shapes {

enum class Status : std::uint8_t { pending, shipped };
NLOHMANN_JSON_SERIALIZE_ENUM(Status, {{Status::pending, "pending"}, {Status::shipped, "shipped"}})
enum class Known : std::uint8_t { yes, no };
NLOHMANN_JSON_SERIALIZE_ENUM(Known, {{Known::yes, "yes"}, {Known::no, "no"}})

struct Line {
    std::string product;
    int quantity{};
};
ANNALS_FIELDS(Line, product, quantity)

struct Order {
    std::string customer;
    double total{};
    std::vector<Line> lines;
};
ANNALS_FIELDS(Order, customer, total, lines)

/// The same fields in another order, of other widths, with another name, and with defaults.
struct Reordered {
    std::vector<Line> lines;
    float total{};
    std::string customer;
};
ANNALS_FIELDS_WITH_DEFAULTS(Reordered, lines, total, customer)

struct Added {
    std::string customer;
    double total{};
    std::vector<Line> lines;
    std::string note;
};
ANNALS_FIELDS(Added, customer, total, lines, note)

struct Removed {
    std::string customer;
    std::vector<Line> lines;
};
ANNALS_FIELDS(Removed, customer, lines)

struct Renamed {
    std::string buyer;
    double total{};
    std::vector<Line> lines;
};
ANNALS_FIELDS(Renamed, buyer, total, lines)

struct Retyped {
    std::string customer;
    std::int64_t total{};
    std::vector<Line> lines;
};
ANNALS_FIELDS(Retyped, customer, total, lines)

struct Optional {
    std::string customer;
    std::optional<double> total;
    std::vector<Line> lines;
};
ANNALS_FIELDS(Optional, customer, total, lines)

struct GiftLine {
    std::string product;
    int quantity{};
    bool is_gift{};
};
ANNALS_FIELDS(GiftLine, product, quantity, is_gift)
struct AddedWithin {
    std::string customer;
    double total{};
    std::vector<GiftLine> lines;
};
ANNALS_FIELDS(AddedWithin, customer, total, lines)

struct AsMap {
    std::string customer;
    double total{};
    std::map<std::string, Line> lines;
};
ANNALS_FIELDS(AsMap, customer, total, lines)

struct Nested { // `total` has moved into `lines`
    std::string customer;
    struct Lines {
        double total{};
        std::vector<Line> lines;
    } lines;
};
ANNALS_FIELDS(Nested::Lines, total, lines)
ANNALS_FIELDS(Nested, customer, lines)

struct PersonalName {
    annals::Personal<std::string> customer;
    double total{};
    std::vector<Line> lines;
};
ANNALS_FIELDS(PersonalName, customer, total, lines)

struct Tree {
    std::string name;
    std::vector<Tree> branches;
};
ANNALS_FIELDS(Tree, name, branches)

struct Nothing {};

struct WithStatus {
    Status status{};
};
ANNALS_FIELDS(WithStatus, status)
struct WithKnown {
    Known status{};
};
ANNALS_FIELDS(WithKnown, status)

// What nlohmann's own macro has made says nothing before a value is written.
struct Plain {
    int a{};
    Line line;
    std::vector<int> numbers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Plain, a, line, numbers)
struct PlainRenamed {
    int b{};
    Line line;
    std::vector<int> numbers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlainRenamed, b, line, numbers)
struct PlainRetyped {
    double a{};
    Line line;
    std::vector<int> numbers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlainRetyped, a, line, numbers)
struct PlainAddedWithin {
    int a{};
    GiftLine line;
    std::vector<int> numbers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlainAddedWithin, a, line, numbers)
struct PlainElements {
    int a{};
    Line line;
    std::vector<std::string> numbers;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlainElements, a, line, numbers)
struct ListOfPlain {
    std::vector<Plain> list;
};
ANNALS_FIELDS(ListOfPlain, list)
struct ListOfPlainRenamed {
    std::vector<PlainRenamed> list;
};
ANNALS_FIELDS(ListOfPlainRenamed, list)

} // namespace json_tests::shapes

template <>
inline constexpr std::string_view annals::json_schema<json_tests::shapes::Known> = R"({"enum":["yes","no"]})";

namespace json_tests::shapes {

using annals::detail::has_shape;
using annals::detail::shape_of;

// Snapshots are found again by these numbers: no compiler and no release may compute others.
static_assert(shape_of<Nothing>() == 0xF68B'7258'91C7'85BB);
static_assert(shape_of<Order>() == 0x1754'3F91'97D3'9060);
static_assert(shape_of<Tree>() == 0x7972'961E'D728'AD3D);
static_assert(shape_of<Reordered>() == shape_of<Order>());

static_assert(
    has_shape<Order>() && has_shape<Nested>() && has_shape<PersonalName>() && has_shape<Tree>() &&
    has_shape<WithKnown>()
);
static_assert(has_shape<std::map<std::string, std::vector<Order>>>() && has_shape<std::optional<bool>>());
static_assert(has_shape<Nothing>());
static_assert(!has_shape<WithStatus>() && !has_shape<std::vector<Plain>>() && !has_shape<std::pair<int, int>>());
static_assert(!has_shape<std::map<int, int>>() && !has_shape<std::set<int>>() && !has_shape<ListOfPlain>());

TEST_CASE("shape: a field added, removed, renamed, retyped or moved, at any depth, makes another") {
    std::initializer_list<std::uint64_t> const shapes{
        shape_of<Order>(),
        shape_of<Added>(),
        shape_of<Removed>(),
        shape_of<Renamed>(),
        shape_of<Retyped>(),
        shape_of<Optional>(),
        shape_of<AddedWithin>(),
        shape_of<AsMap>(),
        shape_of<Nested>(),
        shape_of<PersonalName>(),
        shape_of<Tree>(),
        shape_of<Line>(),
        shape_of<Nothing>(),
        shape_of<WithKnown>(),
        shape_of<WithStatus>(),
    };
    CHECK(std::set<std::uint64_t>{shapes}.size() == shapes.size());
}

TEST_CASE("shape: of a type with another mapping, what the JSON of a default value shows") {
    std::initializer_list<std::uint64_t> const shapes{
        shape_of<Plain>(),
        shape_of<PlainRenamed>(),
        shape_of<PlainRetyped>(),
        shape_of<PlainAddedWithin>(),
        shape_of<ListOfPlain>(),
        shape_of<ListOfPlainRenamed>(),
    };
    CHECK(std::set<std::uint64_t>{shapes}.size() == shapes.size());
    CHECK(shape_of<PlainElements>() == shape_of<Plain>()); // what an empty container would hold is not seen
    CHECK(shape_of<Plain>() == shape_of<Plain>());
}

TEST_CASE("shape: a fingerprint has 16 digits") {
    CHECK(annals::detail::fingerprint_text(0) == "0000000000000000");
    CHECK(annals::detail::fingerprint_text(0x0123'4567'89AB'CDEF) == "0123456789abcdef");
    CHECK(annals::detail::fingerprint_text(~std::uint64_t{0}) == "ffffffffffffffff");
}

} // namespace json_tests::shapes
