// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_JSON_MIXED_FIELDS_HPP
#define ANNALS_TESTS_UNIT_JSON_MIXED_FIELDS_HPP

#include <annals/timestamp.hpp>
#include <tests/unit/json/dice.hpp>
#include <tests/unit/json/fields.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

// Structs twice, as in fields.hpp: with fields that only nlohmann/json knows how to map, and with defaults.

namespace json_tests::fields {

enum class Carrier : std::uint8_t { unknown, ups, dhl };
NLOHMANN_JSON_SERIALIZE_ENUM(Carrier, {{Carrier::unknown, nullptr}, {Carrier::ups, "UPS"}, {Carrier::dhl, "DHL"}})

/// Mapped to its number.
enum class Color : std::uint8_t { red, green };

/// A number that is no other one.
struct Pence {
    std::int32_t amount{};
};
inline void to_json(nlohmann::json& form, Pence const& pence) { form = pence.amount; }
inline void from_json(nlohmann::json const& form, Pence& pence) { form.get_to(pence.amount); }

} // namespace json_tests::fields

/// Not found through its own namespace, which is that of the standard library.
template <>
struct nlohmann::adl_serializer<annals::Timestamp> {
    static void to_json(json& form, annals::Timestamp const& time) { form = time.time_since_epoch().count(); }
    static void from_json(json const& form, annals::Timestamp& time) {
        time = annals::Timestamp{std::chrono::microseconds{form.get<std::int64_t>()}};
    }
};

namespace json_tests::fields {

struct Dated {
    annals::Timestamp at{};
    int days = 7;
};

template <By by>
struct Parcel : Dated {
    Carrier carrier = Carrier::ups;
    Color color{};
    Pence price{1};
    Maybe<by, Carrier> second{Carrier::dhl};
    Maybe<by, Pence> rebate;
    std::vector<Color> colors{Color::green};
    std::vector<Line<by>> lines;
    std::set<std::int16_t> sizes{1};
    std::unordered_set<std::uint16_t> stops;
    std::map<int, std::string> labels;
    std::array<double, 2> place{1, 2};
    nlohmann::json other;
    std::string note;
};

using ListedParcel = Parcel<By::annals>;
using MappedParcel = Parcel<By::nlohmann>;
// clang-format off
ANNALS_FIELDS(
    ListedParcel, at, days, carrier, color, price, second, rebate, colors, lines, sizes, stops, labels, place, other, note
)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    MappedParcel, at, days, carrier, color, price, second, rebate, colors, lines, sizes, stops, labels, place, other, note
)
// clang-format on

template <By by>
struct Box {
    int width = 3;
    Color color = Color::green;
};

template <By by>
struct Late {
    std::string customer = "none";
    std::uint8_t retries = 3;
    Maybe<by, double> rebate{0.5};
    std::vector<int> parts{1, 2};
    Carrier carrier = Carrier::dhl;
    Box<by> box{9, Color::red};
    std::vector<Box<by>> boxes;
};

using ListedBox = Box<By::annals>;
using ListedLate = Late<By::annals>;
ANNALS_FIELDS_WITH_DEFAULTS(ListedBox, width, color)
ANNALS_FIELDS_WITH_DEFAULTS(ListedLate, customer, retries, rebate, parts, carrier, box, boxes)

using MappedBox = Box<By::nlohmann>;
using MappedLate = Late<By::nlohmann>;
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MappedBox, width, color)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MappedLate, customer, retries, rebate, parts, carrier, box, boxes)

static_assert(annals::detail::DirectJson<ListedParcel> && annals::detail::DirectJson<ListedLate>);

using ParcelTwice = Twice<ListedParcel, MappedParcel>;
using LateTwice = Twice<ListedLate, MappedLate>;

/// Any value of a field that goes through nlohmann/json.
inline void fill_mapped(Carrier& carrier, Dice& dice) { carrier = static_cast<Carrier>(dice.below(3)); }
inline void fill_mapped(Color& color, Dice& dice) { color = static_cast<Color>(dice.below(256)); }
inline void fill_mapped(Pence& pence, Dice& dice) { pence.amount = static_cast<std::int32_t>(dice.bits()); }
inline void fill_mapped(annals::Timestamp& time, Dice& dice) {
    time = annals::Timestamp{std::chrono::microseconds{static_cast<std::int64_t>(dice.bits())}};
}
inline void fill_mapped(nlohmann::json& form, Dice& dice) {
    form = {dice.text(), dice.real(), {{"a", dice.one_in(2)}, {"b", nullptr}, {"c", dice.below(100)}}};
}
inline void fill_mapped(std::vector<Color>& colors, Dice& dice) { colors.resize(dice.below(3), Color::green); }
inline void fill_mapped(std::array<double, 2>& place, Dice& dice) { place = {dice.real(), dice.real()}; }
inline void fill_mapped(std::map<int, std::string>& labels, Dice& dice) {
    labels[static_cast<int>(dice.below(5))] = dice.text();
}
inline void fill_mapped(std::set<std::int16_t>& sizes, Dice& dice) {
    sizes = {static_cast<std::int16_t>(dice.bits()), static_cast<std::int16_t>(dice.bits())};
}
inline void fill_mapped(std::unordered_set<std::uint16_t>& stops, Dice& dice) {
    stops = {static_cast<std::uint16_t>(dice.bits())}; // one, as several have no fixed order
}

} // namespace json_tests::fields

template <json_tests::fields::By by>
inline constexpr std::string_view annals::event_name<json_tests::fields::Parcel<by>> = "Parcel";
template <json_tests::fields::By by>
inline constexpr std::string_view annals::event_name<json_tests::fields::Late<by>> = "Late";

#endif // ANNALS_TESTS_UNIT_JSON_MIXED_FIELDS_HPP
