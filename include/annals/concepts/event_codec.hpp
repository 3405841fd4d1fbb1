// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_EVENT_CODEC_HPP
#define ANNALS_CONCEPTS_EVENT_CODEC_HPP

#include <annals/encoded_payload.hpp>
#include <annals/sourced_event.hpp>

#include <concepts>
#include <string_view>
#include <vector>

namespace annals {

namespace detail {

/// What a codec may make of one stored event.
template <class D, class Event>
concept DecodedAs = std::same_as<D, Event> || std::same_as<D, std::vector<Event>>;

} // namespace detail

/// Stands between an application's event variant and a store of encoded events.
///
/// **encode** is deterministic: equal events have equal encodings, now and after a restart, since the store tells a
/// repeated append by them. It throws `InvalidInput` for a value that has no encoding (a NaN in JSON, broken UTF-8).
/// **decode** returns the very event that was encoded, or throws `UnknownEventType` or `DecodeError` naming stream,
/// version and type; no input makes it crash. If a stored event may have become several events or none, it returns a
/// vector. **knows** tells whether a type name is one of the variant's, or was.
///
/// It may have besides a static `names_of<E>()`, the names that an event `E` of the variant may be stored under, as a
/// `std::vector<std::string>`: those that a reader asks for who wants no other events. Without it, it is
/// `event_name<E>`.
///
/// All members may be called from several threads at once.
///
/// Models: JsonCodec.
template <class C>
concept EventCodec = requires(
    C const& codec,
    typename C::event_type const& event,
    SourcedEvent<EncodedPayload> const& stored,
    std::string_view type
) {
    typename C::event_type;
    { codec.encode(event) } -> std::same_as<EncodedPayload>;
    { codec.decode(stored) } -> detail::DecodedAs<typename C::event_type>;
    { codec.knows(type) } -> std::same_as<bool>;
};

/// The codec for variants of type `Event` when none is named. `annals/json.hpp` makes it the JSON codec.
template <class Event>
struct DefaultEventCodec;

} // namespace annals

#endif // ANNALS_CONCEPTS_EVENT_CODEC_HPP
