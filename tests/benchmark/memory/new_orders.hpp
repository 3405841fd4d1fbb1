// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEMORY_NEW_ORDERS_HPP
#define ANNALS_TESTS_BENCHMARK_MEMORY_NEW_ORDERS_HPP

#include <annals/append.hpp>
#include <annals/event_id.hpp>
#include <annals/memory.hpp>
#include <annals/stream_version.hpp>
#include <tests/benchmark/memory/store_by_hand.hpp>
#include <tests/benchmark/typed_orders.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

using MemoryStore = annals::InMemoryEventStore<OrderEvent>;

inline annals::Timestamp microseconds_now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// Raises and appends the events of orders: `step` events of each order a commit, in turn, until each has `length`.
/// @param ids  of the orders
template <class Append>
std::size_t append_in_turn(std::vector<std::string> const& ids, std::size_t length, std::size_t step, Append&& append) {
    for (std::size_t version = 0; version < length; version += step) {
        for (std::size_t order = 0; order < ids.size(); ++order) {
            append(ids[order], order, version, step);
        }
    }
    return ids.size() * length;
}

struct AppendToStore {
    MemoryStore& store;

    void operator()(std::string const& id, std::uint64_t order, std::uint64_t version, std::size_t count) {
        std::vector<annals::NewEvent<OrderEvent>> events;
        events.reserve(count);
        annals::Timestamp const now = microseconds_now();
        for (std::uint64_t next = version + 1; next <= version + count; ++next) {
            annals::EventId const event_id = annals::new_event_id(now);
            events.push_back({event_id, now, {.correlation_id = id, .user = "user-007"}, typed_event(order, next)});
        }
        auto const expected = annals::ExpectedVersion::exactly(annals::Version{static_cast<std::int64_t>(version)});
        store.append({"Order", id}, expected, std::move(events));
    }
};

struct AppendByHandInMemory {
    MemoryByHand& store;
    IdsByHand& ids;

    void operator()(std::string const& id, std::uint64_t order, std::uint64_t version, std::size_t count) {
        std::vector<KeptEvent> events;
        events.reserve(count);
        annals::Timestamp const now = microseconds_now();
        for (std::uint64_t next = version + 1; next <= version + count; ++next) {
            events.push_back({ids.next(now), 0, now, id, "user-007", typed_event(order, next)});
        }
        store.append(id, version, std::move(events));
    }
};

[[nodiscard]] inline std::vector<std::string> order_ids(std::size_t count) {
    std::vector<std::string> ids(count);
    for (std::size_t order = 0; order < count; ++order) {
        ids[order] = order_id(order);
    }
    return ids;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEMORY_NEW_ORDERS_HPP
