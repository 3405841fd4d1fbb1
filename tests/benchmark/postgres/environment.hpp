// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/postgres/client.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace annals_benchmark {

/// Orders of each length that are stored, numbered from these on.
inline constexpr std::uint64_t first_long_order = 1'000'000'000;   ///< 100,000 events, one order
inline constexpr std::uint64_t first_middle_order = 2'000'000'000; ///< 1,000 events each
inline constexpr std::uint64_t middle_orders = 100;
inline constexpr std::size_t events_of_long_orders = 200'000;

/// How many orders of ten events there are.
[[nodiscard]] inline std::uint64_t short_orders(Settings const& settings) {
    return (settings.events - events_of_long_orders) / 10;
}

/// Makes what is read.
inline void store_orders(annals::PostgresEventStore& store, Settings const& settings) {
    store_short_orders(store, short_orders(settings));
    store_in_turn(store, first_middle_order, middle_orders, 1'000, 100);
    store_in_turn(store, first_long_order, 1, 100'000, 10'000);
}

inline constexpr char const* read_schema = "bench_read";

/// Makes a schema with the library's tables and the first so many events of those that are read.
inline void make_schema(Client& client, std::string const& schema, std::size_t events) {
    for (std::string const& statement : annals::postgres::schema_sql({.schema = schema})) {
        client.run(statement);
    }
    std::string const last = std::to_string(events);
    std::string const read{read_schema};
    client.run("INSERT INTO " + schema + ".events SELECT * FROM " + read + ".events WHERE position <= " + last);
    client.run("SELECT setval('" + schema + ".events_position', " + last + ")");
    client.run("VACUUM ANALYZE " + schema + ".events");
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP
