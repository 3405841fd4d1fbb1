// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEMORY_REPLAY_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_MEMORY_REPLAY_CASES_HPP

#include <annals/repository.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/memory/new_orders.hpp>
#include <tests/benchmark/program.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace annals_benchmark {

/// The same orders in the library's store and in the one made by hand.
struct StoredOrders {
    StoredOrders(std::size_t orders, std::size_t length) : ids{order_ids(orders)} {
        std::size_t const step = (std::min)(length, std::size_t{1'000});
        IdsByHand event_ids;
        append_in_turn(ids, length, step, AppendToStore{store});
        append_in_turn(ids, length, step, AppendByHandInMemory{by_hand, event_ids});
    }

    std::vector<std::string> ids;
    MemoryStore store;
    MemoryByHand by_hand;
};

/// Loads orders until the time is over. @param load  returns how many items the order of an id has
template <class Load>
[[nodiscard]] Sample
repeat_loads(double seconds, std::vector<std::string> const& ids, std::size_t length, Load const& load) {
    return repeat(seconds, [&, turn = std::uint64_t{0}]() mutable {
        if (load(ids[hash_of(turn++) % ids.size()]) == 0) {
            throw std::runtime_error{"an order was loaded without its items"};
        }
        return length;
    });
}

/// Loads of one order among so many that all have the settings' number of events.
/// @param length  events an order
[[nodiscard]] inline Case replay_case(Settings const& settings, std::size_t length) {
    auto const stored = std::make_shared<std::unique_ptr<StoredOrders>>();
    return {
        "replay " + std::to_string(length) + " typed events",
        "events",
        {{"annals, get_by_id",
          [=] {
              auto orders = annals::repository_for<Order>((*stored)->store);
              return repeat_loads(settings.seconds, (*stored)->ids, length, [&](std::string const& id) {
                  return orders.get_by_id(id)->state().quantity;
              });
          }},
         {"a vector of variants, a switch",
          [=] {
              return repeat_loads(settings.seconds, (*stored)->ids, length, [&](std::string const& id) {
                  return (*stored)->by_hand.load(id).quantity;
              });
          }}},
        [=] {
            if (!*stored) {
                *stored = std::make_unique<StoredOrders>(settings.events / length, length);
            }
        }
    };
}

/// Events that lie in a vector already: what the aggregate itself costs.
[[nodiscard]] inline Case apply_case(Settings const& settings) {
    std::vector<OrderEvent> events;
    for (std::uint64_t version = 1; version <= 1'000; ++version) {
        events.push_back(typed_event(1, version));
    }
    auto const way = [&](std::string const& name, std::function<std::int64_t()> const& load) {
        return Way{name, [=, seconds = settings.seconds, ids = std::vector{order_id(1)}] {
                       return repeat_loads(seconds, ids, 1'000, [&](std::string const&) { return load(); });
                   }};
    };
    return {
        "apply 1000 typed events to an aggregate",
        "events",
        {way("annals",
             [events] {
                 Order order{""};
                 annals::Version version;
                 for (OrderEvent const& event : events) {
                     version = version.next();
                     order.replay(version, event);
                 }
                 return order.state().quantity;
             }),
         way("a switch",
             [events] {
                 OrderState state;
                 for (OrderEvent const& event : events) {
                     apply_by_hand(state, event);
                 }
                 return state.quantity;
             })}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEMORY_REPLAY_CASES_HPP
