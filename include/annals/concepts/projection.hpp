// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_PROJECTION_HPP
#define ANNALS_CONCEPTS_PROJECTION_HPP

#include <annals/event_facts.hpp>
#include <annals/events_of.hpp>

#include <string>
#include <variant>

namespace annals {

namespace detail {

/// `P` has a handler for events of type `E` that is given `Context`, a transaction or nothing.
template <class P, class E, class... Context>
concept HandlesWith = requires(P& projection, E const& event, EventFacts const& facts, Context&... context) {
    projection.handle(event, facts, context...);
};

template <class P, class E, class... Context>
concept HandlesAnyway = HandlesWith<P, E, Context...> || HandlesWith<P, E> ||
                        requires(P& projection, E const& event) { projection.handle(event); };

/// Whether events without a handler are passed over.
template <class P>
inline constexpr bool takes_subset = false;
template <class P>
    requires requires { P::takes_subset; }
inline constexpr bool takes_subset<P> = P::takes_subset;

template <class P, class Event, class... Context>
inline constexpr bool handles_each = false;
template <class P, class... Es, class... Context>
inline constexpr bool handles_each<P, std::variant<Es...>, Context...> = (... && HandlesAnyway<P, Es, Context...>);

template <class P, class Sources, class... Context>
inline constexpr bool handles_all = false;
template <class P, class... Sources, class... Context>
inline constexpr bool handles_all<P, EventsOf<Sources...>, Context...> =
    (... && handles_each<P, typename EventSource<Sources>::event_type, Context...>);

} // namespace detail

/// The definition of a read model: which events it takes, and what each of them does to it.
///
/// **events** says which: an aggregate, an event variant, or `EventsOf` several of these. **handle** takes each of
/// them as `handle(Event const&)`, as `handle(Event const&, EventFacts const&)` or, where the read model lives in the
/// store's own database, as `handle(Event const&, EventFacts const&, Transaction&)`; with `static constexpr bool
/// takes_subset = true`, some of them. Events of an aggregate whose type is not in its variant stop the projection,
/// unless it has `static constexpr auto unknown_events = UnknownEvents::skip`, or a handler for the `UnknownEvent` of
/// the variant. Handling the same events from the start gives the same read model again. An
/// exception from `handle` says that the event cannot be handled, and reaches whoever runs the projection.
///
/// The same definition is folded on demand (`project`), or run: by a `ProjectionRunner`, or inline by the appends
/// (`InlineProjections`). Then it is a `NamedProjection`.
template <class P, class... Transaction>
concept Projection = requires { typename P::events; } &&
                     (detail::takes_subset<P> || detail::handles_all<P, detail::event_sources_t<P>, Transaction...>);

/// A projection that has a place in a store, under its **name**. It may have besides
/// - **version**, 1 unless it says otherwise: a larger one builds the read model anew, beside the one that is served;
/// - **accepts_truncated**, false unless it says otherwise: whether it may be built of a log in which events of its
///   streams are truncated, see `TruncatableEventStore`; otherwise whoever runs it throws `UsageError`;
/// - `prepare(generation[, transaction])`, called before it handles anything: makes the tables of that generation;
/// - `serve(generation[, transaction])`, called when readers are to be served from that generation.
template <class P, class... Transaction>
concept NamedProjection = Projection<P, Transaction...> && requires { std::string{P::name}; };

} // namespace annals

#endif // ANNALS_CONCEPTS_PROJECTION_HPP
