// SPDX-License-Identifier: MIT

#ifndef ANNALS_ENCODED_PAYLOAD_HPP
#define ANNALS_ENCODED_PAYLOAD_HPP

#include <annals/limits.hpp>

#include <cstdint>
#include <string>

namespace annals {

/// An event or a snapshot in the form that databases keep: a name, a schema version and the text of the codec.
struct EncodedPayload {
    std::string type;                ///< the stable name, see `event_name`
    std::int32_t schema_version = 1; ///< of the type's fields, from 1
    std::string data;                ///< UTF-8 without NUL; JSON from the codec that comes with the library

    [[nodiscard]] friend bool operator==(EncodedPayload const&, EncodedPayload const&) = default;
};

/// Refuses a payload that not every store can keep.
/// @throws InvalidInput  if the type breaks the limits of names or begins with `annals:`, which is for the library's
///                       own, the schema version is below 1, or the data is longer than `limits::max_payload_bytes`,
///                       not UTF-8, or holds a NUL
inline void require_valid(EncodedPayload const& payload) {
    require_name("event type", payload.type);
    if (payload.type.starts_with("annals:")) {
        throw InvalidInput{"annals: the event type '" + payload.type + "' has a prefix that is the library's own"};
    }
    if (payload.schema_version < 1) {
        throw InvalidInput{"annals: the schema version of '" + payload.type + "' is below 1"};
    }
    if (payload.data.size() > limits::max_payload_bytes) {
        throw InvalidInput{
            "annals: the payload of '" + payload.type + "' has " + std::to_string(payload.data.size()) +
            " bytes, at most " + std::to_string(limits::max_payload_bytes) + " are allowed"
        };
    }
    if (!detail::is_utf8_without_nul(payload.data)) {
        throw InvalidInput{"annals: the payload of '" + payload.type + "' is not UTF-8, or holds a NUL"};
    }
}

} // namespace annals

#endif // ANNALS_ENCODED_PAYLOAD_HPP
