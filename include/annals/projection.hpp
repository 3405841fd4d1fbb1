// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_HPP
#define ANNALS_PROJECTION_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/detail/projection_handlers.hpp>

namespace annals {

/// Folds a store's events into a projection that is not kept: those it names in `events`, in global order.
///
/// The handlers are those without a transaction. One page is in memory at a time.
/// `OrderSummaries summaries; annals::project(store, summaries);`
///
/// @param after  begins behind that position
/// @returns the position of the last event that it took, to go on from; `after` if there was none
/// @throws DecodeError, UnknownEventType  and what the store or a handler throws; the events before it were handled
template <FilteringEventStore Store, class P>
Position project(Store const& store, P& projection, Position after = {}) {
    if constexpr (detail::check_projection<P>()) {
        using Handlers = detail::HandlersOf<P>;
        for (auto const& event : store.read_all(after, all_events, Handlers::filter())) {
            Handlers::take(projection, event, false);
            after = event.position;
        }
    }
    return after;
}

/// The same for the events of one stream, with a version above `after`.
/// @returns the version of the last of them, to go on from; `after` if there was none
template <EventStore Store, class P>
Version project(Store const& store, P& projection, StreamName const& stream, Version after = {}) {
    if constexpr (detail::check_projection<P>()) {
        using Handlers = detail::HandlersOf<P>;
        for (auto const& event : store.get_events(stream, after)) {
            Handlers::take(projection, event, false);
            after = event.version;
        }
    }
    return after;
}

} // namespace annals

#endif // ANNALS_PROJECTION_HPP
