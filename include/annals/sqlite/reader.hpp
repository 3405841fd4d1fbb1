// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_READER_HPP
#define ANNALS_SQLITE_READER_HPP

#include <annals/sqlite/transaction.hpp>

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace annals::sqlite {

/// A look at a store's file, read models included, as it is at the first query: no writer waits for it or disturbs it.
///
/// It is handed to a function. Valid only there, in that thread.
class Reader {
public:
    /// For the library. @see SqliteEventStore::read
    explicit Reader(detail::Connection& connection) : connection_{connection}, owns_{!connection.is_in_transaction()} {
        if (owns_) {
            connection_.run("BEGIN");
        }
    }
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    ~Reader() {
        if (owns_ && connection_.is_in_transaction()) {
            sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
    }

    /// Starts a query with values for its parameters, see `Transaction::query`.
    template <class... Values>
    [[nodiscard]] Rows query(std::string_view sql, Values const&... values) {
        return connection_.query(sql, values...);
    }

    /// @see Transaction::table
    [[nodiscard]] std::string table(std::string_view name) const { return std::string{name}; }
    /// @see Transaction::now_micros_sql
    [[nodiscard]] static constexpr std::string_view now_micros_sql() noexcept { return Transaction::now_micros_sql(); }

private:
    detail::Connection& connection_;
    bool owns_;
};

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_READER_HPP
