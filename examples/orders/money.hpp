// SPDX-License-Identifier: MIT

#ifndef ORDERS_MONEY_HPP
#define ORDERS_MONEY_HPP

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace orders {

/// An exact amount: a whole number of millionths, between about -9.2 and 9.2 millions of millions.
class Money {
public:
    static constexpr std::int64_t millionths_in_one = 1'000'000;

    constexpr Money() noexcept = default;
    constexpr explicit Money(std::int64_t millionths) noexcept : millionths_{millionths} {}

    [[nodiscard]] constexpr std::int64_t millionths() const noexcept { return millionths_; }

    /// @throws std::domain_error  if the sum is beyond what Money can hold
    [[nodiscard]] friend constexpr Money operator+(Money a, Money b) {
        std::int64_t sum = 0;
        if (__builtin_add_overflow(a.millionths_, b.millionths_, &sum)) {
            throw std::domain_error{"the amount is too large"};
        }
        return Money{sum};
    }
    /// @throws std::domain_error  if the product is beyond what Money can hold
    [[nodiscard]] friend constexpr Money operator*(std::int64_t count, Money each) {
        std::int64_t product = 0;
        if (__builtin_mul_overflow(count, each.millionths_, &product)) {
            throw std::domain_error{"the amount is too large"};
        }
        return Money{product};
    }
    [[nodiscard]] friend constexpr auto operator<=>(Money, Money) noexcept = default;

private:
    std::int64_t millionths_ = 0;
};

/// Reads a decimal number such as `2.55`, `-11062.06` or `3`. Nothing if it is anything else, has
/// more than six decimals (zeros at the end apart) or is beyond what Money can hold.
[[nodiscard]] constexpr std::optional<Money> parse_money(std::string_view text) {
    bool const is_negative = text.starts_with('-');
    text.remove_prefix(is_negative ? 1 : 0);
    std::string_view const whole = text.substr(0, text.find('.'));
    std::string_view decimals = text.substr(whole.size());
    if (whole.empty() || decimals == ".") {
        return std::nullopt;
    }
    decimals.remove_prefix(decimals.empty() ? 0 : 1);
    while (decimals.size() > 6 && decimals.ends_with('0')) {
        decimals.remove_suffix(1);
    }

    std::int64_t millionths = 0;
    bool fits = decimals.size() <= 6;
    auto const append = [&](char c) {
        int const digit = is_negative ? '0' - c : c - '0'; // so that the lowest number can be read
        fits = fits && c >= '0' && c <= '9' && !__builtin_mul_overflow(millionths, 10, &millionths) &&
               !__builtin_add_overflow(millionths, digit, &millionths);
    };
    for (char const c : whole) {
        append(c);
    }
    for (std::size_t i = 0; i < 6; ++i) {
        append(i < decimals.size() ? decimals[i] : '0');
    }
    return fits ? std::optional{Money{millionths}} : std::nullopt;
}

/// With at least two decimals and no zeros beyond them: `3.00`, `-11062.06`, `0.125`.
[[nodiscard]] inline std::string to_text(Money money) {
    bool const is_negative = money.millionths() < 0;
    auto const bits = static_cast<std::uint64_t>(money.millionths());
    std::uint64_t const size = is_negative ? 0 - bits : bits; // also right for the lowest number
    std::string decimals = std::to_string(size % Money::millionths_in_one + Money::millionths_in_one);
    decimals.front() = '.';
    while (decimals.size() > 3 && decimals.back() == '0') {
        decimals.pop_back();
    }
    return (is_negative ? "-" : "") + std::to_string(size / Money::millionths_in_one) + decimals;
}

} // namespace orders

#endif // ORDERS_MONEY_HPP
