// SPDX-License-Identifier: MIT

#ifndef ANNALS_TRUNCATION_HPP
#define ANNALS_TRUNCATION_HPP

#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>
#include <annals/timestamp.hpp>

#include <limits>
#include <string>
#include <string_view>

namespace annals {

/// The beginning of a stream that is gone for good: all events before `first`.
struct Truncation {
    StreamName stream;
    Version first; ///< the first event that is left
    std::string reason;
    Timestamp done_at;
};

namespace detail {

/// The type of an event that was truncated. Its row stays, with its id, version and position, and nothing else.
inline constexpr std::string_view truncated_type = "annals:truncated";

/// The version of the mark that ends a stream, as a row of `truncated_type`. No event comes after it.
inline constexpr Version ended_version{(std::numeric_limits<std::int64_t>::max)()};

} // namespace detail

} // namespace annals

#endif // ANNALS_TRUNCATION_HPP
