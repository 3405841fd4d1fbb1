// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENTS_OF_HPP
#define ANNALS_EVENTS_OF_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/event_name.hpp>

#include <string_view>
#include <variant>

namespace annals {

/// Says which events a projection takes: `using events = annals::EventsOf<Order, Payment>;`
///
/// Each of `Sources` is an aggregate, for all the events in streams of its type, or an event variant, for the events
/// of these types in any stream. One alone can do without `EventsOf`: `using events = Order;`
template <class... Sources>
struct EventsOf {
    static_assert(sizeof...(Sources) > 0, "annals: name the aggregates or event variants that the projection takes");
};

namespace detail {

/// A variant, whatever the streams.
template <class Source>
struct EventSource {
    static_assert(
        is_variant<Source>, "annals: a projection's `events` are aggregates or event variants, or EventsOf several"
    );
    using event_type = Source;
    static constexpr std::string_view category{};
};

template <class Source>
    requires requires { typename Source::event_type; }
struct EventSource<Source> {
    using event_type = typename Source::event_type;
    static constexpr std::string_view category = aggregate_type<Source>;
};

template <class Events>
struct EventSources {
    using type = EventsOf<Events>;
};
template <class... Sources>
struct EventSources<EventsOf<Sources...>> {
    using type = EventsOf<Sources...>;
};

/// The `events` of a projection, as a list.
template <class P>
using event_sources_t = typename EventSources<typename P::events>::type;

} // namespace detail

} // namespace annals

#endif // ANNALS_EVENTS_OF_HPP
