// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_PLACES_HPP
#define ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_PLACES_HPP

#include <annals/postgres.hpp>
#include <annals/sqlite.hpp>
#include <tests/integration/projections/support/bank.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace projections {

/// A new file for the stores of one test.
class SqlitePlace {
public:
    [[nodiscard]] annals::SqliteEventStore store() const { return annals::SqliteEventStore{path()}; }
    [[nodiscard]] std::string path() const { return directory_.file("events.db"); }
    /// What stands before the name of a table.
    [[nodiscard]] std::string tables() const { return ""; }
    /// Makes the events up to that position the whole history.
    [[nodiscard]] static std::vector<std::string> losing_tail(std::int64_t after) {
        std::string const last = std::to_string(after);
        return {
            "DROP TRIGGER IF EXISTS events_refuse_delete",
            "DELETE FROM events WHERE position > " + last,
            "UPDATE sqlite_sequence SET seq = " + last + " WHERE name = 'events'"
        };
    }

private:
    reliability::TempDirectory directory_;
};

/// A new schema for the stores of one test.
class PostgresPlace {
public:
    [[nodiscard]] annals::PostgresEventStore store() const { return schema_.store(); }
    [[nodiscard]] std::string tables() const { return schema_.sql("@."); }
    [[nodiscard]] std::vector<std::string> losing_tail(std::int64_t after) const {
        return {
            schema_.sql("ALTER TABLE @.events DISABLE TRIGGER USER"),
            schema_.sql("DELETE FROM @.events WHERE position > " + std::to_string(after))
        };
    }

private:
    reliability::TestSchema schema_;
};

/// The first column of the first row; -1 if there is none.
template <class Store>
[[nodiscard]] std::int64_t number(Store& store, std::string const& sql) {
    return store.transact([&](typename Store::transaction_type& transaction) {
        auto rows = transaction.query(sql);
        return rows.next() ? rows.integer(0) : std::int64_t{-1};
    });
}

template <class Store>
void run(Store& store, std::string const& sql) {
    store.transact([&](typename Store::transaction_type& transaction) { transaction.run(sql); });
}

/// What a generation of `Totals` holds.
template <class Place, class Store>
[[nodiscard]] bank::Lines lines(Place const& place, Store& store, std::int64_t generation = 1) {
    return store.transact([&](typename Store::transaction_type& transaction) {
        bank::Lines all;
        auto rows = transaction.query(
            "SELECT id, total, events, version FROM " + place.tables() + "totals_" + std::to_string(generation)
        );
        while (rows.next()) {
            all[std::string{rows.text(0)}] = {rows.integer(1), rows.integer(2), rows.integer(3)};
        }
        return all;
    });
}

} // namespace projections

#endif // ANNALS_TESTS_INTEGRATION_PROJECTIONS_SUPPORT_PLACES_HPP
