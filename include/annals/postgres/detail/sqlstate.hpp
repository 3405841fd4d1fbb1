// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_SQLSTATE_HPP
#define ANNALS_POSTGRES_DETAIL_SQLSTATE_HPP

#include <string_view>

namespace annals::postgres::detail {

/// What a SQLSTATE means to a store. A code of two characters stands for its whole class.
struct SqlState {
    std::string_view code;
    bool is_transient; ///< the same call may succeed later
    bool is_retried;   ///< the store itself tries again, with the same event ids, as long as its deadline allows
    std::string_view text;
};

/// Codes: PostgreSQL documentation, appendix A. The first that fits counts, so single codes stand before classes.
inline constexpr SqlState sqlstates[] = {
    {"23505", false, false, "a unique constraint is violated"},
    {"23", false, false, "a constraint is violated"},
    {"25006", true, true, "the server, or the session, is read-only: a standby, or a fail-over under way"},
    {"25P02", false, false, "the transaction has failed already"},
    {"25P03", true, true, "the session was idle in a transaction for too long"},
    {"40001", true, true, "the transaction could not be serialised with others"},
    {"40003", true, true, "whether the statement completed is not known"},
    {"40P01", true, true, "a deadlock with other transactions"},
    {"40", true, true, "the transaction was rolled back"},
    {"42P05", false, false, "a prepared statement exists: a pooler is in between; see Options::transaction_pooler"},
    {"42501", false, false, "the role lacks a permission"},
    {"42P01", false, false, "a table is missing"},
    {"42", false, false, "the schema is not what the store needs"},
    {"53100", true, false, "the server's disk is full"},
    {"53200", true, false, "the server is out of memory"},
    {"53300", true, true, "the server has no connection left"},
    {"53", true, false, "the server lacks a resource"},
    {"54", false, false, "a limit of the server is exceeded"},
    {"55P03", true, false, "a lock could not be had in time"},
    {"55", true, false, "an object is not in the state for this"},
    {"57014", true, false, "the statement was cancelled, or took too long"},
    {"57P01", true, true, "the server is shutting down"},
    {"57P02", true, true, "the server has crashed"},
    {"57P03", true, true, "the server is starting up"},
    {"57P05", true, true, "the session was idle for too long"},
    {"57", true, false, "an operator has intervened"},
    {"58", true, false, "the server has a system error"},
    {"08", true, true, "the connection failed"},
    {"22P05", false, false, "a character has no equivalent in the server's encoding"},
    {"22", false, false, "the data is not acceptable"},
    {"26000", false, false, "a prepared statement is gone: a pooler is in between; see Options::transaction_pooler"},
    {"28", false, false, "the server does not accept this user or password"},
    {"3D000", false, false, "there is no such database"},
    {"0A", false, false, "the server does not support this"},
    {"XX001", false, false, "data is corrupted"},
    {"XX002", false, false, "an index is corrupted"},
    {"XX", false, false, "an internal error of the server"},
    {"", false, false, "an error of a kind not known to the library"},
};

[[nodiscard]] constexpr SqlState const& meaning_of(std::string_view code) noexcept {
    for (SqlState const& state : sqlstates) {
        if (code.starts_with(state.code)) {
            return state;
        }
    }
    return sqlstates[sizeof sqlstates / sizeof sqlstates[0] - 1];
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_SQLSTATE_HPP
