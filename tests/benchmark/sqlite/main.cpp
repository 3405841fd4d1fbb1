// SPDX-License-Identifier: MIT

#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sqlite/follow_cases.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <filesystem>
#include <stdexcept>

// Measures the SQLite store beside the C API, in a new file in a folder. README.md tells how to read it.

namespace annals_benchmark {
namespace {

void run(Settings const& settings) {
    std::string const path = (std::filesystem::path{settings.place} / "followed.db").string();
    if (std::filesystem::exists(path)) {
        throw std::runtime_error{path + " is there already"};
    }
    {
        annals::SqliteEventStore store{path};
        store_short_orders(store, settings.followed / 10);
    }
    Report report{settings};
    report.measure_all({catch_up_case(path, settings), live_case(path, settings)});
    report.write("sqlite", sqlite3_libversion());
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) { return annals_benchmark::program(argc, argv, "FOLDER", annals_benchmark::run); }
