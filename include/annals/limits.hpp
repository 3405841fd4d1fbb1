// SPDX-License-Identifier: MIT

#ifndef ANNALS_LIMITS_HPP
#define ANNALS_LIMITS_HPP

#include <annals/detail/utf8.hpp>
#include <annals/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

/// What every store accepts, so that moving from one to another never changes a verdict.
namespace annals::limits {

/// Aggregate types, aggregate ids, event type names and metadata keys: 1 to 255 bytes.
inline constexpr std::size_t max_name_bytes = 255;

/// One encoded payload: 1 MiB.
inline constexpr std::size_t max_payload_bytes = std::size_t{1} << 20U;

/// The metadata of one event, keys and values together: 64 KiB.
inline constexpr std::size_t max_metadata_bytes = std::size_t{64} << 10U;

/// Events in one commit.
inline constexpr std::size_t max_commit_events = 10'000;

/// Encoded payloads of one commit together: 16 MiB.
inline constexpr std::size_t max_commit_bytes = std::size_t{16} << 20U;

/// Nesting of arrays and objects in a JSON payload.
///
/// nlohmann/json copies and destroys values recursively; 100,000 levels exhaust an 8 MiB stack.
inline constexpr std::size_t max_json_depth = 64;

} // namespace annals::limits

namespace annals {

/// Refuses a name that is not 1 to 255 bytes of UTF-8 without control characters.
///
/// @param what  what the name is for, for the message ("aggregate id"); the name itself is never repeated
/// @throws InvalidInput
inline void require_name(std::string_view what, std::string_view name) {
    if (name.empty()) {
        throw InvalidInput{"annals: the " + std::string{what} + " is empty"};
    }
    if (name.size() > limits::max_name_bytes) {
        throw InvalidInput{
            "annals: the " + std::string{what} + " has " + std::to_string(name.size()) + " bytes, at most " +
            std::to_string(limits::max_name_bytes) + " are allowed"
        };
    }
    if (!detail::is_printable_utf8(name)) {
        throw InvalidInput{"annals: the " + std::string{what} + " is not UTF-8 without control characters"};
    }
}

} // namespace annals

#endif // ANNALS_LIMITS_HPP
