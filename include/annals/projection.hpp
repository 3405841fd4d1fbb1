// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_HPP
#define ANNALS_PROJECTION_HPP

#include <annals/concepts/checkpoint_store.hpp>
#include <annals/concepts/projection.hpp>
#include <annals/decoded_events.hpp>
#include <annals/detail/projection_handlers.hpp>
#include <annals/detail/repository_parts.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace annals {

namespace detail {

/// Hands the events of `Event` among `stored` to the projection, in order; tells of each event, also of the others.
template <class Event, class Stored, class P, class Passed>
void hand_over(Stored stored, P& projection, Passed&& passed) {
    for (auto const& event : stored) {
        using Payload = std::remove_cvref_t<decltype(event.payload)>;
        constexpr bool has_codec = std::same_as<Payload, EncodedPayload> && HasDefaultCodec<Event>;
        static_assert(
            std::same_as<Payload, Event> || has_codec,
            "annals: this store does not keep the projection's event variant itself: include <annals/json.hpp>"
        );
        if constexpr (std::same_as<Payload, Event>) {
            projection.handle(event);
        } else if constexpr (has_codec) {
            typename DefaultEventCodec<Event>::type const codec{};
            if (codec.knows(event.payload.type)) {
                projection.handle(SourcedEvent<Event>{
                    event.event_id,
                    event.stream,
                    event.version,
                    event.position,
                    event.timestamp,
                    event.metadata,
                    codec.decode(event)
                });
            }
        }
        passed(event);
    }
}

} // namespace detail

/// Folds a store's events into a projection: hands it every event of `Event` after `after`, in global order.
///
/// Events of other aggregates, whose types `Event` does not name, are passed over. One page is in memory at a time.
/// `annals::project<OrderEvent>(store, summary);`
///
/// @returns the position of the last event seen, to go on from; `after` if there was none
/// @throws DecodeError  and what the store or `projection.handle` throws; the events before it have been handled
template <class Event, EventStore Store, Projection<Event> P>
Position project(Store const& store, P& projection, Position after = {}) {
    detail::hand_over<Event>(store.read_all(after), projection, [&](auto const& event) { after = event.position; });
    return after;
}

/// Folds a store's events into a projection that is not kept: those it names in `events`, in global order.
///
/// The handlers are those without a transaction. One page is in memory at a time.
/// `OrderSummaries summaries; annals::project(store, summaries);`
///
/// @param after  begins behind that position
/// @throws DecodeError, UnknownEventType  and what the store or a handler throws; the events before it were handled
template <class Store, class P>
    requires requires { typename P::events; }
void project(Store const& store, P& projection, Position after = {}) {
    using Handlers = detail::ProjectionHandlers<P, detail::event_sources_t<P>>;
    static_assert(Handlers::is_complete);
    for (auto const& event : store.read_all(after, all_events, Handlers::filter())) {
        Handlers::take(projection, event, false);
    }
}

/// The same for the events of one stream, with a version above `after`.
template <class Store, class P>
    requires requires { typename P::events; }
void project(Store const& store, P& projection, StreamName const& stream, Version after = {}) {
    using Handlers = detail::ProjectionHandlers<P, detail::event_sources_t<P>>;
    static_assert(Handlers::is_complete);
    for (auto const& event : store.get_events(stream, after)) {
        Handlers::take(projection, event, false);
    }
}

/// Brings a projection up to date from its checkpoint, `batch` events at a time, and moves the checkpoint after each.
///
/// For a read model outside of the store's database. At least once: what was handled since the last checkpoint is
/// handled again after a crash. `annals::sqlite::project` does it exactly once for a read model in the same file.
///
/// @returns the checkpoint now; nothing if there are no events yet
/// @throws UsageError  if `batch` is 0
/// @throws FencedOut  if another runner has moved the checkpoint meanwhile
/// @throws DecodeError  and what the stores or `projection.handle` throw; the checkpoint stands before that batch
template <class Event, EventStore Store, Projection<Event> P, CheckpointStore Checkpoints>
std::optional<Checkpoint>
project(Store const& store, P& projection, Checkpoints& checkpoints, std::string_view name, std::size_t batch = 500) {
    if (batch == 0) {
        throw UsageError{"annals: a projection needs batches of at least one event"};
    }
    std::optional<Checkpoint> from = checkpoints.load(name);
    while (true) {
        Checkpoint to = from.value_or(Checkpoint{});
        std::size_t count = 0;
        detail::hand_over<Event>(store.read_all(to.position, batch), projection, [&](auto const& event) {
            to.position = event.position;
            to.event_id = event.event_id;
            ++count;
        });
        if (count == 0) {
            return from;
        }
        checkpoints.advance(name, from, to);
        from = to;
    }
}

} // namespace annals

#endif // ANNALS_PROJECTION_HPP
