// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEMORY_APPEND_CASE_HPP
#define ANNALS_TESTS_BENCHMARK_MEMORY_APPEND_CASE_HPP

#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/memory/new_orders.hpp>
#include <tests/benchmark/program.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace annals_benchmark {

/// New orders of ten events, into an empty store.
/// @param step  events a commit
[[nodiscard]] inline Case append_case(Settings const& settings, std::size_t step) {
    auto const ids = std::make_shared<std::vector<std::string>>(order_ids(settings.events / 10));
    return {
        "append in memory, " + std::to_string(step) + (step == 1 ? " event" : " events"),
        "events",
        {{"annals",
          [ids, step] {
              MemoryStore store;
              return timed_once([&] { return append_in_turn(*ids, 10, step, AppendToStore{store}); });
          }},
         {"vectors in a map",
          [ids, step] {
              MemoryByHand store;
              IdsByHand event_ids;
              return timed_once([&] { return append_in_turn(*ids, 10, step, AppendByHandInMemory{store, event_ids}); });
          }}}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEMORY_APPEND_CASE_HPP
