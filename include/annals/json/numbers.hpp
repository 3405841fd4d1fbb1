// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_NUMBERS_HPP
#define ANNALS_JSON_NUMBERS_HPP

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

// nlohmann/json reads any number into any arithmetic field by a cast: 3000000000 becomes the int -1294967296, 300 the
// uint8_t 44, 1.9 the int 1, true the int 1. What is read is therefore written again and compared with the text.

namespace annals::detail {

/// A number or boolean of JSON by its value, whichever way nlohmann holds it.
///
/// nlohmann's own == will not do: it has -1 == 2^64-1 and 2^53+1 == 2^53+0.0.
struct ExactNumber {
    bool is_boolean = false;
    bool is_negative = false;
    std::uint64_t magnitude = 0; ///< of an integer below 2^64, in a double too
    double other = 0;            ///< any other double

    [[nodiscard]] friend auto operator<=>(ExactNumber const&, ExactNumber const&) = default;
};

[[nodiscard]] inline bool is_number_or_boolean(nlohmann::json const& value) noexcept {
    return value.is_number() || value.is_boolean();
}

[[nodiscard]] inline ExactNumber exact_number(nlohmann::json const& value) {
    using json = nlohmann::json;
    constexpr double two_to_64 = 18446744073709551616.0;
    ExactNumber number;
    if (auto const* truth = value.get_ptr<json::boolean_t const*>()) {
        number.is_boolean = true;
        number.magnitude = *truth ? 1 : 0;
    } else if (auto const* real = value.get_ptr<json::number_float_t const*>()) {
        if (std::trunc(*real) == *real && std::abs(*real) < two_to_64) {
            number.is_negative = *real < 0;
            number.magnitude = static_cast<std::uint64_t>(std::abs(*real));
        } else if (!std::isnan(*real)) {
            number.other = *real;
        } else {
            number.is_boolean = number.is_negative = true; // equals nothing that was read from a text
        }
    } else if (auto const* natural = value.get_ptr<json::number_unsigned_t const*>()) {
        number.magnitude = *natural;
    } else if (auto const* integer = value.get_ptr<json::number_integer_t const*>()) {
        auto const bits = static_cast<std::uint64_t>(*integer);
        number.is_negative = *integer < 0;
        number.magnitude = number.is_negative ? 0 - bits : bits;
    }
    return number;
}

using JsonBag = std::vector<nlohmann::json const*>;

/// As `keeps_numbers` below, for the elements of arrays that an unordered container has put in another order: each
/// number of the one bag is in the other. Members of objects are compared with the members of the same key.
[[nodiscard]] inline bool bag_keeps_numbers(JsonBag const& stored, JsonBag const& kept) {
    using json = nlohmann::json;
    struct Parts {
        std::vector<ExactNumber> numbers;
        JsonBag elements;
        std::map<std::string_view, JsonBag> members;
    };
    auto const take_apart = [](JsonBag const& bag) {
        Parts parts;
        for (json const* const value : bag) {
            if (is_number_or_boolean(*value)) {
                parts.numbers.push_back(exact_number(*value));
            } else if (auto const* array = value->get_ptr<json::array_t const*>()) {
                for (json const& element : *array) {
                    parts.elements.push_back(&element);
                }
            } else if (auto const* object = value->get_ptr<json::object_t const*>()) {
                for (auto const& [key, member] : *object) {
                    parts.members[key].push_back(&member);
                }
            }
        }
        std::sort(parts.numbers.begin(), parts.numbers.end());
        return parts;
    };

    Parts const before = take_apart(stored);
    Parts const after = take_apart(kept);
    if (!std::includes(after.numbers.begin(), after.numbers.end(), before.numbers.begin(), before.numbers.end())) {
        return false;
    }
    for (auto const& [key, bag] : before.members) {
        auto const same = after.members.find(key);
        if (same != after.members.end() && !bag_keeps_numbers(bag, same->second)) {
            return false;
        }
    }
    return before.elements.empty() || bag_keeps_numbers(before.elements, after.elements);
}

/// Whether the numbers of `stored` are all in `kept`, which was read from it and written again.
///
/// Members that only one of the two has are not compared: fields come and go. Nor is a number that became something
/// other than a number; that is the choice of a hand-written `from_json`.
/// @par Complexity  Linear, where arrays keep their order; recursive as deep as `stored`.
[[nodiscard]] inline bool keeps_numbers(nlohmann::json const& stored, nlohmann::json const& kept) {
    using json = nlohmann::json;
    if (kept.is_number()) {
        return !is_number_or_boolean(stored) || exact_number(stored) == exact_number(kept);
    }
    auto const* const before = stored.get_ptr<json::object_t const*>();
    auto const* const after = kept.get_ptr<json::object_t const*>();
    if (before != nullptr && after != nullptr) {
        // Both are in the order of their keys.
        auto other = after->begin();
        for (auto const& [key, member] : *before) {
            while (other != after->end() && other->first < key) {
                ++other;
            }
            if (other != after->end() && other->first == key && !keeps_numbers(member, other->second)) {
                return false;
            }
        }
        return true;
    }
    if (stored.is_array() && kept.is_array()) {
        bool keeps_order = kept.size() >= stored.size();
        for (std::size_t i = 0; keeps_order && i < stored.size(); ++i) {
            keeps_order = keeps_numbers(stored[i], kept[i]);
        }
        return keeps_order || bag_keeps_numbers({&stored}, {&kept});
    }
    return true;
}

} // namespace annals::detail

#endif // ANNALS_JSON_NUMBERS_HPP
