// SPDX-License-Identifier: MIT

#ifndef ANNALS_DECODED_EVENTS_HPP
#define ANNALS_DECODED_EVENTS_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/event_range.hpp>
#include <annals/unknown_event.hpp>

#include <optional>
#include <utility>

namespace annals {

namespace detail {

template <class Range, EventCodec Codec>
class DecodingCursor {
public:
    using value_type = SourcedEvent<typename Codec::event_type>;

    DecodingCursor(Range encoded, Codec codec, UnknownEvents unknown)
        : encoded_{std::move(encoded)}, codec_{std::move(codec)}, unknown_{unknown} {}

    [[nodiscard]] value_type const* next() {
        if (at_) {
            ++*at_;
        } else {
            at_.emplace(encoded_.begin());
        }
        while (unknown_ == UnknownEvents::skip && *at_ != encoded_.end() && !codec_.knows((*at_)->payload.type)) {
            ++*at_;
        }
        if (*at_ == encoded_.end()) {
            return nullptr;
        }
        auto const& from = **at_;
        current_.emplace(value_type{
            from.event_id, from.stream, from.version, from.position, from.timestamp, from.metadata, codec_.decode(from)
        });
        return &*current_;
    }

private:
    Range encoded_;
    Codec codec_;
    UnknownEvents unknown_;
    std::optional<decltype(std::declval<Range&>().begin())> at_; // nothing: not begun
    std::optional<value_type> current_;
};

} // namespace detail

/// A range of encoded events as a range of typed ones, decoded as it is walked.
///
/// `for (auto const& e : annals::decode_events(store.get_all_events(), annals::JsonCodec<OrderEvent>{}, ...))`
/// @throws DecodeError, UnknownEventType  while it is walked, and whatever the encoded range throws
template <class Range, EventCodec Codec>
[[nodiscard]] auto decode_events(Range encoded, Codec codec, UnknownEvents unknown = UnknownEvents::refuse) {
    return EventRange{detail::DecodingCursor<Range, Codec>{std::move(encoded), std::move(codec), unknown}};
}

} // namespace annals

#endif // ANNALS_DECODED_EVENTS_HPP
