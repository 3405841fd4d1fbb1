// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_PROJECTION_HPP
#define ANNALS_CONCEPTS_PROJECTION_HPP

#include <annals/sourced_event.hpp>

namespace annals {

/// Builds a read model: takes events one by one, in the store's order.
///
/// Handling the same events from the start gives the same read model again. An exception thrown by `handle` stops
/// the run and reaches whoever runs the projection.
template <class P, class Event>
concept Projection = requires(P& projection, SourcedEvent<Event> const& event) { projection.handle(event); };

} // namespace annals

#endif // ANNALS_CONCEPTS_PROJECTION_HPP
