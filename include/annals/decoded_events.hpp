// SPDX-License-Identifier: MIT

#ifndef ANNALS_DECODED_EVENTS_HPP
#define ANNALS_DECODED_EVENTS_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/event_range.hpp>
#include <annals/unknown_event.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace annals {

namespace detail {

template <class Range, EventCodec Codec>
class DecodingCursor {
public:
    using value_type = SourcedEvent<typename Codec::event_type>;

    DecodingCursor(Range encoded, Codec codec, UnknownEvents unknown)
        : encoded_{std::move(encoded)}, codec_{std::move(codec)}, unknown_{unknown} {}

    [[nodiscard]] value_type const* next() {
        if constexpr (is_split) {
            if (handed_out_ < several_.size()) {
                return hand_out([this] { return std::move(several_[handed_out_++]); });
            }
        }
        while (advance()) {
            if constexpr (is_split) {
                several_ = codec_.decode(**at_);
                handed_out_ = 0;
                if (!several_.empty()) {
                    return hand_out([this] { return std::move(several_[handed_out_++]); });
                }
            } else {
                return hand_out([this] { return codec_.decode(**at_); });
            }
        }
        return nullptr;
    }

private:
    using Event = typename Codec::event_type;
    using Iterator = decltype(std::declval<Range&>().begin());
    using Decoded = decltype(std::declval<Codec const&>().decode(*std::declval<Iterator&>()));
    static constexpr bool is_split = !std::same_as<Decoded, Event>;

    /// @returns false at the end
    [[nodiscard]] bool advance() {
        if (at_) {
            ++*at_;
        } else {
            at_.emplace(encoded_.begin());
        }
        while (unknown_ == UnknownEvents::skip && *at_ != encoded_.end() && !codec_.knows((*at_)->payload.type)) {
            ++*at_;
        }
        return *at_ != encoded_.end();
    }

    /// @param event  is called for it
    template <class F>
    [[nodiscard]] value_type const* hand_out(F&& event) {
        auto const& from = **at_;
        current_.emplace(
            value_type{from.event_id, from.stream, from.version, from.position, from.timestamp, from.metadata, event()}
        );
        return &*current_;
    }

    Range encoded_;
    Codec codec_;
    UnknownEvents unknown_;
    std::optional<Iterator> at_; // nothing: not begun
    std::vector<Event> several_; // what the event there has become, if it may be several
    std::size_t handed_out_ = 0; // of those
    std::optional<value_type> current_;
};

} // namespace detail

/// A range of encoded events as a range of typed ones, decoded as it is walked.
///
/// One that has become several events is handed out as these, one after the other, in the same envelope; one that has
/// become none is passed over.
///
/// `for (auto const& e : annals::decode_events(store.get_all_events(), annals::JsonCodec<OrderEvent>{}, ...))`
/// @throws DecodeError, UnknownEventType  while it is walked, and whatever the encoded range throws
template <class Range, EventCodec Codec>
[[nodiscard]] auto decode_events(Range encoded, Codec codec, UnknownEvents unknown = UnknownEvents::refuse) {
    return EventRange{detail::DecodingCursor<Range, Codec>{std::move(encoded), std::move(codec), unknown}};
}

} // namespace annals

#endif // ANNALS_DECODED_EVENTS_HPP
