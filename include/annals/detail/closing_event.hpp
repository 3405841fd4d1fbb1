// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CLOSING_EVENT_HPP
#define ANNALS_DETAIL_CLOSING_EVENT_HPP

#include <annals/detail/dispatch.hpp>

#include <vector>

namespace annals::detail {

/// An event that says all that came of those before it: its handler sets the whole state. A history may begin with it.
template <class E>
concept ClosingEvent = requires { requires E::closes_books; };

template <class Event>
[[nodiscard]] bool closes_books(Event const& event) {
    if constexpr (is_variant<Event>) {
        return dispatch(event, []<class E>(E const&) { return ClosingEvent<E>; });
    } else {
        return false;
    }
}

/// The same of what one stored event has become.
template <class Event>
[[nodiscard]] bool closes_books(std::vector<Event> const& events) {
    return !events.empty() && closes_books(events.front());
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_CLOSING_EVENT_HPP
