// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_OPEN_TRANSACTION_HPP
#define ANNALS_POSTGRES_DETAIL_OPEN_TRANSACTION_HPP

#include <annals/postgres/detail/connection.hpp>

namespace annals::postgres::detail {

/// Rolls back what is open when it goes.
class OpenTransaction {
public:
    OpenTransaction(Connection& connection, Deadline const& until) : connection_{connection}, until_{until} {}
    OpenTransaction(OpenTransaction const&) = delete;
    OpenTransaction& operator=(OpenTransaction const&) = delete;
    ~OpenTransaction() {
        try {
            connection_.roll_back(until_);
        } catch (...) {
            // The pool closes what is not as it was.
        }
    }

private:
    Connection& connection_;
    Deadline until_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_OPEN_TRANSACTION_HPP
