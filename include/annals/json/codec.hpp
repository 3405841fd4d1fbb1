// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_CODEC_HPP
#define ANNALS_JSON_CODEC_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/detail/dispatch.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/event_name.hpp>
#include <annals/json/form.hpp>
#include <annals/json/requirements.hpp>
#include <annals/sourced_event.hpp>
#include <annals/stream_error.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

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
/// number beyond 64 bits or a double, nothing behind the value, the schema version of the application. A field that
/// the event does not have is passed over; a field that is missing in the JSON is an error unless the mapping has a
/// default for it. A number must keep its value: 300 does not fit an `unsigned char`, nor 1.9 or `true` an `int`, nor
/// 0.1 a `float`. This is found by writing the event again, so `to_json` must write the numbers that `from_json` has
/// read.
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

    /// @throws InvalidInput  if the event has no JSON text that could be read back; what else its `to_json` throws,
    ///                       passes through
    /// @throws UsageError    if the variant is valueless
    [[nodiscard]] EncodedPayload encode(Event const& event) const {
        if constexpr (is_usable) {
            return detail::dispatch(event, [](auto const& alternative) { return detail::encode_json(alternative); });
        } else {
            return {};
        }
    }

    /// @throws UnknownEventType  if no alternative has the type's name
    /// @throws DecodeError       if the payload does not fit the alternative of that name
    [[nodiscard]] Event decode(SourcedEvent<EncodedPayload> const& stored) const {
        try {
            return decode_from<0>(stored);
        } catch (detail::UnfitJson const& unfit) {
            throw DecodeError{stored.stream, stored.version, stored.payload.type, unfit.what()};
        }
    }

    /// Whether an alternative is stored under this name.
    [[nodiscard]] bool knows(std::string_view type) const noexcept { return Events::named(type) > 0; }

private:
    template <std::size_t I>
    [[nodiscard]] static Event decode_from(SourcedEvent<EncodedPayload> const& stored) {
        if constexpr (!is_usable || I == Events::count) {
            throw UnknownEventType{stored.stream, stored.version, stored.payload.type};
        } else {
            return stored.payload.type == event_name<std::variant_alternative_t<I, Event>>
                       ? decode_as<I>(stored.payload)
                       : decode_from<I + 1>(stored);
        }
    }

    template <std::size_t I>
    [[nodiscard]] static Event decode_as(EncodedPayload const& payload) {
        using E = std::variant_alternative_t<I, Event>;
        if constexpr (detail::DirectJson<E>) {
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
