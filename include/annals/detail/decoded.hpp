// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_DECODED_HPP
#define ANNALS_DETAIL_DECODED_HPP

#include <concepts>
#include <vector>

namespace annals::detail {

/// Calls `f` with each event that a codec has made of one stored event.
template <class Event, class Decoded, class F>
void for_each_decoded(Decoded const& decoded, F&& f) {
    if constexpr (std::same_as<Decoded, std::vector<Event>>) {
        for (Event const& event : decoded) {
            f(event);
        }
    } else {
        f(decoded);
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_DECODED_HPP
