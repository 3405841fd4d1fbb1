// SPDX-License-Identifier: MIT

#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sqlite/append_cases.hpp>
#include <tests/benchmark/sqlite/environment.hpp>
#include <tests/benchmark/sqlite/follow_cases.hpp>
#include <tests/benchmark/sqlite/import_case.hpp>
#include <tests/benchmark/sqlite/read_cases.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <string>

// Measures the SQLite store beside the C API, in new files in a folder. README.md tells how to read it.

namespace annals_benchmark {
namespace {

void run(Settings const& settings) {
    Report report{settings};
    report.measure_all(read_cases(settings));
    report.measure_all(append_cases(settings));
    report.measure_all({import_case(settings)});
    std::string const path = new_database_in(settings, "followed");
    {
        annals::SqliteEventStore store{path};
        store_short_orders(store, settings.followed / 10);
    }
    report.measure_all({catch_up_case(path, settings), live_case(path, settings)});
    report.write("sqlite", sqlite3_libversion());
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) { return annals_benchmark::program(argc, argv, "FOLDER", annals_benchmark::run); }
