// SPDX-License-Identifier: MIT

#ifndef ANNALS_SOURCED_EVENT_HPP
#define ANNALS_SOURCED_EVENT_HPP

#include <annals/event_id.hpp>
#include <annals/metadata.hpp>
#include <annals/position.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>
#include <annals/timestamp.hpp>

#include <string>

namespace annals {

/// An event that has been raised but not stored: all that its author knows of it.
///
/// The id is made once, here. Sending the same `NewEvent` again is what makes a retry safe.
template <class Payload>
struct NewEvent {
    EventId event_id{};
    Timestamp timestamp;
    Metadata metadata;
    Payload payload;
};

/// A stored event: the fact in its envelope. Immutable in every store.
///
/// In an application `Payload` is the variant of an aggregate's events; in a database adapter it is the encoded
/// form, `EncodedPayload`.
template <class Payload>
struct SourcedEvent {
    EventId event_id{};
    StreamName stream;
    Version version;     ///< its place in the stream, from 1
    Position position;   ///< its place in the store's global order
    Timestamp timestamp; ///< when it was raised, UTC
    Metadata metadata;
    Payload payload;

    [[nodiscard]] std::string const& aggregate_type() const noexcept { return stream.aggregate_type(); }
    [[nodiscard]] std::string const& aggregate_id() const noexcept { return stream.aggregate_id(); }
};

} // namespace annals

#endif // ANNALS_SOURCED_EVENT_HPP
