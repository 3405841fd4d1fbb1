// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_CODEC_HPP
#define ANNALS_JSON_CODEC_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/detail/dispatch.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/event_name.hpp>
#include <annals/json/events.hpp>
#include <annals/json/form.hpp>
#include <annals/json/history.hpp>
#include <annals/sourced_event.hpp>
#include <annals/stream_error.hpp>
#include <annals/unknown_event.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace annals {

/// Events as JSON text, by the mappings of nlohmann/json: `NLOHMANN_DEFINE_TYPE_*`, `to_json` and `from_json`, or
/// `adl_serializer`. An event without members needs none; it is `{}`.
///
/// **Many times faster** are events whose fields are listed by `ANNALS_FIELDS` (annals/json/fields.hpp) in place of
/// `NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE`: they are read and written without a tree of JSON values, to the same bytes.
///
/// **What is written can be read.** A NaN, an infinity, a text that is not UTF-8, binary data, more than
/// `limits::max_json_depth` levels or more than `limits::max_payload_bytes` bytes are refused with `InvalidInput`.
///
/// **What is read is what was written**, or a `DecodeError`. Reading is strict: well-formed UTF-8, no key twice, no
/// number beyond 64 bits or a double, nothing behind the value, a schema version that the application knows. A field
/// that the event does not have is passed over; a field that is missing in the JSON is an error unless the mapping has
/// a default for it. A number must keep its value: 300 does not fit an `unsigned char`, nor 1.9 or `true` an `int`, nor
/// 0.1 a `float`. This is found by writing the event again, so `to_json` must write the numbers that `from_json` has
/// read.
///
/// **What was written by former code** is read by the shapes and the names of then: see `event_history`,
/// `event_aliases` and `retired_events`, which are checked when the codec is compiled, and must be specialised before
/// it is first used. What an `upcast` throws makes a `DecodeError`. For code that is older, see
/// `written_schema_version`.
///
/// With `UnknownEvent` in the variant, events that have a name of none of the others are kept as they are, and written
/// as they were.
///
/// Two things no codec can see: `NLOHMANN_JSON_SERIALIZE_ENUM` reads an unknown text as its first entry, so let that
/// be one for "unknown"; and an unordered set has no fixed order, so equal events that hold one may differ in bytes.
///
/// No message holds a word of the payload. All members may be called from several threads at once.
///
/// @tparam Event  a `std::variant` of event structs with different stored names (see `event_name`)
template <class Event>
class JsonCodec {
    using Events = detail::JsonEvents<Event>;

    static_assert(detail::require_json_events<Event>());
    static constexpr bool is_usable = detail::are_json_events<Event>;

public:
    using event_type = Event;

    /// What one stored event is now: one event, or any number of them if one of the variant's has ever been split.
    using decoded_type = std::conditional_t<Events::are_split, std::vector<Event>, Event>;

    /// @throws InvalidInput  if the event has no JSON text that could be read back; what else its `to_json` throws,
    ///                       passes through
    /// @throws UsageError    if the variant is valueless
    [[nodiscard]] EncodedPayload encode(Event const& event) const {
        if constexpr (is_usable) {
            return detail::dispatch(event, [](auto const& alternative) { return encode_one(alternative); });
        } else {
            return {};
        }
    }

    /// @throws UnknownEventType  if no event of the variant has or had the type's name
    /// @throws DecodeError       if the payload does not fit the event of that name
    [[nodiscard]] decoded_type decode(SourcedEvent<EncodedPayload> const& stored) const {
        try {
            return decode_from<0>(stored);
        } catch (detail::UnfitJson const& unfit) {
            throw DecodeError{stored.stream, stored.version, stored.payload.type, unfit.what()};
        }
    }

    /// Whether events are, or were, stored under this name; always, if the variant has `UnknownEvent`.
    [[nodiscard]] bool knows(std::string_view type) const noexcept {
        return Events::has_unknown || Events::named(type) > 0;
    }

    /// The names of stored events that may be an `E` now.
    template <class E>
    [[nodiscard]] static std::vector<std::string> names_of() {
        return Events::template names_of<E>();
    }

private:
    template <class E>
    [[nodiscard]] static EncodedPayload encode_one(E const& event) {
        if constexpr (std::same_as<E, UnknownEvent>) {
            return event.payload;
        } else if constexpr (written_schema_version<E> == event_schema_version<E>) {
            return detail::encode_json(event);
        } else {
            return detail::encode_former(event);
        }
    }

    template <std::size_t I>
    [[nodiscard]] static decoded_type decode_from(SourcedEvent<EncodedPayload> const& stored) {
        if constexpr (!is_usable) {
            throw UnknownEventType{stored.stream, stored.version, stored.payload.type};
        } else if constexpr (I == Events::count) {
            return Events::template decode_renamed<decoded_type>(stored);
        } else if constexpr (std::same_as<std::variant_alternative_t<I, Event>, UnknownEvent>) {
            return decode_from<I + 1>(stored);
        } else {
            return stored.payload.type == event_name<std::variant_alternative_t<I, Event>>
                       ? decode_as<I>(stored.payload)
                       : decode_from<I + 1>(stored);
        }
    }

    template <std::size_t I>
    [[nodiscard]] static decoded_type decode_as(EncodedPayload const& payload) {
        using E = std::variant_alternative_t<I, Event>;
        if constexpr (detail::steps_of<E> > 0) {
            if (payload.schema_version != event_schema_version<E>) {
                return detail::decode_any_version<decoded_type, E>(payload);
            }
        }
        if constexpr (Events::are_split) {
            return detail::as_decoded<decoded_type>(detail::decode_json<E>(payload));
        } else if constexpr (detail::DirectJson<E>) {
            Event event{std::in_place_index<I>};
            detail::decode_json(payload, *std::get_if<I>(&event));
            return event;
        } else {
            return Event{std::in_place_index<I>, detail::decode_json<E>(payload)};
        }
    }
};

} // namespace annals

#endif // ANNALS_JSON_CODEC_HPP
