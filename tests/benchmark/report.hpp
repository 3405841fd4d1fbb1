// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_REPORT_HPP
#define ANNALS_TESTS_BENCHMARK_REPORT_HPP

#include <tests/benchmark/measurement.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

namespace annals_benchmark {

namespace detail {

[[nodiscard]] inline std::string rounded(double number, int decimals) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(decimals) << number;
    return out.str();
}

/// `4.83 k`: three digits are more than a machine repeats.
[[nodiscard]] inline std::string short_number(double number) {
    if (number >= 999'500) {
        return rounded(number / 1e6, 2) + " M";
    }
    return number >= 1'000 ? rounded(number / 1e3, number < 99'950 ? 1 : 0) + " k" : rounded(number, 0);
}

[[nodiscard]] inline nlohmann::ordered_json json_of(Spread const& spread) {
    return {{"median", spread.median}, {"least", spread.least}, {"most", spread.most}};
}

} // namespace detail

/// A table for people: the speed of each way, and what share of it the library reaches.
inline void print(std::ostream& out, Table const& table) {
    using detail::rounded;
    using detail::short_number;
    constexpr int name_width = 44;
    constexpr int width = 9;
    out << '\n' << std::left << std::setw(name_width) << table.name << std::right;
    auto const any = [&table](double Row::* figure) {
        return std::any_of(table.rows.begin(), table.rows.end(), [figure](Row const& row) { return row.*figure > 0; });
    };
    bool const has_latencies = any(&Row::p50);
    bool const has_memory = any(&Row::memory);
    bool const has_written = any(&Row::written);
    for (char const* const head : {"median", "least", "most"}) {
        out << std::setw(width) << head;
    }
    if (has_latencies) {
        out << std::setw(width) << "p50 us" << std::setw(width) << "p99 us";
    }
    if (has_memory) {
        out << std::setw(width) << "peak MB";
    }
    if (has_written) {
        out << std::setw(width) << "B/event";
    }
    out << "   annals is\n";
    for (Row const& row : table.rows) {
        out << std::left << std::setw(name_width) << "  " + row.name << std::right;
        for (double const speed : {row.per_second.median, row.per_second.least, row.per_second.most}) {
            out << std::setw(width) << short_number(speed);
        }
        if (has_latencies) {
            out << std::setw(width) << rounded(row.p50, 0) << std::setw(width) << rounded(row.p99, 0);
        }
        if (has_memory) {
            out << std::setw(width) << rounded(row.memory / 1e6, 1);
        }
        if (has_written) {
            out << std::setw(width) << rounded(row.written, 0);
        }
        if (&row == &table.rows.front()) {
            out << "   " << table.unit << " a second\n";
        } else {
            out << "   x" << rounded(row.ratio.median, 2) << " (" << rounded(row.ratio.least, 2) << " to "
                << rounded(row.ratio.most, 2) << ")\n";
        }
    }
    out.flush();
}

[[nodiscard]] inline nlohmann::ordered_json json_of(std::vector<Table> const& tables) {
    auto all = nlohmann::ordered_json::array();
    for (Table const& table : tables) {
        auto rows = nlohmann::ordered_json::array();
        for (Row const& row : table.rows) {
            nlohmann::ordered_json entry{
                {"way", row.name},
                {"per_second", detail::json_of(row.per_second)},
                {"annals_over_this", detail::json_of(row.ratio)},
            };
            if (row.p50 > 0) {
                entry["p50_us"] = row.p50;
                entry["p99_us"] = row.p99;
            }
            if (row.memory > 0) {
                entry["peak_bytes"] = row.memory;
            }
            if (row.written > 0) {
                entry["written_bytes_per_event"] = row.written;
            }
            rows.push_back(entry);
        }
        all.push_back({{"case", table.name}, {"unit", table.unit}, {"ways", rows}});
    }
    return all;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_REPORT_HPP
