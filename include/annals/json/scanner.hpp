// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_SCANNER_HPP
#define ANNALS_JSON_SCANNER_HPP

#include <annals/json/string_text.hpp>
#include <annals/limits.hpp>

#include <array>
#include <cfloat>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace annals::detail {

/// Reads a JSON text from its front to its end, into values of the types that are expected.
///
/// Each function returns false if the text has something else there, or something that this class leaves to the parser
/// of nlohmann/json: it takes nothing that the parser would refuse, and it reads nothing as another value, but it
/// need not take all. After a false the scanner is of no more use.
class JsonScanner {
public:
    /// A string, not a view: it ends with a NUL, which no JSON text holds, so nothing below asks for the end.
    explicit JsonScanner(std::string const& text) noexcept : next_{text.data()}, end_{next_ + text.size()} {}

    [[nodiscard]] bool is_at_end() noexcept {
        skip_space();
        return next_ == end_;
    }

    [[nodiscard]] bool take(char expected) noexcept {
        skip_space();
        return take_here(expected);
    }

    /// A word or a key that stands there byte for byte. Its size is known to the compiler, which makes a few
    /// comparisons of it.
    template <std::size_t Size>
    [[nodiscard]] bool take(char const* expected) noexcept {
        skip_space();
        bool const is_there = left() >= Size && std::memcmp(next_, expected, Size) == 0;
        next_ += is_there ? Size : 0;
        return is_there;
    }
    template <std::size_t Size>
    [[nodiscard]] bool take(char const (&word)[Size]) noexcept {
        return take<Size - 1>(&word[0]);
    }

    /// The beginning of an array or an object, one level deeper.
    [[nodiscard]] bool open(char opening) noexcept { return ++depth_ <= limits::max_json_depth && take(opening); }

    /// Its end, if it is there.
    [[nodiscard]] bool close(char closing) noexcept {
        bool const is_there = take(closing);
        depth_ -= is_there ? 1 : 0;
        return is_there;
    }

    /// An array or an object: calls `take_part` where an element or a member begins.
    template <class F>
    [[nodiscard]] bool take_parts(char opening, char closing, F&& take_part) {
        if (!open(opening)) {
            return false;
        }
        if (close(closing)) {
            return true;
        }
        do {
            if (!take_part()) {
                return false;
            }
        } while (take(','));
        return close(closing);
    }

    [[nodiscard]] bool take_boolean(bool& value) noexcept {
        value = take("true");
        return value || take("false");
    }

    /// An integer within the range of its type.
    template <class Integer>
    [[nodiscard]] bool take_integer(Integer& value) noexcept {
        skip_space();
        char const* const digits = next_ + (*next_ == '-' ? 1 : 0);
        if (*digits == '0' && is_digit(digits[1])) {
            return false;
        }
        auto const [rest, error] = std::from_chars(next_, end_, value);
        next_ = rest;
        return error == std::errc{} && *rest != '.' && *rest != 'e' && *rest != 'E';
    }

    /// A number that a double holds; of an integer, no digit gets lost.
    [[nodiscard]] bool take_double(double& value) noexcept {
        skip_space();
        char const* const begin = next_;
        bool const is_negative = take_here('-');
        char const* const digits = next_;
        std::uint64_t number = 0;
        if (!take_digits(number) || (*digits == '0' && next_ - digits > 1)) {
            return false;
        }
        bool is_integer = true;
        std::size_t decimals = 0;
        if (take_here('.')) {
            is_integer = false;
            char const* const point = next_;
            if (!take_digits(number)) {
                return false;
            }
            decimals = static_cast<std::size_t>(next_ - point);
        }
        if (*next_ == 'e' || *next_ == 'E') {
            is_integer = false;
            next_ += next_[1] == '+' || next_[1] == '-' ? 2 : 1;
            if (!take_digits(number)) {
                return false;
            }
        } else if (next_ - digits <= std::numeric_limits<double>::digits10 && rounds_once) {
            // Both numbers are exact, so the quotient is the double nearest to the text, as it is of std::from_chars.
            double const magnitude = static_cast<double>(number) / powers_of_ten[decimals];
            value = is_negative ? -magnitude : magnitude;
            // The integer -0 is 0 to nlohmann/json, and not the double -0.
            return !(is_integer && is_negative && number == 0);
        }
        auto const [rest, error] = std::from_chars(begin, next_, value);
        return error == std::errc{} && rest == next_ && (!is_integer || std::abs(value) < max_exact);
    }

