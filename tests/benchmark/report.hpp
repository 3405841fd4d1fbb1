// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_REPORT_HPP
#define ANNALS_TESTS_BENCHMARK_REPORT_HPP

#include <tests/benchmark/measurement.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
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
    bool const has_latencies = table.rows.front().p50 > 0;
    for (char const* const head : {"median", "least", "most"}) {
        out << std::setw(width) << head;
    }
    if (has_latencies) {
        out << std::setw(width) << "p50 us" << std::setw(width) << "p99 us";
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
            rows.push_back(entry);
        }
        all.push_back({{"case", table.name}, {"unit", table.unit}, {"ways", rows}});
    }
    return all;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_REPORT_HPP
