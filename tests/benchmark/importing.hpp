// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_IMPORTING_HPP
#define ANNALS_TESTS_BENCHMARK_IMPORTING_HPP

#include <annals/append.hpp>
#include <annals/stream_version.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/orders.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// New orders and their events.
struct NewOrder {
    std::string id;
    std::vector<NewOrderEvent> events;
};

using ImportOrders = std::function<void(std::vector<NewOrder> const&)>;

/// Imports orders of ten events into tables that are empty at the start of each run, a thousand orders a commit.
/// @param make     makes the tables anew, and what imports into them
/// @param written  how many bytes have been written so far
[[nodiscard]] inline Way import_way(
    std::string name,
    std::uint64_t orders,
    std::function<ImportOrders()> const& make,
    std::function<double()> const& written
) {
    return {std::move(name), [=] {
                ImportOrders const import = make();
                double const before = written();
                Sample sample = timed_once([&] {
                    constexpr std::uint64_t orders_of_commit = 1'000;
                    for (std::uint64_t first = 0; first < orders; first += orders_of_commit) {
                        std::vector<NewOrder> batch;
                        batch.reserve(orders_of_commit);
                        for (std::uint64_t order = first; order < (std::min)(first + orders_of_commit, orders);
                             ++order) {
                            batch.push_back({order_id(order), order_events(order, 0, 10)});
                        }
                        import(batch);
                    }
                    return orders * 10;
                });
                sample.written = (written() - before) / sample.done;
                return sample;
            }};
}

/// What imports through the library's store.
template <class Store>
[[nodiscard]] ImportOrders import_to(Store store) {
    return [store = std::move(store)](std::vector<NewOrder> const& orders) mutable {
        std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
        commit.reserve(orders.size());
        for (NewOrder const& order : orders) {
            commit.push_back({{"Order", order.id}, annals::ExpectedVersion::no_stream(), order.events});
        }
        store.append(commit);
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_IMPORTING_HPP
