// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_FOLLOW_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_FOLLOW_CASES_HPP

#include <annals/json.hpp>
#include <annals/postgres.hpp>
#include <annals/projection_runner.hpp>
#include <tests/benchmark/follow.hpp>
#include <tests/benchmark/item_totals.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/postgres/follow_by_hand.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace annals_benchmark {

inline constexpr char const* follow_schema = "bench_follow";

/// The totals of all items in the log, from an empty table on.
[[nodiscard]] inline Case catch_up_case(Settings const& settings) {
    auto const by_hand = [settings](bool in_pipeline) {
        return [settings, in_pipeline] {
            FollowByHand follower{settings.place, follow_schema, in_pipeline};
            return timed_once([&] {
                std::size_t events = 0;
                while (std::size_t const count = follower.step([](std::int64_t) {})) {
                    events += count;
                }
                return events;
            });
        };
    };
    return {
        "catch up with " + std::to_string(settings.followed) + " events, a SQL read model",
        "items",
        {{"annals",
          [settings] {
              Client client{settings.place};
              std::string const schema = follow_schema;
              client.run("DELETE FROM " + schema + ".projections");
              client.run("DROP TABLE IF EXISTS " + schema + ".item_totals");
              annals::PostgresEventStore store{settings.place, {.schema = follow_schema}};
              annals::ProjectionRunner runner{store, ItemTotals{schema + ".item_totals"}};
              return timed_once([&] {
                  runner.catch_up();
                  return runner.progress().handled;
              });
          }},
         {"libpq, a round trip an event", by_hand(false)},
         {"libpq, a page's events in a pipeline", by_hand(true)}}
    };
}

/// One event at a time, and how long until it has been handled.
[[nodiscard]] inline Case live_case(Settings const& settings) {
    annals::postgres::Options options{.schema = follow_schema};
    options.notify = true;
    auto const store = std::make_shared<annals::PostgresEventStore>(settings.place, options);
    auto const order = std::make_shared<std::uint64_t>(4'000'000'000U);
    auto const append = [store, order] { return append_item(*store, (*order)++); };
    return {
        "from an append to its handler, live",
        "events",
        {{"annals",
          [settings, store, append] {
              return delays_of_runner(*store, std::string{follow_schema} + ".item_totals", settings.seconds, append);
          }},
         {"libpq",
          [settings, store, append] {
              Arrivals arrivals;
              FollowByHand follower{settings.place, follow_schema, false};
              follower.begin_at(store->head().first());
              return delays_of(follower, settings.seconds, append, arrivals);
          }}}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_FOLLOW_CASES_HPP
