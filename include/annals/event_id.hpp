// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_ID_HPP
#define ANNALS_EVENT_ID_HPP

#include <annals/detail/entropy.hpp>
#include <annals/error.hpp>
#include <annals/timestamp.hpp>

#include <boost/uuid/uuid.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals {

/// The identity of an event, made once when it is raised: a UUID, version 7 when this library makes it.
using EventId = boost::uuids::uuid;

/// The 36 lower-case characters of RFC 9562.
[[nodiscard]] inline std::string to_text(EventId const& id) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::uint8_t const byte : id) {
        if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) {
            text += '-';
        }
        text += digits[byte >> 4U];
        text += digits[byte & 0x0FU];
    }
    return text;
}

/// Reads the 36 characters of RFC 9562, in either case.
/// @throws InvalidInput  if `text` is anything else
[[nodiscard]] inline EventId parse_event_id(std::string_view text) {
    auto const refuse = [] { throw InvalidInput{"annals: not the text of a UUID"}; };
    auto const digit = [&refuse](char c) -> unsigned {
        if (c >= '0' && c <= '9') {
            return static_cast<unsigned>(c - '0');
        }
        char const lower = static_cast<char>(static_cast<unsigned char>(c) | 0x20U);
        if (lower < 'a' || lower > 'f') {
            refuse();
        }
        return static_cast<unsigned>(lower - 'a') + 10U;
    };
    if (text.size() != 36) {
        refuse();
    }
    EventId id{};
    auto byte = id.begin();
    for (std::size_t i = 0; i < text.size();) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i++] != '-') {
                refuse();
            }
        }
        *byte++ = static_cast<std::uint8_t>((digit(text[i]) << 4U) | digit(text[i + 1]));
        i += 2;
    }
    return id;
}

namespace detail {

/// The time that a version 7 UUID carries, as milliseconds << 12 | counter, given that of the last one.
///
/// It grows whatever the clock does: adding 1 carries a full counter into the milliseconds.
[[nodiscard]] constexpr std::uint64_t next_id_time(std::uint64_t last, std::int64_t millis) noexcept {
    std::uint64_t const now = millis > 0 ? static_cast<std::uint64_t>(millis) << 12U : 0;
    return now > last ? now : last + 1;
}

} // namespace detail

/// Makes a UUIDv7 (RFC 9562, section 5.7) at that time: 48 bits of milliseconds, a 12-bit counter, 62 random bits.
///
/// Ids made by one thread grow, whatever the times. Nothing is shared between threads or processes: no two of them are
/// given the same random bits by the operating system, so the counter that a child inherits by `fork` does no harm.
/// @throws Error  if the operating system has no random bits to give
[[nodiscard]] inline EventId new_event_id(Timestamp now) {
    thread_local std::uint64_t last = 0;
    auto const millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    last = detail::next_id_time(last, millis);

    std::uint64_t const high = (last >> 12U << 16U) | 0x7000U | (last & 0x0FFFU);
    std::uint64_t const low = (detail::random_bits() >> 2U) | (std::uint64_t{1} << 63U);
    EventId id{};
    auto byte = id.begin();
    for (std::uint64_t const word : {high, low}) {
        for (unsigned shift = 64; shift > 0; ++byte) {
            shift -= 8;
            *byte = static_cast<std::uint8_t>(word >> shift);
        }
    }
    return id;
}

/// The same, now. A clock that steps back does not make ids step back.
[[nodiscard]] inline EventId new_event_id() {
    return new_event_id(std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

} // namespace annals

#endif // ANNALS_EVENT_ID_HPP
