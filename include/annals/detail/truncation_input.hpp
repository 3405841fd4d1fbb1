// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_TRUNCATION_INPUT_HPP
#define ANNALS_DETAIL_TRUNCATION_INPUT_HPP

#include <annals/limits.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>

#include <string>
#include <string_view>

namespace annals::detail {

/// Refuses to truncate what cannot go, or without a word why.
/// @param last  the version of the stream
/// @throws InvalidInput  if the reason is not 1 to 255 bytes of UTF-8 without control characters
/// @throws UsageError    if the last event would go
inline void require_can_truncate(StreamName const& stream, Version first, Version last, std::string_view reason) {
    require_name("reason of a truncation", reason);
    if (first > last) {
        throw UsageError{
            "annals: stream '" + to_text(stream) + "' is at version " + to_text(last) +
            ", so its events cannot be truncated before version " + to_text(first) + ": the last one stays"
        };
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_TRUNCATION_INPUT_HPP
