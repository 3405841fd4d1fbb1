// SPDX-License-Identifier: MIT

#ifndef ANNALS_APPEND_HINT_HPP
#define ANNALS_APPEND_HINT_HPP

#include <annals/concepts/event_store.hpp>

#include <chrono>
#include <functional>
#include <thread>

namespace annals {

/// Waits until events may have been appended: called with the longest time to wait, returns early if so.
///
/// Only a hint, so it may miss appends or tell of none. It is called by one thread at a time.
using AppendHint = std::function<void(std::chrono::milliseconds)>;

namespace detail {

/// The hint that the store has to offer; none if it has none. Where its head costs next to nothing, that is watched.
template <class Store>
[[nodiscard]] AppendHint hint_of(Store& store) {
    if constexpr (requires { store.append_hint(); }) {
        return store.append_hint();
    } else if constexpr (requires { store.projection_table(); }) {
        return [&store, seen = Position{}](std::chrono::milliseconds time) mutable {
            auto const until = std::chrono::steady_clock::now() + time;
            while (store.head() == seen && std::chrono::steady_clock::now() < until) {
                std::this_thread::sleep_for(std::chrono::microseconds{500});
            }
            seen = store.head();
        };
    } else {
        return {};
    }
}

} // namespace detail

} // namespace annals

#endif // ANNALS_APPEND_HINT_HPP
