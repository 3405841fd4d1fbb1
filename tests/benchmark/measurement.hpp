// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEASUREMENT_HPP
#define ANNALS_TESTS_BENCHMARK_MEASUREMENT_HPP

#include <tests/benchmark/peak_memory.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// What one run of one way of doing the work came to.
struct Sample {
    double per_second = 0;
    std::vector<double> latencies{}; ///< of each call, in microseconds; empty if nobody asks for them
    double done = 0;                 ///< what was counted, and what was done while warming up
    double written = 0;              ///< bytes for each event, to the disk; 0 if nobody asks for them
};

/// One way of doing a work.
struct Way {
    std::string name;
    std::function<Sample()> run;
};

/// A work, and the ways of doing it: the library's first, then those it is measured beside.
struct Case {
    std::string name;
    std::string unit; ///< of what is counted a second
    std::vector<Way> ways;
    std::function<void()> before_round{};
};

struct Spread {
    double median = 0;
    double least = 0;
    double most = 0;
};

/// @param values  at least one
[[nodiscard]] inline Spread spread_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    std::size_t const half = values.size() / 2;
    double const median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    return {median, values.front(), values.back()};
}

/// One way of a case, over all rounds.
struct Row {
    std::string name;
    Spread per_second;
    Spread ratio; ///< the library's speed divided by this way's, round by round
    double p50 = 0;
    double p99 = 0;     ///< both in microseconds, over the calls of all rounds; 0 if there are none
    double memory = 0;  ///< bytes that the process grew by, at most; 0 if it is not known
    double written = 0; ///< bytes for each event, the median; 0 if nobody asked
};

struct Table {
    std::string name;
    std::string unit;
    std::vector<Row> rows;
};

/// Runs all ways of a case one after another, then all of them again, so that a change of the machine's mood hits each.
/// Each round begins with another way, so that none always follows the same one.
[[nodiscard]] inline Table measure(Case const& work, std::size_t rounds) {
    struct Runs {
        std::vector<double> speeds;
        std::vector<double> latencies;
        std::vector<double> memory;
        std::vector<double> written;
    };
    std::size_t const count = work.ways.size();
    std::vector<Runs> runs(count);
    for (std::size_t round = 0; round < rounds; ++round) {
        if (work.before_round) {
            work.before_round();
        }
        for (std::size_t turn = 0; turn < count; ++turn) {
            std::size_t const way = (round + turn) % count;
            PeakMemory const memory;
            Sample const sample = work.ways[way].run();
            if (!(sample.per_second > 0)) {
                throw std::runtime_error{work.name + ", " + work.ways[way].name + ": nothing was done"};
            }
            Runs& mine = runs[way];
            mine.memory.push_back(memory.grown());
            mine.speeds.push_back(sample.per_second);
            mine.latencies.insert(mine.latencies.end(), sample.latencies.begin(), sample.latencies.end());
            mine.written.push_back(sample.written);
        }
    }
    Table table{work.name, work.unit, {}};
    for (std::size_t way = 0; way < count; ++way) {
        std::vector<double> ratios;
        for (std::size_t round = 0; round < rounds; ++round) {
            ratios.push_back(runs.front().speeds[round] / runs[way].speeds[round]);
        }
        Row row{work.ways[way].name, spread_of(runs[way].speeds), spread_of(std::move(ratios))};
        row.memory = spread_of(runs[way].memory).most;
        row.written = spread_of(runs[way].written).median;
        std::vector<double>& calls = runs[way].latencies;
        if (!calls.empty()) {
            std::sort(calls.begin(), calls.end());
            row.p50 = calls[calls.size() / 2];
            row.p99 = calls[calls.size() * 99 / 100];
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEASUREMENT_HPP
