// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_STORED_EVENT_HPP
#define ANNALS_DETAIL_STORED_EVENT_HPP

#include <annals/append.hpp>
#include <annals/payload_transform.hpp>
#include <annals/sourced_event.hpp>
#include <annals/stream_error.hpp>
#include <annals/truncation.hpp>

namespace annals::detail {

/// Makes an event that is about to be handed out what it was before it was sealed. If this throws, it stays sealed.
/// @param transform  null for none
/// @throws DecodeError  if it cannot be opened; and what a key store throws
inline void open(PayloadTransform const* transform, SourcedEvent<EncodedPayload>& event) {
    if (transform == nullptr) {
        return;
    }
    try {
        event.payload.data = transform->open({event.stream, event.event_id, {}}, event.payload.data);
    } catch (UnreadablePayload const& error) {
        throw DecodeError{event.stream, event.version, event.payload.type, error.what()};
    }
}

[[nodiscard]] inline bool is_truncated(SourcedEvent<EncodedPayload> const& event) noexcept {
    return event.payload.type == truncated_type;
}

/// Whether what is stored under an event's id is that event, both sealed; of a truncated one nothing speaks against it.
/// @param transform  null for none
/// @throws UnreadablePayload  if the stored one cannot be opened; and what a key store throws
[[nodiscard]] inline bool is_repeated(
    PayloadTransform const* transform, SourcedEvent<EncodedPayload> const& stored, NewEvent<EncodedPayload> const& sent
) {
    if (stored.timestamp != sent.timestamp) {
        return false;
    }
    if (is_truncated(stored)) {
        return true;
    }
    EncodedPayload const& there = stored.payload;
    EncodedPayload const& here = sent.payload;
    if (stored.metadata != sent.metadata || there.type != here.type || there.schema_version != here.schema_version) {
        return false;
    }
    if (there.data == here.data || transform == nullptr) {
        return there.data == here.data;
    }
    PayloadPlace const place{stored.stream, stored.event_id, {}};
    try {
        return transform->is_same(place, there.data, here.data);
    } catch (UnreadablePayload const&) {
        static_cast<void>(transform->open(place, there.data));
        return false; // it is the other that is sealed for another place
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_STORED_EVENT_HPP
