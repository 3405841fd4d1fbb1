// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_SAVEPOINT_HPP
#define ANNALS_SQLITE_DETAIL_SAVEPOINT_HPP

#include <annals/sqlite/detail/connection.hpp>

#include <sqlite3.h>

namespace annals::sqlite::detail {

/// A part of a transaction that is undone unless it is kept.
class Savepoint {
public:
    /// @param is_spoilt  becomes true if the part cannot be undone; then nothing of the transaction may be committed
    Savepoint(Connection& connection, bool& is_spoilt) : connection_{connection}, is_spoilt_{is_spoilt} {
        connection_.run("SAVEPOINT annals_append");
    }
    Savepoint(Savepoint const&) = delete;
    Savepoint& operator=(Savepoint const&) = delete;
    ~Savepoint() {
        // Some failures (disk full, I/O) have rolled back all of the transaction.
        if (!is_kept_ && connection_.is_in_transaction()) {
            char const* const undo = "ROLLBACK TO annals_append; RELEASE annals_append";
            is_spoilt_ = sqlite3_exec(connection_.handle(), undo, nullptr, nullptr, nullptr) != SQLITE_OK;
        }
    }

    void keep() {
        connection_.run("RELEASE annals_append");
        is_kept_ = true;
    }

private:
    Connection& connection_;
    bool& is_spoilt_;
    bool is_kept_ = false;
};

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_SAVEPOINT_HPP
