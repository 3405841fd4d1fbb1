// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_PROGRAM_HPP
#define ANNALS_TESTS_BENCHMARK_PROGRAM_HPP

#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/report.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals_benchmark {

struct Settings {
    std::string place{};  ///< where the database is, if there is one
    double seconds = 0.6; ///< of one run of one way
    std::size_t rounds = 7;
    std::size_t events = 1'000'000;   ///< stored before, in the tables that are read
    std::size_t preloaded = 300'000;  ///< of them, stored before in the tables that are appended to
    std::size_t followed = 1'000'000; ///< for a projection to catch up with
    std::size_t imported = 1'000'000; ///< written into empty tables
    std::string only{};               ///< cases whose names hold this
    std::string json{};               ///< the file to write
};

/// @param place  what the first argument is; empty if there is no such one
/// @throws std::invalid_argument  with how to call the program, if it was called otherwise
[[nodiscard]] inline Settings parse(int count, char** arguments, std::string_view place) {
    std::string const usage =
        std::string{arguments[0]} + ' ' + std::string{place} +
        " [--seconds S] [--rounds N] [--events N] [--followed N] [--imported N] [--only TEXT] [--json FILE]\n"
        "  --seconds   how long one run of one way takes (0.6)\n"
        "  --rounds    how often each way is run (7)\n"
        "  --events    how many events are stored before, in a database at least 300000 (1000000)\n"
        "  --followed  how many events a projection catches up with (1000000)\n"
        "  --imported  how many events are imported (1000000)\n"
        "  --only      the cases whose names hold TEXT: append, load, read, import, catch up, live, replay, decode\n"
        "  --json      the file to write the figures to\n";
    int const first = place.empty() ? 1 : 2;
    if (count < first || (count - first) % 2 != 0) {
        throw std::invalid_argument{usage};
    }
    Settings settings;
    if (!place.empty()) {
        settings.place = arguments[1];
    }
    for (int i = first; i < count; i += 2) {
        std::string_view const name = arguments[i];
        std::string const value = arguments[i + 1];
        if (name == "--seconds") {
            settings.seconds = std::stod(value);
        } else if (name == "--rounds") {
            settings.rounds = std::stoul(value);
        } else if (name == "--events") {
            settings.events = std::stoul(value);
        } else if (name == "--followed") {
            settings.followed = std::stoul(value);
        } else if (name == "--imported") {
            settings.imported = std::stoul(value);
        } else if (name == "--only") {
            settings.only = value;
        } else if (name == "--json") {
            settings.json = value;
        } else {
            throw std::invalid_argument{usage};
        }
    }
    std::size_t const least_events = place.empty() ? 1'000 : settings.preloaded;
    if (settings.rounds == 0 || settings.events < least_events || settings.imported < 10) {
        throw std::invalid_argument{usage};
    }
    return settings;
}

/// Runs cases, prints their tables as they are done, and keeps them for the file.
class Report {
public:
    explicit Report(Settings settings) : settings_{std::move(settings)} {}

    void measure_all(std::vector<Case> const& cases) {
        for (Case const& work : cases) {
            if (work.name.find(settings_.only) != std::string::npos) {
                tables_.push_back(measure(work, settings_.rounds));
                print(std::cout, tables_.back());
            }
        }
    }

    /// @throws std::runtime_error  if the file cannot be written
    void write(std::string_view benchmark, std::string_view version) const {
        if (settings_.json.empty()) {
            return;
        }
        nlohmann::ordered_json const report{
            {"benchmark", benchmark},
            {"version", version},
            {"rounds", settings_.rounds},
            {"seconds", settings_.seconds},
            {"events", settings_.events},
            {"cases", json_of(tables_)},
        };
        std::ofstream file{settings_.json};
        file << report.dump(2) << '\n';
        if (!file.flush()) {
            throw std::runtime_error{"cannot write " + settings_.json};
        }
    }

private:
    Settings settings_;
    std::vector<Table> tables_;
};

/// A `main`: parses the arguments and calls `run(settings)`.
template <class Run>
[[nodiscard]] int program(int argc, char** argv, std::string_view place, Run&& run) {
    try {
        run(parse(argc, argv, place));
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_PROGRAM_HPP
