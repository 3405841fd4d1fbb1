// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_READ_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_READ_CASES_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/postgres/read_by_hand.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/reading.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace annals_benchmark {

/// Loads of single orders, and the whole log.
[[nodiscard]] inline std::vector<Case> read_cases(Settings const& settings) {
    annals::PostgresEventStore const store{settings.place, {.schema = read_schema}};
    auto const by_hand = std::make_shared<ReadByHand>(settings.place, read_schema);
    std::string const pages = "libpq, pages of 1,000";
    std::vector<Case> cases = load_cases(settings, store, by_hand, pages);
    ReadAndFold const log = [by_hand](std::uint64_t count) {
        Fold fold;
        by_hand->log(count, fold);
        return fold;
    };
    ReadAndFold const log_ahead = [by_hand](std::uint64_t count) {
        Fold fold;
        by_hand->log_ahead(count, fold);
        return fold;
    };
    cases.push_back(log_case(settings, store, {{pages, log}, {"libpq, the next page asked for ahead", log_ahead}}));
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_READ_CASES_HPP
