// SPDX-License-Identifier: MIT

#ifndef ORDERS_STORES_HPP
#define ORDERS_STORES_HPP

#include "order.hpp"
#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/postgres.hpp>
#include <annals/sqlite.hpp>

#include <utility>

namespace orders {

// Every subcommand is a function template over these three.

using MemoryStore = annals::InMemoryEventStore<OrderEvent>;
using SqliteStore = annals::SqliteEventStore;
using PostgresStore = annals::PostgresEventStore;

/// The repository of orders in a store, which must outlive it. Snapshots spare the replay of all but the last 100
/// events; an order of thousands of lines has none, as it would be larger than stores take.
/// @param context  what the events are stamped with
template <class Store>
[[nodiscard]] auto orders_in(Store& store, annals::EventContext context = {}) {
    auto const is_small = [](annals::SnapshotFacts const& facts) { return facts.now < annals::Version{5'000}; };
    return annals::repository_for<Order>(
        store,
        annals::EveryNEvents{100} && annals::SnapshotWhen{is_small},
        annals::RepositoryOptions{{}, std::move(context)}
    );
}

} // namespace orders

#endif // ORDERS_STORES_HPP
