// SPDX-License-Identifier: MIT

#ifndef ANNALS_PAYLOAD_TRANSFORM_HPP
#define ANNALS_PAYLOAD_TRANSFORM_HPP

#include <annals/encoded_payload.hpp>
#include <annals/event_id.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>

#include <string>
#include <string_view>

namespace annals {

/// What a payload belongs to, and a sealed one is bound to.
struct PayloadPlace {
    StreamName const& stream;
    EventId const& event_id; ///< of a snapshot, that of the event it was taken after
    Version version;         ///< of a snapshot; 0 for an event, whose version is not known when it is sealed
};

/// What a store does to the data of payloads between its callers and its database; see `PayloadPipeline`.
///
/// **seal** gives the text to store: UTF-8 without NUL, JSON if `data` is. **open** gives back what was sealed, also
/// when that was done by another transform or by none, or with less in it if some of it was forgotten meanwhile.
/// **is_same** tells whether two sealed texts of one place had the same content, as far as it is not forgotten.
/// Several threads at once.
class PayloadTransform {
public:
    PayloadTransform() = default;
    PayloadTransform(PayloadTransform const&) = delete;
    PayloadTransform& operator=(PayloadTransform const&) = delete;
    virtual ~PayloadTransform() = default;

    /// @throws InvalidInput  if it cannot be sealed; and what a key store throws
    [[nodiscard]] virtual std::string seal(PayloadPlace const& place, std::string_view data) const = 0;
    /// @throws UnreadablePayload  if it cannot be opened
    [[nodiscard]] virtual std::string open(PayloadPlace const& place, std::string_view data) const = 0;
    /// @throws UnreadablePayload  if one of them cannot be opened
    [[nodiscard]] virtual bool is_same(PayloadPlace const& place, std::string_view a, std::string_view b) const = 0;
};

/// The data of a payload is sealed for another place, with a key that is not at hand, or in a way that is not known.
class UnreadablePayload : public Error {
public:
    using Error::Error;
};

} // namespace annals

#endif // ANNALS_PAYLOAD_TRANSFORM_HPP
