// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PROJECTION_ACCESS_HPP
#define ANNALS_DETAIL_PROJECTION_ACCESS_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/detail/sql_projection_rows.hpp>

#include <optional>
#include <utility>

namespace annals::detail {

/// A store with tables of its own, in whose transactions read models can be written.
template <class Store>
concept SqlStore = requires { typename Store::transaction_type; };

/// Calls `work(rows)`, or `work(rows, transaction)` if the store has transactions, and keeps what it has done to the
/// rows (and in the transaction) if it returns.
template <class Store, class Work>
auto with_projection_rows(Store& store, Work&& work) {
    if constexpr (SqlStore<Store>) {
        return store.transact([&](typename Store::transaction_type& transaction) {
            SqlProjectionRows rows{transaction};
            return work(rows, transaction);
        });
    } else {
        return store.projection_table().transact(std::forward<Work>(work));
    }
}

/// Calls `work(rows)` to read them.
template <class Store, class Work>
auto read_projection_rows(Store& store, Work&& work) {
    if constexpr (SqlStore<Store>) {
        return store.read([&](auto& transaction) {
            SqlProjectionRows rows{transaction};
            return work(rows);
        });
    } else {
        return store.projection_table().transact(std::forward<Work>(work));
    }
}

/// The id of the event at that position, if there is one.
template <class Store, class Rows>
[[nodiscard]] std::optional<EventId> event_id_at(Store& store, Rows& rows, Position position) {
    if constexpr (SqlStore<Store>) {
        return rows.event_id_at(position);
    } else {
        for (auto const& event : store.read_all(Position{position.first() - 1}, 1)) {
            return event.position == position ? std::optional{event.event_id} : std::nullopt;
        }
        return std::nullopt;
    }
}

/// Whether the event that was there is there still, truncated or not: not so if the store is another one by now.
template <class Store, class Rows>
[[nodiscard]] bool is_still_there(Store& store, Rows& rows, Position position, EventId const& id) {
    if constexpr (SqlStore<Store>) {
        return event_id_at(store, rows, position) == id;
    } else {
        return true; // its rows live and go with its events
    }
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_PROJECTION_ACCESS_HPP
