// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_ERROR_HPP
#define ANNALS_POSTGRES_ERROR_HPP

#include <annals/error.hpp>
#include <annals/postgres/detail/sqlstate.hpp>

#include <string>
#include <utility>

namespace annals::postgres {

/// The server refused a statement; its transaction was rolled back. `native_code()` is the SQLSTATE.
class PostgresError : public StoreError {
public:
    /// @param server_message  the server's primary message; it may repeat user data and is kept out of `what()`
    PostgresError(
        std::string const& sqlstate, std::string server_message, std::string constraint, std::string queued_sql = {}
    )
        : StoreError{
              "annals: PostgreSQL refused a statement: " + std::string{detail::meaning_of(sqlstate).text} + " (SQLSTATE " +
                  sqlstate + ")" + (queued_sql.empty() ? "" : ": ") + queued_sql,
              sqlstate, detail::meaning_of(sqlstate).is_transient
          },
          server_message_{std::move(server_message)}, constraint_{std::move(constraint)},
          queued_sql_{std::move(queued_sql)} {}

    [[nodiscard]] std::string const& server_message() const noexcept { return server_message_; }
    /// The violated constraint's name, if there is one.
    [[nodiscard]] std::string const& constraint() const noexcept { return constraint_; }
    /// The statement, if it was queued before and is not the one that the caller has just run; else empty.
    [[nodiscard]] std::string const& queued_sql() const noexcept { return queued_sql_; }

private:
    std::string server_message_;
    std::string constraint_;
    std::string queued_sql_;
};

/// The connection died, or could not be made. Nothing is known of a statement that was under way.
class ConnectionLost : public StoreError {
public:
    /// @param reason  without the connection string
    explicit ConnectionLost(std::string const& reason, std::string const& sqlstate = "08006")
        : StoreError{
              "annals: the connection to PostgreSQL is lost: " + reason,
              sqlstate,
              detail::meaning_of(sqlstate).is_transient
          } {}
};

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_ERROR_HPP
