// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_READ_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_READ_CASES_HPP

#include <annals/sqlite.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/reading.hpp>
#include <tests/benchmark/sqlite/environment.hpp>
#include <tests/benchmark/sqlite/read_by_hand.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace annals_benchmark {

/// Loads of single orders, and the whole log.
[[nodiscard]] inline std::vector<Case> read_cases(Settings const& settings) {
    std::string const path = new_database_in(settings, "read");
    annals::SqliteEventStore store{path};
    store_orders(store, settings);
    auto const by_hand = std::make_shared<SqliteReadByHand>(path);
    std::vector<Case> cases = load_cases(settings, store, by_hand, "sqlite3");
    ReadAndFold const log = [by_hand](std::uint64_t count) {
        Fold fold;
        by_hand->log(count, fold);
        return fold;
    };
    cases.push_back(log_case(settings, store, {{"sqlite3", log}}));
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_READ_CASES_HPP
