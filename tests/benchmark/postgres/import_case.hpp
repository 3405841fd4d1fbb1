// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_CASE_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_CASE_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/postgres/import_by_hand.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

inline constexpr std::size_t import_events = 10'000;

using ImportOrders = std::function<void(std::vector<NewOrder> const&)>;

/// Imports into tables that are empty at the start of each run.
/// @param make  what imports into a schema
[[nodiscard]] inline Way import_way(
    std::string name, Settings const& settings, std::string const& schema, std::function<ImportOrders()> const& make
) {
    auto const admin = std::make_shared<Client>(settings.place);
    return {std::move(name), [=, seconds = settings.seconds, first = std::uint64_t{0}]() mutable {
                admin->run("DROP SCHEMA IF EXISTS " + schema + " CASCADE");
                for (std::string const& statement : annals::postgres::schema_sql({.schema = schema})) {
                    admin->run(statement);
                }
                ImportOrders const import = make();
                return repeat(seconds, [&] {
                    constexpr std::uint64_t orders = import_events / 10;
                    std::vector<NewOrder> batch;
                    batch.reserve(orders);
                    for (std::uint64_t order = first; order < first + orders; ++order) {
                        batch.push_back({order_id(order), order_events(order, 0, 10)});
                    }
                    first += orders;
                    import(batch);
                    return import_events;
                });
            }};
}

/// New orders of ten events, a thousand of them in each commit.
[[nodiscard]] inline Case import_case(Settings const& settings) {
    char const* const schema = "bench_import_annals";
    char const* const schema_by_hand = "bench_import_copy";
    return {
        "import new orders, 10,000 events a commit",
        "events",
        {import_way(
             "annals",
             settings,
             schema,
             [=, conninfo = settings.place]() -> ImportOrders {
                 annals::postgres::Options const options{.schema = schema};
                 return [store = annals::PostgresEventStore{conninfo, options}](std::vector<NewOrder> const& orders
                        ) mutable {
                     std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
                     commit.reserve(orders.size());
                     for (NewOrder const& order : orders) {
                         commit.push_back({{"Order", order.id}, annals::ExpectedVersion::no_stream(), order.events});
                     }
                     store.append(commit);
                 };
             }
         ),
         import_way(
             "libpq, COPY in binary form",
             settings,
             schema_by_hand,
             [=, conninfo = settings.place]() -> ImportOrders {
                 auto const by_hand = std::make_shared<ImportByHand>(conninfo, schema_by_hand);
                 return [by_hand](std::vector<NewOrder> const& orders) { by_hand->import(orders); };
             }
         )}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_IMPORT_CASE_HPP
