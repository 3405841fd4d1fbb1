// SPDX-License-Identifier: MIT

#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/postgres/server.hpp>

#include <chrono>
#include <future>
#include <string>
#include <thread>

// Who has waited for the lock of a row sees the row as it is now, and everything else as it was before the wait.

using namespace projections;
using namespace std::chrono_literals;
using annals::postgres::Transaction;
using annals_tests::Session;
using annals_tests::shared_conninfo;

namespace {

/// Waits until somebody waits for a row of that table, or for some seconds.
void wait_for_waiter(std::string const& table) {
    Session session{shared_conninfo()};
    std::string const waiters =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%" + table +
        "%FOR UPDATE' AND pid <> pg_backend_pid()";
    for (int i = 0; i < 5'000 && session.run(waiters) == "0"; ++i) {
        std::this_thread::sleep_for(1ms);
    }
}

} // namespace

TEST_CASE("postgres: a projection's row that was waited for may be at an event that is newer than the wait") {
    PostgresPlace const place;
    auto store = place.store();
    bank::deposit(store, 3);
    annals::ProjectionRunner{store, bank::Totals{place.tables()}}.catch_up();

    std::promise<void> is_moved;
    std::thread other{[&] {
        store.transact([&](Transaction& transaction) {
            auto const position = bank::deposit(transaction, 1).position.first();
            transaction.run(
                "UPDATE " + place.tables() + "projections SET position = $1, event_id = (SELECT event_id::text FROM " +
                    place.tables() + "events WHERE position = $1)",
                position
            );
            is_moved.set_value();
            wait_for_waiter(place.tables() + "projections");
        });
    }};
    is_moved.get_future().wait();
    store.transact([&](Transaction& transaction) {
        annals::detail::SqlProjectionRows rows{transaction};
        auto const row = rows.lock({"totals", 1, 0});
        REQUIRE(row);
        CHECK(row->position == annals::Position{4});
        CHECK(rows.event_id_at(row->position) == row->event_id);
        CHECK(rows.event_id_at(annals::Position{5}) == std::nullopt);
    });
    other.join();
}
