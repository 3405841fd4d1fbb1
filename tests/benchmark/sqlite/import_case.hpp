// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SQLITE_IMPORT_CASE_HPP
#define ANNALS_TESTS_BENCHMARK_SQLITE_IMPORT_CASE_HPP

#include <annals/sqlite.hpp>
#include <tests/benchmark/importing.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/sqlite/append_by_hand.hpp>
#include <tests/benchmark/sqlite/environment.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace annals_benchmark {

/// New orders of ten events, a thousand of them in each commit.
[[nodiscard]] inline Case import_case(Settings const& settings) {
    std::string const path = database_in(settings, "import");
    auto const way = [&](char const* name, std::function<ImportOrders()> const& make) {
        auto const make_anew = [path, make] {
            for (char const* const part : {"", "-wal", "-shm"}) {
                std::filesystem::remove(path + part);
            }
            annals::SqliteEventStore const tables{path};
            return make();
        };
        return import_way(name, settings.imported / 10, make_anew, bytes_written);
    };
    auto const by_hand = [path]() -> ImportOrders {
        auto const appender = std::make_shared<SqliteAppendByHand>(path);
        return [appender](std::vector<NewOrder> const& orders) { appender->import(orders); };
    };
    return {
        "import " + std::to_string(settings.imported) + " events, 10,000 a commit",
        "events",
        {way("annals", [path] { return import_to(annals::SqliteEventStore{path}); }),
         way("sqlite3", by_hand),
         way("sqlite3, without triggers",
             [path, by_hand] {
                 drop_triggers(path);
                 return by_hand();
             })}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SQLITE_IMPORT_CASE_HPP
