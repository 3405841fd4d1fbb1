// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_JSON_FIELDS_HPP
#define ANNALS_TESTS_UNIT_JSON_FIELDS_HPP

#include <annals/json.hpp>
#include <tests/catch.hpp>

#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// The same structs twice: with ANNALS_FIELDS, read and written directly, and with nlohmann's own macro.

namespace json_tests::fields {

enum class By : std::uint8_t { annals, nlohmann };

/// What nlohmann/json 3.11 has no mapping for, so that no test depends on its version.
template <class T>
struct Nullable : std::optional<T> {
    using std::optional<T>::optional;
};
template <class T>
void to_json(nlohmann::json& form, Nullable<T> const& value) {
    form = value ? nlohmann::json(*value) : nlohmann::json();
}
template <class T>
void from_json(nlohmann::json const& form, Nullable<T>& value) {
    value.reset();
    if (!form.is_null()) {
        value.emplace(form.get<T>());
    }
}

template <By by, class T>
using Maybe = std::conditional_t<by == By::annals, std::optional<T>, Nullable<T>>;

template <By by>
struct Numbers {
    std::uint64_t u64{};
    std::int64_t i64{};
    std::uint32_t u32{};
    std::int32_t i32{};
    std::uint16_t u16{};
    std::int16_t i16{};
    std::uint8_t u8{};
    std::int8_t i8{};
    bool flag{};
    double real{};
    float single{};
};

template <By by>
struct Line {
    std::string sku;
    std::uint8_t quantity{};
    Maybe<by, std::string> note;
};

template <By by>
struct Order {
    std::int64_t number{};
    std::string customer;
    std::vector<Line<by>> lines{{"left over", 1, {}}};
    std::map<std::string, int> stock{{"left over", 1}};
    Maybe<by, Line<by>> gift{Line<by>{}};
    Maybe<by, double> rebate;
    Maybe<by, std::vector<std::string>> tags;
    std::map<std::string, std::vector<float>> prices;
    std::vector<bool> flags;
    std::vector<Order> parts;
};

using ListedNumbers = Numbers<By::annals>;
using ListedLine = Line<By::annals>;
using ListedOrder = Order<By::annals>;
ANNALS_FIELDS(ListedNumbers, u64, i64, u32, i32, u16, i16, u8, i8, flag, real, single)
ANNALS_FIELDS(ListedLine, sku, quantity, note)
ANNALS_FIELDS(ListedOrder, number, customer, lines, stock, gift, rebate, tags, prices, flags, parts)

using MappedNumbers = Numbers<By::nlohmann>;
using MappedLine = Line<By::nlohmann>;
using MappedOrder = Order<By::nlohmann>;
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MappedNumbers, u64, i64, u32, i32, u16, i16, u8, i8, flag, real, single)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MappedLine, sku, quantity, note)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(
    MappedOrder, number, customer, lines, stock, gift, rebate, tags, prices, flags, parts
)

static_assert(annals::detail::DirectJson<ListedNumbers> && !annals::detail::DirectJson<MappedNumbers>);
static_assert(annals::detail::DirectJson<ListedLine> && !annals::detail::DirectJson<MappedLine>);
static_assert(annals::detail::DirectJson<ListedOrder> && !annals::detail::DirectJson<MappedOrder>);

} // namespace json_tests::fields

template <json_tests::fields::By by>
inline constexpr std::string_view annals::event_name<json_tests::fields::Numbers<by>> = "Numbers";
template <json_tests::fields::By by>
inline constexpr std::string_view annals::event_name<json_tests::fields::Line<by>> = "Line";
template <json_tests::fields::By by>
inline constexpr std::string_view annals::event_name<json_tests::fields::Order<by>> = "Order";

namespace json_tests::fields {

template <class WithFields, class WithMapping>
struct Twice {
    using Listed = WithFields;
    using Mapped = WithMapping;
};
using NumbersTwice = Twice<ListedNumbers, MappedNumbers>;
using LineTwice = Twice<ListedLine, MappedLine>;
using OrderTwice = Twice<ListedOrder, MappedOrder>;

/// What a codec makes of a text: the event, written again, or the reason why not.
struct Verdict {
    bool is_read = false;
    std::string text;

    friend bool operator==(Verdict const&, Verdict const&) = default;
    friend std::ostream& operator<<(std::ostream& out, Verdict const& verdict) {
        return out << (verdict.is_read ? "read: " : "refused: ") << verdict.text;
    }
};

template <class T>
Verdict verdict(std::string const& text) {
    annals::EncodedPayload const payload{std::string{annals::event_name<T>}, 1, text};
    try {
        return {true, annals::detail::encode_json(annals::detail::decode_json<T>(payload)).data};
    } catch (annals::detail::UnfitJson const& unfit) {
        return {false, unfit.what()};
    }
}

/// Whether a text is read without a tree.
template <class T>
bool is_read_directly(std::string const& text) {
    T value{};
    return annals::detail::read_direct(text, value);
}

/// What both codecs say, which has to be the same.
template <class Pair>
Verdict both(std::string const& text) {
    Verdict const mapped = verdict<typename Pair::Mapped>(text);
    CAPTURE(text);
    CHECK(verdict<typename Pair::Listed>(text) == mapped);
    CHECK((mapped.is_read || !is_read_directly<typename Pair::Listed>(text)));
    return mapped;
}

/// The parts of a text between its spaces.
inline std::vector<std::string> words(std::string const& text) {
    std::istringstream in{text};
    return {std::istream_iterator<std::string>{in}, {}};
}

/// The text of a `Line`.
inline std::string const line_text = R"({"note":"x","quantity":3,"sku":"tea"})";

} // namespace json_tests::fields

#endif // ANNALS_TESTS_UNIT_JSON_FIELDS_HPP
