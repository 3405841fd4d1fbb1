// SPDX-License-Identifier: MIT

#ifndef ANNALS_UNKNOWN_EVENT_HPP
#define ANNALS_UNKNOWN_EVENT_HPP

#include <annals/encoded_payload.hpp>

#include <cstdint>

namespace annals {

/// What a reader does with an event whose type is not in its variant.
enum class UnknownEvents : std::uint8_t {
    refuse, ///< throw `UnknownEventType`
    skip    ///< go on with the next one: the log of a store holds the events of other aggregates too
};

/// As an alternative of an event variant: an event whose type is none of the others, kept as it is stored.
struct UnknownEvent {
    EncodedPayload payload;

    [[nodiscard]] friend bool operator==(UnknownEvent const&, UnknownEvent const&) = default;
};

} // namespace annals

#endif // ANNALS_UNKNOWN_EVENT_HPP
