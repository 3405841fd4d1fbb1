// SPDX-License-Identifier: MIT

#ifndef ORDERS_SURVEY_HPP
#define ORDERS_SURVEY_HPP

#include "console.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace orders {

/// What has to be known of an invoice before its first line can be stored. Small: there may be many.
struct Invoice {
    std::uint64_t buyer = 0; ///< a fingerprint of customer and country
    std::uint32_t lines = 0; ///< in all files together
    std::uint32_t read = 0;  ///< of them, for the import
    bool is_left_out = false;
};

/// What the files hold.
struct Survey {
    std::vector<std::string> files; ///< those that can be read, each once
    std::uint64_t bytes = 0;        ///< of them together
    std::uint64_t lines = 0;
    std::unordered_map<std::string, Invoice> invoices;
};

/// Reads the files and complains of each that cannot be read and of each faulty line, as `file:line: reason`. An
/// invoice with a faulty line, or with more than one customer or country, is to be left out.
[[nodiscard]] Survey survey(std::vector<std::string> const& paths, Console& console);

} // namespace orders

#endif // ORDERS_SURVEY_HPP
