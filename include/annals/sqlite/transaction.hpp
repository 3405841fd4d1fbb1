// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_TRANSACTION_HPP
#define ANNALS_SQLITE_TRANSACTION_HPP

#include <annals/sqlite/detail/connection.hpp>

#include <sqlite3.h>

#include <string>
#include <string_view>

namespace annals::sqlite {

/// An open write transaction on a store's file, for read models that live beside the events.
///
/// It is handed to a function and committed when that returns. Valid only there, in that thread.
class Transaction {
public:
    /// Begins it. @throws StoreError  transient, if other writers do not let it begin within the busy timeout
    explicit Transaction(detail::Connection& connection) : connection_{connection} {
        roll_back(); // in case the last one could not
        connection_.run("BEGIN IMMEDIATE");
    }
    Transaction(Transaction const&) = delete;
    Transaction& operator=(Transaction const&) = delete;
    ~Transaction() { roll_back(); }

    /// Runs one or several statements without parameters and results.
    void execute(std::string const& sql) { connection_.execute(sql); }

    /// Runs a statement with values for its parameters: integers, floating point, texts, event ids, `nullptr`.
    ///
    /// It is prepared once and kept, so `sql` should be one of a few constant texts.
    template <class... Values>
    void run(std::string_view sql, Values const&... values) {
        connection_.run(sql, values...);
    }

    /// Starts a query; values as in `run`. One at a time of the same text.
    template <class... Values>
    [[nodiscard]] Rows query(std::string_view sql, Values const&... values) {
        return connection_.query(sql, values...);
    }

    /// The rows that the last INSERT, UPDATE or DELETE changed.
    [[nodiscard]] int changes() const noexcept { return sqlite3_changes(connection_.handle()); }

    /// SQLite's own handle, for what this class does not offer.
    [[nodiscard]] sqlite3* handle() const noexcept { return connection_.handle(); }

    /// For the library: the connection.
    [[nodiscard]] detail::Connection& connection() const noexcept { return connection_; }

    /// For the library: ends it. @returns SQLite's extended result code
    [[nodiscard]] int commit() noexcept {
        return sqlite3_exec(connection_.handle(), "COMMIT", nullptr, nullptr, nullptr);
    }

private:
    void roll_back() noexcept {
        // Some failures (disk full, I/O) have rolled back already.
        if (connection_.is_in_transaction()) {
            sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
        }
    }

    detail::Connection& connection_;
};

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_TRANSACTION_HPP
