// SPDX-License-Identifier: MIT

#ifndef ANNALS_TIMESTAMP_HPP
#define ANNALS_TIMESTAMP_HPP

#include <annals/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals {

/// A moment in UTC, in microseconds since 1970. Information only: no order or decision rests on it.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

namespace detail {

inline constexpr Timestamp first_timestamp = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
inline constexpr Timestamp end_of_timestamps = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};

/// Reads digits off the front of a text; `good` turns false at the first thing that is not as it must be.
struct TimestampScanner {
    std::string_view rest;
    bool good = true;

    constexpr int number(std::size_t digits) {
        int value = 0;
        for (std::size_t i = 0; i < digits && good; ++i) {
            good = i < rest.size() && rest[i] >= '0' && rest[i] <= '9';
            value = good ? value * 10 + (rest[i] - '0') : 0;
        }
        rest.remove_prefix(good ? digits : 0);
        return value;
    }
    constexpr bool take(char c) {
        if (!good || rest.empty() || rest.front() != c) {
            return false;
        }
        rest.remove_prefix(1);
        return true;
    }
    constexpr void expect(char c) { good = take(c); }
};

} // namespace detail

/// Whether the moment lies in the years 1 to 9999, the ones that have a text form. Stores refuse others.
[[nodiscard]] constexpr bool is_storable(Timestamp time) noexcept {
    return time >= detail::first_timestamp && time < detail::end_of_timestamps;
}

/// ISO 8601 with microseconds, in UTC: `2010-12-01T08:26:00.000000Z`, always 27 characters.
/// @throws InvalidInput  outside of the years 1 to 9999
[[nodiscard]] inline std::string to_text(Timestamp time) {
    if (!is_storable(time)) {
        throw InvalidInput{"annals: a timestamp must lie in the years 1 to 9999"};
    }
    using namespace std::chrono;
    auto const day = floor<days>(time);
    year_month_day const date{day};
    std::int64_t micros = (time - day).count();

    std::string text = "0000-00-00T00:00:00.000000Z";
    auto const put = [&text](std::size_t last, std::size_t digits, std::int64_t value) {
        for (std::size_t i = 0; i < digits; ++i, value /= 10) {
            text[last - i] = static_cast<char>('0' + value % 10);
        }
    };
    put(3, 4, static_cast<int>(date.year()));
    put(6, 2, static_cast<unsigned>(date.month()));
    put(9, 2, static_cast<unsigned>(date.day()));
    put(25, 6, micros % 1'000'000);
    micros /= 1'000'000;
    put(18, 2, micros % 60);
    put(15, 2, micros / 60 % 60);
    put(12, 2, micros / 3600);
    return text;
}

/// Reads ISO 8601: date, `T` (or a blank), time, optionally up to six decimals, and `Z` or an offset `+hh:mm`.
///
/// A text without a zone is taken as UTC; a date alone is its midnight.
/// @throws InvalidInput  if `text` is anything else, or no real date
[[nodiscard]] inline Timestamp parse_timestamp(std::string_view text) {
    using namespace std::chrono;
    detail::TimestampScanner scan{text};
    int const y = scan.number(4);
    scan.expect('-');
    int const m = scan.number(2);
    scan.expect('-');
    int const d = scan.number(2);
    year_month_day const date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
    bool fits = date.ok() && y >= 1;

    microseconds time_of_day{0};
    if (scan.good && !scan.rest.empty()) {
        scan.good = scan.take('T') || scan.take(' ');
        int const h = scan.number(2);
        scan.expect(':');
        int const min = scan.number(2);
        scan.expect(':');
        int const s = scan.number(2);
        fits = fits && h < 24 && min < 60 && s < 60;
        time_of_day = hours{h} + minutes{min} + seconds{s};
        if (scan.take('.')) {
            std::int64_t unit = 100'000;
            do {
                time_of_day += microseconds{unit * scan.number(1)};
                unit /= 10;
            } while (unit > 0 && scan.good && !scan.rest.empty() && scan.rest[0] >= '0' && scan.rest[0] <= '9');
        }
        bool const is_behind = scan.take('-');
        if (is_behind || scan.take('+')) {
            int const offset_hours = scan.number(2);
            scan.expect(':');
            int const offset_minutes = scan.number(2);
            fits = fits && offset_hours < 24 && offset_minutes < 60;
            minutes const offset = hours{offset_hours} + minutes{offset_minutes};
            time_of_day -= is_behind ? -offset : offset;
        } else {
            scan.take('Z');
        }
    }
    if (!scan.good || !scan.rest.empty() || !fits || !is_storable(sys_days{date} + time_of_day)) {
        throw InvalidInput{"annals: not an ISO 8601 time such as 2010-12-01T08:26:00Z"};
    }
    return sys_days{date} + time_of_day;
}

} // namespace annals

#endif // ANNALS_TIMESTAMP_HPP
