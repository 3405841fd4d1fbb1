// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_PROJECTIONS_SUPPORT_NAIVE_HPP
#define ANNALS_TESTS_RELIABILITY_PROJECTIONS_SUPPORT_NAIVE_HPP

#include <annals/annals.hpp>
#include <annals/detail/log_page.hpp>
#include <annals/detail/projection_consumer.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace reliability {

/// Where a hand-written runner keeps its place.
template <class Place, class Store>
void make_naive_place(Place const& place, Store& store) {
    projections::run(store, "CREATE TABLE IF NOT EXISTS " + place.tables() + "naive (position BIGINT NOT NULL)");
    projections::run(
        store,
        "INSERT INTO " + place.tables() + "naive SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM " + place.tables() + "naive)"
    );
}

enum class Mistake : std::uint8_t {
    checkpoint_later, ///< the effects in one transaction, its place in the next
    unclaimed         ///< both in one, but nobody looks whether another was there first
};

/// Broken: brings a projection up to date as one does before one has thought about it.
template <class Place, class Store, class P>
void run_naive(Place const& place, Store& store, P projection, Mistake mistake, std::size_t batch) {
    using Transaction = typename Store::transaction_type;
    annals::detail::ProjectionConsumer<Store, std::reference_wrapper<P>> consumer{std::ref(projection)};
    store.transact([&](Transaction& transaction) { consumer.prepare(1, transaction); });
    while (true) {
        annals::Position const from{projections::number(store, "SELECT position FROM " + place.tables() + "naive")};
        auto const page = annals::detail::read_page(store, from, consumer.filter(), {.batch = batch});
        if (page.events.empty()) {
            return;
        }
        std::string const note =
            "UPDATE " + place.tables() + "naive SET position = " + std::to_string(page.end.first());
        store.transact([&](Transaction& transaction) {
            for (auto const& event : page.events) {
                consumer.handle_one(event, true, transaction);
            }
            if (mistake == Mistake::unclaimed) {
                transaction.run(note);
            }
        });
        if (mistake == Mistake::checkpoint_later) {
            projections::run(store, note);
        }
    }
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_PROJECTIONS_SUPPORT_NAIVE_HPP
