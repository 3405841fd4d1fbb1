// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_RESULT_HPP
#define ANNALS_POSTGRES_DETAIL_RESULT_HPP

#include <annals/postgres/detail/wire.hpp>

#include <cstddef>
#include <cstdint>
#include <libpq-fe.h>
#include <memory>
#include <string_view>

namespace annals::postgres::detail {

/// The rows that a statement returned, in binary.
class Result {
public:
    explicit Result(PGresult* result) noexcept : result_{result} {}

    [[nodiscard]] PGresult* get() const noexcept { return result_.get(); }
    [[nodiscard]] ExecStatusType status() const noexcept { return PQresultStatus(result_.get()); }
    [[nodiscard]] int rows() const noexcept { return PQntuples(result_.get()); }
    [[nodiscard]] bool is_null(int row, int column) const noexcept {
        return PQgetisnull(result_.get(), row, column) == 1;
    }
    [[nodiscard]] std::string_view text(int row, int column) const noexcept {
        return {
            PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))
        };
    }
    [[nodiscard]] std::int64_t int8(int row, int column) const { return get<std::int64_t>(row, column); }
    [[nodiscard]] std::int32_t int4(int row, int column) const { return get<std::int32_t>(row, column); }
    [[nodiscard]] bool boolean(int row, int column) const { return text(row, column) == std::string_view{"\1", 1}; }
    [[nodiscard]] std::string_view field(int code) const {
        char const* const value = PQresultErrorField(result_.get(), code);
        return value == nullptr ? std::string_view{} : value;
    }

private:
    template <class Integer>
    [[nodiscard]] Integer get(int row, int column) const {
        return detail::get<Integer>(text(row, column));
    }
    struct Clear {
        void operator()(PGresult* result) const noexcept { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_RESULT_HPP
