// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_DISPATCH_HPP
#define ANNALS_DETAIL_DISPATCH_HPP

#include <annals/error.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

namespace annals::detail {

template <class T>
inline constexpr bool is_variant = false;
template <class... Ts>
inline constexpr bool is_variant<std::variant<Ts...>> = true;

template <class T, class Variant>
inline constexpr std::size_t count_in = 0;
template <class T, class... Ts>
inline constexpr std::size_t count_in<T, std::variant<Ts...>> = (std::size_t{std::is_same_v<T, Ts>} + ... + 0);

template <class Variant>
inline constexpr bool has_distinct_types = false;
template <class... Ts>
inline constexpr bool has_distinct_types<std::variant<Ts...>> = ((count_in<Ts, std::variant<Ts...>> == 1) && ...);

/// Calls `f` with the alternative that `variant` holds.
///
/// `std::visit` of libstdc++ 12 goes through a table of functions from 12 alternatives on; this is a chain of
/// comparisons that compilers turn into a jump table, whatever the number.
template <std::size_t I = 0, class Variant, class F>
constexpr decltype(auto) dispatch(Variant const& variant, F&& f) {
    if constexpr (I + 1 < std::variant_size_v<Variant>) {
        if (variant.index() != I) {
            return dispatch<I + 1>(variant, std::forward<F>(f));
        }
    } else if (variant.index() != I) {
        throw UsageError{"annals: an event variant is valueless (an assignment to it threw)"};
    }
    return std::forward<F>(f)(*std::get_if<I>(&variant));
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_DISPATCH_HPP
