// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/unit/json/dice.hpp>
#include <tests/unit/json/mixed_fields.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace json_tests::fields {

namespace {

/// Any value of a type with a list of fields.
template <class T>
void fill(T& value, Dice& dice, std::size_t levels) {
    using annals::detail::FieldList;
    if constexpr (std::is_same_v<T, bool>) {
        value = dice.one_in(2);
    } else if constexpr (std::is_integral_v<T>) {
        value = static_cast<T>(dice.bits() >> dice.below(64));
    } else if constexpr (std::is_same_v<T, double>) {
        value = dice.one_in(2) ? dice.real() : static_cast<double>(dice.below(100'000)) / 100;
    } else if constexpr (std::is_same_v<T, float>) {
        value = static_cast<float>(dice.below(1'000'000)) / 7;
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = dice.text();
    } else if constexpr (annals::detail::IsOptional<T>::value) {
        value.reset();
        if (dice.one_in(2)) {
            fill(value.emplace(), dice, levels);
        }
    } else if constexpr (!annals::detail::is_direct<T>()) {
        fill_mapped(value, dice);
    } else if constexpr (annals::detail::IsVector<T>::value) {
        value.clear();
        for (std::uint64_t size = levels == 0 ? 0 : dice.below(4); size > 0; --size) {
            typename T::value_type element{};
            fill(element, dice, levels - 1);
            value.push_back(std::move(element));
        }
    } else if constexpr (annals::detail::IsTextMap<T>::value) {
        value.clear();
        for (std::uint64_t size = dice.below(4); size > 0; --size) {
            fill(value[dice.text()], dice, levels);
        }
    } else {
        FieldList<T>::all_of([&](auto i) {
            fill(value.*std::get<i>(FieldList<T>::fields).member, dice, levels);
            return true;
        });
    }
}

/// Writes a value as another program might: with spaces, in any order, with other spellings of the same texts and
/// numbers; and, where `is_odd`, with values that do not fit, with keys twice, missing or unknown.
class OtherWriter {
public:
    OtherWriter(Dice& dice, bool is_odd) : dice_{dice}, is_odd_{is_odd} {}

    std::string write(nlohmann::json const& value) {
        space();
        if (is_odd_ && dice_.one_in(30)) {
            text_ += odd_value();
        } else if (value.is_object()) {
            write_object(value);
        } else if (value.is_array()) {
            text_ += '[';
            for (std::size_t i = 0; i < value.size(); ++i) {
                text_ += i > 0 ? "," : "";
                write(value[i]);
            }
            text_ += ']';
        } else if (value.is_string()) {
            write_string(value.get_ref<std::string const&>());
        } else {
            text_ += value.dump();
        }
        space();
        return text_;
    }

private:
    void write_object(nlohmann::json const& value) {
        std::vector<std::pair<std::string, nlohmann::json>> members;
        for (auto const& [key, member] : value.items()) {
            members.emplace_back(key, member);
        }
        if (is_odd_ && dice_.one_in(6) && !members.empty()) {
            auto const& some = members[dice_.below(members.size())];
            switch (dice_.below(4)) {
            case 0:
                members.push_back(some);
                break;
            case 1:
                members.pop_back();
                break;
            case 2:
                members.emplace_back("later", dice_.value(3));
                members.emplace_back(dice_.one_in(2) ? "later" : "", dice_.value(3));
                break;
            default:
                members.emplace_back(dice_.text(), some.second);
            }
        }
        if (dice_.one_in(2) && !members.empty()) {
            std::swap(members[dice_.below(members.size())], members.front());
        }
        text_ += '{';
        for (std::size_t i = 0; i < members.size(); ++i) {
            text_ += i > 0 ? "," : "";
            space();
            write_string(members[i].first);
            space();
            text_ += ':';
            write(members[i].second);
        }
        text_ += '}';
    }

    void write_string(std::string const& value) {
        text_ += nlohmann::json(value).dump(-1, ' ', dice_.one_in(3));
        if (is_odd_ && dice_.one_in(40)) {
            static std::vector<std::string> const oddities =
                words("\\ud83d\\ude00 \\ud83d \\ude00 \\ud83d\\ud83d \\uD83D\\n \\/ \\u00E4 \\u0000 \\x \x1f "
                      "\xed\xa0\x80 \xc3");
            text_.insert(text_.size() - 1, oddities[dice_.below(oddities.size())]);
        }
    }

    std::string odd_value() {
        static std::vector<std::string> const values = words(
            "0 -0 -0.0 0.0 1e2 1E+2 5.0 1.9 300 255 256 -1 -128 -129 65536 -32769 2147483648 4294967296 "
            "9007199254740992 9007199254740993 9223372036854775808 18446744073709551615 18446744073709551616 "
            "-9223372036854775808 -9223372036854775809 1e400 1e-400 5e-324 0.1 0.5 16777217 1e39 3.4e38 01 1. .5 +1 1e "
            "- true null \"1\" [] {}"
        );
        return values[dice_.below(values.size())];
    }

    void space() {
        if (dice_.one_in(12)) {
            text_ += " \t\r\n"[dice_.below(4)];
        }
    }

    Dice& dice_;
    bool is_odd_;
    std::string text_;
};

} // namespace

TEMPLATE_TEST_CASE(
    "ANNALS_FIELDS: any value is written as by nlohmann/json, and is read without a tree",
    "",
    NumbersTwice,
    LineTwice,
    OrderTwice,
    ParcelTwice,
    LateTwice
) {
    using Listed = typename TestType::Listed;
    using Mapped = typename TestType::Mapped;
    Dice dice{20051213};
    for (int i = 0; i < reliability::scaled(3'000); ++i) {
        Listed value{};
        fill(value, dice, 3);
        CAPTURE(i);
        std::string const text = annals::detail::encode_json(value).data;
        REQUIRE(text == annals::detail::write_form(value));
        REQUIRE(is_read_directly<Listed>(text));
        REQUIRE(verdict<Listed>(text) == Verdict{true, text});
        REQUIRE(verdict<Mapped>(text) == Verdict{true, text});
    }
}

TEMPLATE_TEST_CASE(
    "ANNALS_FIELDS: any text is read as by nlohmann/json, or refused for the same reason",
    "",
    NumbersTwice,
    LineTwice,
    OrderTwice,
    ParcelTwice,
    LateTwice
) {
    using Listed = typename TestType::Listed;
    using Mapped = typename TestType::Mapped;
    Dice dice{20061213};
    int read = 0;
    int read_directly = 0;
    int refused = 0;
    int const texts = reliability::scaled(4'500);
    for (int i = 0; i < texts; ++i) {
        Listed value{};
        fill(value, dice, 2);
        bool const is_odd = i % 3 > 0;
        std::string text = OtherWriter{dice, is_odd}.write(nlohmann::json::parse(annals::detail::write_form(value)));
        if (i % 3 == 2) {
            text = damaged(text, dice);
        }
        CAPTURE(i, text);
        Verdict const expected = verdict<Mapped>(text);
        REQUIRE(verdict<Listed>(text) == expected);
        bool const is_direct = is_read_directly<Listed>(text);
        REQUIRE((is_direct ? expected.is_read : true));
        REQUIRE((is_odd ? true : is_direct));
        read += expected.is_read ? 1 : 0;
        read_directly += is_direct ? 1 : 0;
        refused += expected.is_read ? 0 : 1;
    }
    CAPTURE(read, read_directly, refused);
    REQUIRE(refused > texts / 5);
    REQUIRE(read_directly > texts / 3);
    REQUIRE(read > read_directly);
}

TEST_CASE("ANNALS_FIELDS: a decimal of any length is read as the double that is nearest to it") {
    Dice dice{20071213};
    for (int i = 0; i < reliability::scaled(20'000); ++i) {
        std::string text = std::to_string(dice.bits() >> dice.below(64)).substr(0, 1 + dice.below(20));
        std::size_t const point = 1 + dice.below(text.size());
        if (dice.one_in(3)) {
            text = "0." + std::string(dice.below(12), '0') + text;
        } else {
            text = point < text.size() ? text.insert(point, 1, '.') : text + ".0";
        }
        text = (dice.one_in(2) ? "-" : "") + text;
        ListedLate value;
        CAPTURE(text);
        REQUIRE(annals::detail::read_direct("{\"rebate\":" + text + "}", value));
        REQUIRE(value.rebate == nlohmann::json::parse(text).get<double>());
    }
}

} // namespace json_tests::fields
