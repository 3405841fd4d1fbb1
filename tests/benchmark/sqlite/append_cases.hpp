// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_APPEND_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_APPEND_CASES_HPP

#include <annals/sqlite.hpp>
#include <tests/benchmark/appending.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/sqlite/append_by_hand.hpp>
#include <tests/benchmark/sqlite/environment.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace annals_benchmark {

/// Appends of one and of ten events, by one thread and by eight. Each way has a file of its own, stored full alike.
[[nodiscard]] inline std::vector<Case> append_cases(Settings const& settings) {
    std::string const path = new_database_in(settings, "append");
    {
        annals::SqliteEventStore store{path};
        store_short_orders(store, settings.preloaded / 10);
    }
    std::string const own = copy_of(path, settings, "append_own");
    std::string const shared = copy_of(path, settings, "append_shared");
    std::string const bare = copy_of(path, settings, "append_bare");
    drop_triggers(bare);
    annals::SqliteEventStore const store{path};

    std::vector<Case> cases;
    for (AppendShape const shape : append_shapes) {
        Case work{name_of(shape), "commits", {}};
        auto const add = [&](char const* name, std::function<AppendOrder()> const& make) {
            work.ways.push_back(append_way(name, settings.seconds, shape, make, bytes_written));
        };
        auto const add_shared = [&](char const* name, std::string const& file) {
            auto const appender = std::make_shared<SharedSqliteAppendByHand>(file);
            add(name, [appender] { return append_with(appender); });
        };
        add("annals", [&] { return append_to(store); });
        if (shape.clients > 1) {
            add("sqlite3, a connection each", [&] { return append_with(std::make_shared<SqliteAppendByHand>(own)); });
            add_shared("sqlite3, one behind a mutex", shared);
            add_shared("sqlite3, the same without triggers", bare);
        } else {
            add_shared("sqlite3", shared);
            add_shared("sqlite3, without triggers", bare);
        }
        cases.push_back(std::move(work));
    }
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_APPEND_CASES_HPP
