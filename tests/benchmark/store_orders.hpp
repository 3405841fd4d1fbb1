// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_STORE_ORDERS_HPP
#define ANNALS_TESTS_BENCHMARK_STORE_ORDERS_HPP

#include <annals/append.hpp>
#include <annals/stream_version.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/program.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace annals_benchmark {

/// Stores `count` orders, each of `length` events, in turn: `step` events of each in one commit.
template <class Store>
void store_in_turn(Store& store, std::uint64_t first, std::uint64_t count, std::uint64_t length, std::size_t step) {
    struct Part {
        std::uint64_t order;
        std::vector<NewOrderEvent> events;
    };
    for (std::uint64_t version = 0; version < length; version += step) {
        std::vector<Part> parts;
        for (std::uint64_t order = first; order < first + count; ++order) {
            parts.push_back({order, order_events(order, version, step)});
        }
        std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
        for (Part const& part : parts) {
            commit.push_back(
                {{"Order", order_id(part.order)},
                 annals::ExpectedVersion::exactly(annals::Version{static_cast<std::int64_t>(version)}),
                 part.events}
            );
        }
        store.append(commit);
    }
}

/// The ten events of an order lie a thousand events apart, as if many were in work at a time.
template <class Store>
void store_short_orders(Store& store, std::uint64_t orders) {
    for (std::uint64_t first = 0; first < orders; first += 1'000) {
        store_in_turn(store, first, (std::min)(std::uint64_t{1'000}, orders - first), 10, 1);
    }
}

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
template <class Store>
void store_orders(Store& store, Settings const& settings) {
    store_short_orders(store, short_orders(settings));
    store_in_turn(store, first_middle_order, middle_orders, 1'000, 100);
    store_in_turn(store, first_long_order, 1, 100'000, 10'000);
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_STORE_ORDERS_HPP
