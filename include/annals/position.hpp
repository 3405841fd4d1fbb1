// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSITION_HPP
#define ANNALS_POSITION_HPP

#include <annals/error.hpp>

#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace annals {

/// The place of an event in the global order of its store: compare it, keep it, hand it back; nothing else.
///
/// Positions of one store are ordered as its events were settled. They may have gaps, and those of two stores
/// mean nothing to each other. The default value stands before every event. A position is two numbers because
/// a store may need more than one; a store that needs one leaves the second at 0.
class Position {
public:
    /// Before the first event.
    constexpr Position() noexcept = default;

    /// For authors of stores.
    /// @throws InvalidInput  if a number is negative
    constexpr explicit Position(std::int64_t first, std::int64_t second = 0) : first_{first}, second_{second} {
        if (first < 0 || second < 0) {
            throw InvalidInput{"annals: a position cannot be negative"};
        }
    }

    /// For authors of stores: the numbers the position was made of.
    [[nodiscard]] constexpr std::int64_t first() const noexcept { return first_; }
    [[nodiscard]] constexpr std::int64_t second() const noexcept { return second_; }

    [[nodiscard]] friend constexpr bool operator==(Position, Position) noexcept = default;
    [[nodiscard]] friend constexpr std::strong_ordering operator<=>(Position, Position) noexcept = default;

private:
    std::int64_t first_ = 0;
    std::int64_t second_ = 0;
};

/// The text form in which checkpoints keep a position: `17`, or `17.4` where the store needs two numbers.
[[nodiscard]] inline std::string to_text(Position position) {
    std::string text = std::to_string(position.first());
    if (position.second() != 0) {
        text += '.' + std::to_string(position.second());
    }
    return text;
}

/// Reads what `to_text` wrote.
/// @throws InvalidInput  if `text` is not the text form of a position
[[nodiscard]] inline Position parse_position(std::string_view text) {
    auto const number = [](std::string_view digits) {
        std::int64_t value = 0;
        bool fits = !digits.empty();
        for (char const c : digits) {
            std::int64_t const digit = c - '0';
            fits =
                fits && digit >= 0 && digit <= 9 && value <= ((std::numeric_limits<std::int64_t>::max)() - digit) / 10;
            value = fits ? value * 10 + digit : 0;
        }
        if (!fits) {
            throw InvalidInput{"annals: not the text of a position"};
        }
        return value;
    };
    std::size_t const point = text.find('.');
    Position const position = point == std::string_view::npos
                                  ? Position{number(text)}
                                  : Position{number(text.substr(0, point)), number(text.substr(point + 1))};
    if (to_text(position) != text) {
        throw InvalidInput{"annals: not the text of a position"};
    }
    return position;
}

} // namespace annals

#endif // ANNALS_POSITION_HPP
