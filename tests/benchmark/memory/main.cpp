// SPDX-License-Identifier: MIT

#include <annals/version.hpp>
#include <tests/benchmark/memory/append_case.hpp>
#include <tests/benchmark/memory/decode_case.hpp>
#include <tests/benchmark/memory/replay_cases.hpp>
#include <tests/benchmark/program.hpp>

#include <cstddef>
#include <string>

// Measures what needs no database beside hand-written code. README.md tells how to read it.

namespace annals_benchmark {
namespace {

void run(Settings const& settings) {
    Report report{settings};
    report.measure_all({decode_case(settings), apply_case(settings)});
    // Each is over, and its events are gone, before the next one begins.
    for (std::size_t const step : {10U, 1U}) {
        report.measure_all({append_case(settings, step)});
    }
    for (std::size_t const length : {std::size_t{10}, std::size_t{1'000}, settings.events}) {
        report.measure_all({replay_case(settings, length)});
    }
    report.write("memory", ANNALS_VERSION_STRING);
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) { return annals_benchmark::program(argc, argv, "", annals_benchmark::run); }
