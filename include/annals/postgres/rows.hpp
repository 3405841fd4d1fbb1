// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_ROWS_HPP
#define ANNALS_POSTGRES_ROWS_HPP

#include <annals/postgres/detail/result.hpp>
#include <annals/stream_error.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace annals::postgres {

/// The rows that a query answered with, all of them, one after another: `while (rows.next()) rows.text(0);`
///
/// Columns count from 0. One thread.
class Rows {
public:
    explicit Rows(detail::Result result) : result_{std::move(result)} {}

    /// Goes to the next row, at first to the first. @returns whether there is one
    [[nodiscard]] bool next() noexcept { return ++row_ < result_.rows(); }

    /// How many there are in all.
    [[nodiscard]] int size() const noexcept { return result_.rows(); }

    [[nodiscard]] bool is_null(int column) const noexcept { return result_.is_null(row_, column); }

    /// The value as PostgreSQL writes it, empty if it is null. Valid as long as the rows.
    [[nodiscard]] std::string_view text(int column) const noexcept { return result_.text(row_, column); }

    /// @throws UsageError  if the value is no whole number of 64 bits
    [[nodiscard]] std::int64_t integer(int column) const {
        std::string_view const digits = text(column); // a NUL stands behind it
        char* end = nullptr;
        errno = 0;
        std::int64_t const value = std::strtoll(digits.data(), &end, 10);
        if (errno != 0 || digits.empty() || end != digits.data() + digits.size()) {
            throw UsageError{"annals: column " + std::to_string(column) + " of a query holds no whole number"};
        }
        return value;
    }

private:
    detail::Result result_;
    int row_ = -1;
};

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_ROWS_HPP
