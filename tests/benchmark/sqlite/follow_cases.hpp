// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_FOLLOW_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_FOLLOW_CASES_HPP

#include <annals/json.hpp>
#include <annals/projection_runner.hpp>
#include <annals/sqlite.hpp>
#include <tests/benchmark/follow.hpp>
#include <tests/benchmark/item_totals.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sqlite/follow_by_hand.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace annals_benchmark {

/// The totals of all items in the log, from an empty table on.
[[nodiscard]] inline Case catch_up_case(std::string const& path, Settings const& settings) {
    return {
        "catch up with " + std::to_string(settings.followed) + " events, a SQL read model",
        "items",
        {{"annals",
          [path] {
              SqliteClient{path}.run("DELETE FROM projections; DROP TABLE IF EXISTS item_totals");
              annals::SqliteEventStore store{path};
              annals::ProjectionRunner runner{store, ItemTotals{"item_totals"}};
              return timed_once([&] {
                  runner.catch_up();
                  return runner.progress().handled;
              });
          }},
         {"sqlite3",
          [path] {
              FollowByHand follower{path};
              return timed_once([&] {
                  std::size_t events = 0;
                  while (std::size_t const count = follower.step([](std::int64_t) {})) {
                      events += count;
                  }
                  return events;
              });
          }}}
    };
}

/// One event at a time, and how long until it has been handled.
[[nodiscard]] inline Case live_case(std::string const& path, Settings const& settings) {
    auto const store = std::make_shared<annals::SqliteEventStore>(path);
    auto const order = std::make_shared<std::uint64_t>(4'000'000'000U);
    auto const append = [store, order] { return append_item(*store, (*order)++); };
    return {
        "from an append to its handler, live",
        "events",
        {{"annals",
          [settings, store, append] { return delays_of_runner(*store, "item_totals", settings.seconds, append); }},
         {"sqlite3",
          [path, settings, store, append] {
              Arrivals arrivals;
              FollowByHand follower{path};
              follower.begin_at(store->head().first());
              return delays_of(follower, settings.seconds, append, arrivals);
          }}}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_FOLLOW_CASES_HPP
