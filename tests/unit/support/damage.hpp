// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_SUPPORT_DAMAGE_HPP
#define ANNALS_TESTS_UNIT_SUPPORT_DAMAGE_HPP

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace unit {

/// Changes texts at random, the same way in every run with the same seed.
class Damage {
public:
    Damage(std::mt19937::result_type seed, std::string_view alphabet) : random_{seed}, alphabet_{alphabet} {}

    [[nodiscard]] std::size_t below(std::size_t n) {
        return std::uniform_int_distribution<std::size_t>{0, n - 1}(random_);
    }

    /// Overwrites or inserts one character, or erases up to three. `text` must not be empty.
    void strike(std::string& text) {
        std::size_t const place = below(text.size());
        switch (below(3)) {
        case 0:
            text[place] = alphabet_[below(alphabet_.size())];
            break;
        case 1:
            text.erase(place, 1 + below(3));
            break;
        default:
            text.insert(place, 1, alphabet_[below(alphabet_.size())]);
        }
    }

private:
    std::mt19937 random_;
    std::string alphabet_;
};

} // namespace unit

#endif // ANNALS_TESTS_UNIT_SUPPORT_DAMAGE_HPP
