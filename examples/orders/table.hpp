// SPDX-License-Identifier: MIT

#ifndef ORDERS_TABLE_HPP
#define ORDERS_TABLE_HPP

#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace orders {

/// Rows of text, printed with their columns aligned.
class Table {
public:
    enum class Align : std::uint8_t { left, right };

    explicit Table(std::vector<Align> columns) : columns_{std::move(columns)}, widths_(columns_.size()) {}

    /// @param row  one cell a column; what is not printable is shown as `?`
    void add(std::vector<std::string> row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            row[i] = printable(row[i]);
            widths_[i] = std::max(widths_[i], width_of(row[i]));
        }
        rows_.push_back(std::move(row));
    }

    /// A line across.
    void add_rule() { rows_.emplace_back(); }

    friend std::ostream& operator<<(std::ostream& out, Table const& table) {
        for (auto const& row : table.rows_) {
            std::string line;
            for (std::size_t i = 0; i < table.columns_.size(); ++i) {
                std::string const cell = row.empty() ? std::string(table.widths_[i], '-') : row[i];
                std::string const blanks(table.widths_[i] - width_of(cell), ' ');
                line += i == 0 ? "" : "  ";
                line += table.columns_[i] == Align::left ? cell + blanks : blanks + cell;
            }
            out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
        }
        return out;
    }

private:
    /// In characters, as far as each takes one place.
    static std::size_t width_of(std::string const& text) {
        std::size_t width = 0;
        for (char const c : text) {
            width += (static_cast<unsigned char>(c) & 0xC0U) == 0x80 ? 0 : 1;
        }
        return width;
    }

    std::vector<Align> columns_;
    std::vector<std::size_t> widths_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace orders

#endif // ORDERS_TABLE_HPP
