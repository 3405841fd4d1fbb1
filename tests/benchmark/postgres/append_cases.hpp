// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_CASES_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/appending.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/postgres/append_by_hand.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/program.hpp>

#include <array>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// Appends of one and of ten events, by one client and by eight. Each way has tables of its own, stored full alike.
[[nodiscard]] inline std::vector<Case> append_cases(Settings const& settings) {
    struct ByHand {
        char const* name;
        char const* schema;
        Care care;
    };
    constexpr std::array<ByHand, 3> by_hand{{
        {"libpq, version check", "bench_check", Care::check},
        {"libpq, UNIQUE only (the limit)", "bench_limit", Care::none},
        {"libpq, the same two locks", "bench_locks", Care::protect},
    }};
    auto const admin = std::make_shared<Client>(settings.place);
    make_schema(*admin, "bench_annals", settings.preloaded);
    for (ByHand const& way : by_hand) {
        make_schema(*admin, way.schema, settings.preloaded);
    }
    annals::postgres::Options const options{.schema = "bench_annals"};
    annals::PostgresEventStore store{settings.place, options};

    std::vector<Case> cases;
    for (AppendShape const shape : append_shapes) {
        // So that each run pays for the first change of a page.
        Case work{name_of(shape), "commits", {}, [admin] { admin->run("CHECKPOINT"); }};
        auto const add = [&](char const* name, std::function<AppendOrder()> const& make) {
            work.ways.push_back(append_way(name, settings.seconds, shape, make, log_length(admin)));
        };
        add("annals", [&] { return append_to(store); });
        for (ByHand const& way : by_hand) {
            add(way.name,
                [&] { return append_with(std::make_shared<AppendByHand>(settings.place, way.schema, way.care)); });
        }
        cases.push_back(std::move(work));
    }
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_CASES_HPP
