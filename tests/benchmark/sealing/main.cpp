// SPDX-License-Identifier: MIT

#include <annals/version.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sealing/step_cases.hpp>
#include <tests/benchmark/sealing/store_cases.hpp>

// Measures what sealing payloads costs, step by step and in an SQLite store, in new files in a folder. README.md tells
// how to read it.

namespace annals_benchmark {
namespace {

void run(Settings const& settings) {
    Report report{settings};
    report.measure_all(step_cases(settings));
    report.measure_all(store_cases(settings));
    report.write("sealing", ANNALS_VERSION_STRING);
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) { return annals_benchmark::program(argc, argv, "FOLDER", annals_benchmark::run); }
