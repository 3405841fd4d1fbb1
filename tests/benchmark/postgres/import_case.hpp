// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_CASE_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_CASE_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/importing.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/postgres/import_by_hand.hpp>
#include <tests/benchmark/program.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace annals_benchmark {

/// New orders of ten events, a thousand of them in each commit.
[[nodiscard]] inline Case import_case(Settings const& settings) {
    std::string const conninfo = settings.place;
    auto const admin = std::make_shared<Client>(conninfo);
    auto const way = [&](char const* name, std::string const& schema, std::function<ImportOrders()> const& make) {
        auto const make_anew = [admin, schema, make] {
            admin->run("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
            for (std::string const& statement : annals::postgres::schema_sql({.schema = schema})) {
                admin->run(statement);
            }
            return make();
        };
        return import_way(name, settings.imported / 10, make_anew, log_length(admin));
    };
    char const* const schema = "bench_import_annals";
    char const* const schema_by_hand = "bench_import_copy";
    return {
        "import " + std::to_string(settings.imported) + " events, 10,000 a commit",
        "events",
        {way("annals",
             schema,
             [=] {
                 annals::postgres::Options const options{.schema = schema};
                 return import_to(annals::PostgresEventStore{conninfo, options});
             }),
         way("libpq, COPY in binary form",
             schema_by_hand,
             [=]() -> ImportOrders {
                 auto const by_hand = std::make_shared<ImportByHand>(conninfo, schema_by_hand);
                 return [by_hand](std::vector<NewOrder> const& orders) { by_hand->import(orders); };
             })}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_CASE_HPP