    [[nodiscard]] bool take_string(std::string& value) {
        value.clear();
        return take('"') && take_json_string(next_, end_, value);
    }

    /// A key that holds nothing but plain bytes, and the colon behind it.
    [[nodiscard]] bool take_plain_key(std::string_view& key) noexcept {
        if (!take('"')) {
            return false;
        }
        char const* const begin = next_;
        next_ = skip_plain_json(next_, end_);
        key = {begin, static_cast<std::size_t>(next_ - begin)};
        return take_here('"') && take(':');
    }

    /// Any value, to be passed over: as strict as the others.
    [[nodiscard]] bool pass_value() {
        skip_space();
        switch (*next_) {
        case '"': {
            std::string passed;
            return take_string(passed);
        }
        case '{': {
            PassedKeys keys{*this};
            return take_parts('{', '}', [&] {
                std::string_view key;
                return take_plain_key(key) && keys.add(key) && pass_value();
            });
        }
        case '[':
            return take_parts('[', ']', [this] { return pass_value(); });
        case 't':
            return take("true");
        case 'f':
            return take("false");
        case 'n':
            return take("null");
        default:
            return pass_number();
        }
    }

    /// The same, and its text.
    [[nodiscard]] bool pass_value(std::string_view& text) {
        skip_space();
        char const* const begin = next_;
        bool const is_passed = pass_value();
        text = {begin, static_cast<std::size_t>(next_ - begin)};
        return is_passed;
    }

    /// The keys of an object that have been passed over, to find one that comes twice.
    class PassedKeys {
    public:
        explicit PassedKeys(JsonScanner& scanner) noexcept : all_{scanner.passed_keys_}, begin_{all_.size()} {}
        ~PassedKeys() { all_.resize(begin_); }
        PassedKeys(PassedKeys const&) = delete;
        PassedKeys& operator=(PassedKeys const&) = delete;

        /// False if it comes twice, or if there are so many that a search would take long.
        [[nodiscard]] bool add(std::string_view key) {
            constexpr std::size_t max_keys = 64;
            for (std::size_t i = begin_; i < all_.size(); ++i) {
                if (all_[i] == key) {
                    return false;
                }
            }
            all_.push_back(key);
            return all_.size() - begin_ <= max_keys;
        }

    private:
        std::vector<std::string_view>& all_;
        std::size_t begin_;
    };

private:
    static constexpr double max_exact = 9007199254740992.0; ///< 2^53: below it, each integer is a double

    static constexpr std::array<double, std::numeric_limits<double>::digits10> powers_of_ten{
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14
    };
    static constexpr bool rounds_once = FLT_EVAL_METHOD == 0; ///< not so where doubles are computed with more bits

    [[nodiscard]] static bool is_digit(char byte) noexcept { return byte >= '0' && byte <= '9'; }
    void skip_space() noexcept {
        while (*next_ == ' ' || *next_ == '\n' || *next_ == '\r' || *next_ == '\t') {
            ++next_;
        }
    }
    [[nodiscard]] bool take_here(char expected) noexcept {
        bool const is_there = *next_ == expected;
        next_ += is_there ? 1 : 0;
        return is_there;
    }
    /// Digits, at least one, which are put behind those of `number`. It holds 19 of them.
    [[nodiscard]] bool take_digits(std::uint64_t& number) noexcept {
        char const* const begin = next_;
        for (; is_digit(*next_); ++next_) {
            number = number * 10 + static_cast<std::uint64_t>(*next_ - '0');
        }
        return next_ != begin;
    }
    [[nodiscard]] std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - next_); }

    [[nodiscard]] bool pass_number() noexcept {
        // An identifier beyond 2^53 is an integer still.
        char const* const begin = next_;
        std::int64_t integer = 0;
        double number = 0;
        if (take_integer(integer)) {
            return true;
        }
        next_ = begin;
        return take_double(number);
    }

    char const* next_;
    char const* end_;
    std::size_t depth_ = 0;
    std::vector<std::string_view> passed_keys_;
};

} // namespace annals::detail

#endif // ANNALS_JSON_SCANNER_HPP
