// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_TYPED_STREAMS_HPP
#define ANNALS_DETAIL_TYPED_STREAMS_HPP

#include <annals/decoded_events.hpp>
#include <annals/detail/closing_event.hpp>
#include <annals/detail/repository_parts.hpp>
#include <annals/stream_error.hpp>

#include <concepts>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::detail {

/// The streams of a store as the histories of aggregates: what the codec between their events does, if there is one.
template <AggregateRoot A, EventStore Store, class Codec>
class TypedStreams {
public:
    using id_type = typename A::id_type;
    using event_type = typename A::event_type;

    TypedStreams(Store& store, Codec codec) : store_{&store}, codec_{std::move(codec)} {}

    [[nodiscard]] Store& store() const noexcept { return *store_; }

    [[nodiscard]] static StreamName name_of(id_type const& id) {
        return StreamName{std::string{aggregate_type<A>}, id_text(id)};
    }

    /// The events of a stream with a version above `after`, decoded as they are walked.
    [[nodiscard]] auto
    get_events(StreamName const& stream, Version after, UnknownEvents unknown = UnknownEvents::refuse) const {
        if constexpr (keeps_variant) {
            return std::as_const(*store_).get_events(stream, after);
        } else {
            return decode_events(std::as_const(*store_).get_events(stream, after), codec_, unknown);
        }
    }

    /// @param event    as the store hands it out
    /// @param unknown  if it is skipped, the aggregate moves on to its version
    /// @throws StreamTruncated  if the stream begins with an event that no history may begin with
    template <class Stored>
    void replay(A& aggregate, Stored const& event, UnknownEvents unknown = UnknownEvents::refuse) const {
        if (aggregate.version() == Version{}) {
            require_beginning(event, unknown);
        }
        if constexpr (keeps_variant) {
            aggregate.replay(event.version, event.payload);
        } else if (is_skipped(event, unknown)) {
            aggregate.replay(event.version, std::vector<event_type>{});
        } else {
            aggregate.replay(event.version, codec_.decode(event));
        }
    }

    /// Events as the store takes them: a span, or a vector of copies.
    [[nodiscard]] auto encoded(std::span<NewEvent<event_type> const> raised) const {
        if constexpr (keeps_variant) {
            return raised;
        } else {
            std::vector<NewEvent<EncodedPayload>> events;
            events.reserve(raised.size());
            for (auto const& event : raised) {
                events.push_back({event.event_id, event.timestamp, event.metadata, codec_.encode(event.payload)});
            }
            return events;
        }
    }

private:
    static constexpr bool keeps_variant = std::same_as<Codec, NoCodec>;

    template <class Stored>
    [[nodiscard]] bool is_skipped(Stored const& event, UnknownEvents unknown) const {
        return unknown == UnknownEvents::skip && !codec_.knows(event.payload.type);
    }

    /// Of the first event that is left. An aggregate does not know its stream, and finds only the other holes.
    template <class Stored>
    void require_beginning(Stored const& event, UnknownEvents unknown) const {
        if (event.version > Version{1}) {
            bool may_begin = false;
            if constexpr (keeps_variant) {
                may_begin = closes_books(event.payload);
            } else {
                may_begin = !is_skipped(event, unknown) && closes_books(codec_.decode(event));
            }
            if (!may_begin) {
                throw StreamTruncated{event.stream, event.version};
            }
        }
    }

    Store* store_;
    Codec codec_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_TYPED_STREAMS_HPP
