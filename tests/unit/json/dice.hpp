// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_JSON_DICE_HPP
#define ANNALS_TESTS_UNIT_JSON_DICE_HPP

#include <nlohmann/json.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace json_tests {

/// Random JSON that can be stored; the same for the same seed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_{seed} {}

    std::uint64_t bits() { return engine_(); }
    std::uint64_t below(std::uint64_t end) { return engine_() % end; }
    bool one_in(std::uint64_t times) { return below(times) == 0; }

    std::string text() {
        std::string text;
        for (std::uint64_t length = below(12); length > 0; --length) {
            append_code_point(text);
        }
        return text;
    }

    /// Any double but NaN and the infinities.
    double real() {
        double number = 0;
        do {
            number = std::bit_cast<double>(engine_());
        } while (!std::isfinite(number));
        return number;
    }

    nlohmann::json value(std::size_t levels) {
        switch (below(levels == 0 ? 6 : 8)) {
        case 0:
            return nullptr;
        case 1:
            return below(2) == 0;
        case 2:
            return static_cast<std::int64_t>(engine_() >> below(64));
        case 3:
            return -static_cast<std::int64_t>(engine_() >> (1 + below(63)));
        case 4:
            return real();
        case 5:
            return text();
        case 6: {
            nlohmann::json array = nlohmann::json::array();
            for (std::uint64_t size = below(5); size > 0; --size) {
                array.push_back(value(levels - 1));
            }
            return array;
        }
        default: {
            nlohmann::json object = nlohmann::json::object();
            for (std::uint64_t size = below(5); size > 0; --size) {
                object[text()] = value(levels - 1);
            }
            return object;
        }
        }
    }

private:
    void append_code_point(std::string& text) {
        auto const append = [&text](std::uint64_t byte) { text += static_cast<char>(byte); };
        std::uint64_t code = 0;
        do {
            code = below(std::uint64_t{1} << (1 + below(21)));
        } while (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF));
        if (code < 0x80) {
            append(code);
        } else if (code < 0x800) {
            append(0xC0U | (code >> 6U));
            append(0x80U | (code & 0x3FU));
        } else if (code < 0x10000) {
            append(0xE0U | (code >> 12U));
            append(0x80U | ((code >> 6U) & 0x3FU));
            append(0x80U | (code & 0x3FU));
        } else {
            append(0xF0U | (code >> 18U));
            append(0x80U | ((code >> 12U) & 0x3FU));
            append(0x80U | ((code >> 6U) & 0x3FU));
            append(0x80U | (code & 0x3FU));
        }
    }

    std::mt19937_64 engine_;
};

/// Bytes changed, put in, taken out or repeated.
inline std::string damaged(std::string data, Dice& dice) {
    constexpr std::string_view favourites = "{}[]\",:0123456789-+.eEtrufalsn\\\x01\xFF\xC3 ";
    for (std::uint64_t times = 1 + dice.below(4); times > 0 && !data.empty(); --times) {
        std::size_t const at = dice.below(data.size());
        char const byte =
            dice.below(4) == 0 ? static_cast<char>(dice.below(256)) : favourites[dice.below(favourites.size())];
        switch (dice.below(4)) {
        case 0:
            data[at] = byte;
            break;
        case 1:
            data.insert(at, 1, byte);
            break;
        case 2:
            data.erase(at, 1 + dice.below(3));
            break;
        default: {
            std::string const part = data.substr(at, 1 + dice.below(20));
            data.insert(dice.below(data.size()), part);
            break;
        }
        }
    }
    return data;
}

} // namespace json_tests

#endif // ANNALS_TESTS_UNIT_JSON_DICE_HPP
