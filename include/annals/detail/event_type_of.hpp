// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_EVENT_TYPE_OF_HPP
#define ANNALS_DETAIL_EVENT_TYPE_OF_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/event_name.hpp>

#include <string_view>
#include <type_traits>

namespace annals::detail {

/// The name of the event's type, encoded or not.
template <class Payload>
[[nodiscard]] std::string_view event_type_of(Payload const& payload) {
    if constexpr (std::is_same_v<Payload, EncodedPayload>) {
        return payload.type;
    } else {
        return dispatch(payload, []<class Event>(Event const&) { return std::string_view{event_name<Event>}; });
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_EVENT_TYPE_OF_HPP
