// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PROJECTION_HANDLERS_HPP
#define ANNALS_DETAIL_PROJECTION_HANDLERS_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/concepts/projection.hpp>
#include <annals/detail/decoded.hpp>
#include <annals/detail/dispatch.hpp>
#include <annals/detail/repository_parts.hpp>
#include <annals/event_facts.hpp>
#include <annals/event_filter.hpp>
#include <annals/events_of.hpp>
#include <annals/unknown_event.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace annals::detail {

/// Calls the handler of `projection` that takes most: event, facts and transaction; event and facts; or the event.
template <class P, class E, class... Context>
void call_handler(P& projection, E const& event, EventFacts const& facts, Context&... context) {
    if constexpr (HandlesWith<P, E, Context...>) {
        projection.handle(event, facts, context...);
    } else if constexpr (HandlesWith<P, E>) {
        projection.handle(event, facts);
    } else if constexpr (HandlesAnyway<P, E>) {
        projection.handle(event);
    }
}

/// Whether events of its aggregates whose type is not known are passed over.
template <class P>
inline constexpr bool skips_unknown = false;
template <class P>
    requires requires { P::unknown_events; }
inline constexpr bool skips_unknown<P> = P::unknown_events == UnknownEvents::skip;

/// A variant whose codec can say under which names an `E` may be stored.
template <class Event, class E>
concept NamesEvents = HasDefaultCodec<Event> && requires { DefaultEventCodec<Event>::type::template names_of<E>(); };

/// Named in the compiler's message together with both types.
template <class P, class Event, bool Handled>
struct RequireHandler {
    static_assert(
        Handled,
        "annals: this projection has no handler for one of its events: add `void handle(Event const&, "
        "annals::EventFacts const&)`, or say `static constexpr bool takes_subset = true;`"
    );
    static constexpr bool value = Handled;
};

/// What is known of the events of one source when a projection of type `P` reads them.
template <class P, class Source, class... Context>
struct SourceHandlers {
    using Event = typename EventSource<Source>::event_type;
    static constexpr std::string_view category = EventSource<Source>::category;

    template <class E>
    static constexpr bool handles = HandlesAnyway<P, E, Context...>;

    template <class... Es>
    static consteval bool check(std::variant<Es...> const*) {
        if constexpr (takes_subset<P>) {
            return true;
        } else {
            return (... && RequireHandler<P, Es, handles<Es>>::value);
        }
    }
    static constexpr bool is_complete = check(static_cast<Event const*>(nullptr));

    /// The names of stored events that may be an `E`.
    template <class E>
    static std::vector<std::string> names_of() {
        if constexpr (NamesEvents<Event, E>) {
            return DefaultEventCodec<Event>::type::template names_of<E>();
        } else {
            return {std::string{event_name<E>}};
        }
    }

    static bool holds(std::vector<std::string> const& names, std::string_view name) {
        bool found = false;
        for (std::string const& one : names) {
            found = found || one == name;
        }
        return found;
    }

    /// The names of events that have a handler, or of those that have none; each once, without those in `known`.
    template <bool Handled, class... Es>
    static std::vector<std::string> names(std::variant<Es...> const*, std::vector<std::string> const& known) {
        std::vector<std::string> all;
        auto const add = [&]<class E>(E const*) {
            if constexpr (handles<E> == Handled) {
                for (std::string& name : names_of<E>()) {
                    if (!holds(all, name) && !holds(known, name)) {
                        all.push_back(std::move(name));
                    }
                }
            }
        };
        (..., add(static_cast<Es const*>(nullptr)));
        return all;
    }

    static EventFilter filter() {
        constexpr Event const* none = nullptr;
        std::vector<std::string> const handled = names<true>(none, {});
        if constexpr (!category.empty()) {
            // Events of the category that are not known here are not left out: they stop the projection.
            return EventFilter::category_without(std::string{category}, names<false>(none, handled));
        } else if constexpr (count_in<UnknownEvent, Event> > 0 && handles<UnknownEvent>) {
            return {};
        } else {
            return EventFilter::types(handled);
        }
    }

    /// Hands a stored event to its handler if it is of this source.
    /// @returns whether it is
    template <class Payload>
    static bool take(P& projection, SourcedEvent<Payload> const& stored, EventFacts const& facts, Context&... context) {
        constexpr bool has_codec = std::same_as<Payload, EncodedPayload> && HasDefaultCodec<Event>;
        auto const hand_over = [&](Event const& event) {
            dispatch(event, [&](auto const& alternative) { call_handler(projection, alternative, facts, context...); });
        };
        if (!category.empty() && stored.aggregate_type() != category) {
            return false;
        }
        if constexpr (std::same_as<Payload, Event>) {
            hand_over(stored.payload);
            return true;
        } else if constexpr (has_codec) {
            typename DefaultEventCodec<Event>::type const codec{};
            if ((category.empty() || skips_unknown<P>) && !codec.knows(stored.payload.type)) {
                return false;
            }
            for_each_decoded<Event>(codec.decode(stored), hand_over);
            return true;
        } else {
            static_assert(
                has_codec,
                "annals: this store does not keep the projection's event variant itself: include <annals/json.hpp>"
            );
            return false;
        }
    }
};

/// All handlers of a projection. `Context` is the transaction that they may take, or nothing.
template <class P, class Sources, class... Context>
struct ProjectionHandlers;

template <class P, class... Sources, class... Context>
struct ProjectionHandlers<P, EventsOf<Sources...>, Context...> {
    static constexpr bool is_complete = (... && SourceHandlers<P, Sources, Context...>::is_complete);

    /// Whether any of them takes the transaction.
    template <class... Es>
    static consteval bool any_takes_context(std::variant<Es...> const*) {
        return sizeof...(Context) > 0 && (... || HandlesWith<P, Es, Context...>);
    }
    static constexpr bool is_transactional =
        (... || any_takes_context(static_cast<typename EventSource<Sources>::event_type const*>(nullptr)));

    static EventFilter filter() { return (... | SourceHandlers<P, Sources, Context...>::filter()); }

    /// @throws DecodeError, UnknownEventType  and what the handler throws
    template <class Payload>
    static void take(P& projection, SourcedEvent<Payload> const& stored, bool is_live, Context&... context) {
        EventFacts const facts{stored, is_live};
        static_cast<void>((... || SourceHandlers<P, Sources, Context...>::take(projection, stored, facts, context...)));
    }
};

template <class P, class... Context>
using HandlersOf = ProjectionHandlers<P, event_sources_t<P>, Context...>;

/// One sentence for what a projection lacks, instead of what the compiler would say further down.
template <class P, class... Context>
consteval bool check_projection() {
    constexpr bool names_events = requires { typename P::events; };
    static_assert(
        names_events,
        "annals: this is not a projection: say which events it takes, `using events = ...;` an aggregate, an event "
        "variant, or annals::EventsOf several"
    );
    if constexpr (names_events && !Projection<P, Context...>) {
        static_assert(HandlersOf<P, Context...>::is_complete); // names the event
    }
    return Projection<P, Context...>;
}

/// @see check_projection
template <class P, class... Context>
consteval bool check_named_projection() {
    constexpr bool is_projection = check_projection<P, Context...>();
    static_assert(
        !is_projection || NamedProjection<P, Context...>,
        "annals: a projection that is run needs a name: `static constexpr std::string_view name = \"...\";`"
    );
    return NamedProjection<P, Context...>;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_PROJECTION_HANDLERS_HPP
