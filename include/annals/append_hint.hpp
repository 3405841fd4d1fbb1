// SPDX-License-Identifier: MIT

#ifndef ANNALS_APPEND_HINT_HPP
#define ANNALS_APPEND_HINT_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/detail/this_thread.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace annals {

/// Waits for appends: called with the longest time to wait, returns true as soon as events may have been appended, and
/// false when the time is over.
///
/// Only a hint, so it may miss appends or tell of none. It is called by one thread at a time.
using AppendHint = std::function<bool(std::chrono::milliseconds)>;

namespace detail {

/// The hint that the store has to offer; none if it has none. Where its head costs next to nothing, that is watched.
template <class Store>
[[nodiscard]] AppendHint hint_of(Store& store) {
    if constexpr (requires { store.append_hint(); }) {
        return store.append_hint();
    } else if constexpr (requires { store.append_listener(); }) {
        if (auto const listener = store.append_listener()) {
            return [listener](std::chrono::milliseconds time) { return listener->wait(time); };
        }
        return {};
    } else if constexpr (requires { store.projection_table(); }) {
        return [&store, seen = Position{}](std::chrono::milliseconds time) mutable {
            auto const until = std::chrono::steady_clock::now() + time;
            while (store.head() == seen && std::chrono::steady_clock::now() < until) {
                sleep_for(std::chrono::microseconds{500});
            }
            return std::exchange(seen, store.head()) != seen;
        };
    } else {
        return {};
    }
}

} // namespace detail

} // namespace annals

#endif // ANNALS_APPEND_HINT_HPP
