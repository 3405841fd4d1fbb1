// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_EXAMPLES_SUPPORT_RETAIL_DATA_HPP
#define ANNALS_TESTS_EXAMPLES_SUPPORT_RETAIL_DATA_HPP

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace examples {

[[nodiscard]] inline std::vector<std::string> csv_files_in(std::filesystem::path const& folder) {
    std::vector<std::string> files;
    std::error_code none_there;
    for (auto const& entry : std::filesystem::directory_iterator{folder, none_there}) {
        if (entry.path().extension() == ".csv") {
            files.push_back(entry.path().string());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

/// One of the sample days.
[[nodiscard]] inline std::string sample_day(std::string const& name) {
    return std::string{ANNALS_SAMPLE_DATA} + '/' + name + ".csv";
}

/// All of them.
[[nodiscard]] inline std::vector<std::string> sample_days() { return csv_files_in(ANNALS_SAMPLE_DATA); }

/// The files of December 2010 to March 2011, if they are at hand: in the folder that ANNALS_RETAIL_DATA names, or in a
/// folder `data/online-retail` of a neighbour of the checkout.
[[nodiscard]] inline std::vector<std::string> four_months() {
    if (char const* const folder = std::getenv("ANNALS_RETAIL_DATA")) {
        return csv_files_in(folder);
    }
    auto const checkout = std::filesystem::path{ANNALS_SAMPLE_DATA}.parent_path().parent_path();
    std::error_code unreadable;
    for (auto const& neighbour : std::filesystem::directory_iterator{checkout.parent_path(), unreadable}) {
        if (auto files = csv_files_in(neighbour.path() / "data" / "online-retail"); !files.empty()) {
            return files;
        }
    }
    return {};
}

} // namespace examples

#endif // ANNALS_TESTS_EXAMPLES_SUPPORT_RETAIL_DATA_HPP
