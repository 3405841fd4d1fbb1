// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/postgres/client.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace annals_benchmark {

struct Settings {
    std::string conninfo;
    double seconds = 0.6; ///< of one run of one way
    std::size_t rounds = 7;
    std::size_t events = 1'000'000;  ///< stored before, in the tables that are read
    std::size_t preloaded = 300'000; ///< of them, stored before in the tables that are appended to
    std::string only{};              ///< cases whose names hold this
    std::string json{};              ///< the file to write
};

/// Orders of each length that are stored, numbered from these on.
inline constexpr std::uint64_t first_long_order = 1'000'000'000;   ///< 100,000 events, one order
inline constexpr std::uint64_t first_middle_order = 2'000'000'000; ///< 1,000 events each
inline constexpr std::uint64_t middle_orders = 100;
inline constexpr std::size_t events_of_long_orders = 200'000;

/// How many orders of ten events there are.
[[nodiscard]] inline std::uint64_t short_orders(Settings const& settings) {
    return (settings.events - events_of_long_orders) / 10;
}

/// Makes what is read: the ten events of an order lie a thousand events apart, as if many were in work at a time.
inline void store_orders(annals::PostgresEventStore& store, Settings const& settings) {
    struct Part {
        std::uint64_t order;
        std::vector<NewOrderEvent> events;
    };
    auto const append = [&store](std::vector<Part> const& parts, std::uint64_t version) {
        std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
        for (Part const& part : parts) {
            commit.push_back(
                {{"Order", order_id(part.order)},
                 annals::ExpectedVersion::exactly(annals::Version{static_cast<std::int64_t>(version)}),
                 part.events}
            );
        }
        store.append(commit);
    };
    // `count` orders at a time, each of `length` events, `step` events of each in one commit.
    auto const store_in_turn = [&](std::uint64_t first, std::uint64_t count, std::uint64_t length, std::size_t step) {
        for (std::uint64_t version = 0; version < length; version += step) {
            std::vector<Part> parts;
            for (std::uint64_t order = first; order < first + count; ++order) {
                parts.push_back({order, order_events(order, version, step)});
            }
            append(parts, version);
        }
    };
    std::uint64_t const orders = short_orders(settings);
    for (std::uint64_t first = 0; first < orders; first += 1'000) {
        store_in_turn(first, (std::min)(std::uint64_t{1'000}, orders - first), 10, 1);
    }
    store_in_turn(first_middle_order, middle_orders, 1'000, 100);
    store_in_turn(first_long_order, 1, 100'000, 10'000);
}

inline constexpr char const* read_schema = "bench_read";

/// Makes a schema with the library's tables and the first events of those that are read.
inline void make_append_schema(Client& client, Settings const& settings, std::string const& schema) {
    for (std::string const& statement : annals::postgres::schema_sql({.schema = schema})) {
        client.run(statement);
    }
    std::string const last = std::to_string(settings.preloaded);
    std::string const read{read_schema};
    client.run("INSERT INTO " + schema + ".events SELECT * FROM " + read + ".events WHERE position <= " + last);
    client.run("SELECT setval('" + schema + ".events_position', " + last + ")");
    client.run("VACUUM ANALYZE " + schema + ".events");
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP
