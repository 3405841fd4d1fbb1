// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_SAME_CONTENT_HPP
#define ANNALS_MEMORY_DETAIL_SAME_CONTENT_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/sourced_event.hpp>

#include <concepts>
#include <type_traits>
#include <variant>

namespace annals::detail {

template <class Payload>
[[nodiscard]] bool is_same_payload(Payload const& a, Payload const& b) {
    // A variant claims to have `==` even if an alternative has none, so each is asked on its own.
    if constexpr (is_variant<Payload>) {
        return a.index() == b.index() && dispatch(a, [&b](auto const& alternative) {
                   return is_same_payload(alternative, std::get<std::remove_cvref_t<decltype(alternative)>>(b));
               });
    } else if constexpr (std::equality_comparable<Payload>) {
        return a == b;
    } else {
        return true;
    }
}

template <class Payload>
[[nodiscard]] bool has_same_content(SourcedEvent<Payload> const& stored, NewEvent<Payload> const& sent) {
    return stored.timestamp == sent.timestamp && stored.metadata == sent.metadata &&
           is_same_payload(stored.payload, sent.payload);
}

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_SAME_CONTENT_HPP
