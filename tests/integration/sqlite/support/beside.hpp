// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_BESIDE_HPP
#define ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_BESIDE_HPP

#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace integration {

using annals::sqlite::Transaction;
using Events = std::vector<annals::NewEvent<annals::EncodedPayload>>;

[[nodiscard]] inline Events make_events(int count) {
    Events events;
    for (int n = 1; n <= count; ++n) {
        events.push_back(addition(n));
    }
    return events;
}

/// A store with a table of ours beside its own.
struct Beside {
    reliability::TempDirectory directory;
    annals::SqliteEventStore store{directory.file("events.db")};
    annals::StreamName stream = counter_stream("a");

    Beside() {
        store.transact([](Transaction& transaction) {
            transaction.execute("CREATE TABLE parcels (id TEXT PRIMARY KEY, weight REAL)");
        });
    }

    [[nodiscard]] std::int64_t rows() {
        return store.transact([](Transaction& transaction) {
            auto rows = transaction.query("SELECT count(*) FROM parcels");
            return rows.next() ? rows.integer(0) : -1;
        });
    }
    static void insert(Transaction& transaction, std::string_view id) {
        CHECK(transaction.run("INSERT INTO parcels VALUES (?1, ?2)", id, 1.5) == 1);
    }
};

} // namespace integration

#endif // ANNALS_TESTS_INTEGRATION_SQLITE_SUPPORT_BESIDE_HPP
