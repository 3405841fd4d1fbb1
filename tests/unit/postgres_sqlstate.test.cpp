// SPDX-License-Identifier: MIT

#include <annals/postgres/error.hpp>
#include <tests/catch.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

// The table says what a store does about each failure, so each row is looked at.

namespace {

using annals::postgres::detail::meaning_of;
using annals::postgres::detail::SqlState;
using annals::postgres::detail::sqlstates;

enum class Verdict {
    final_,    ///< the same call would fail again
    transient, ///< the caller may try again
    retried    ///< the store does so itself
};

struct Row {
    std::string_view code;
    Verdict verdict;
};

Verdict verdict_of(SqlState const& state) {
    return state.is_retried ? Verdict::retried : state.is_transient ? Verdict::transient : Verdict::final_;
}

/// Names and meanings: PostgreSQL documentation, appendix A.
constexpr Row expected[] = {
    {"00000", Verdict::final_},    // successful_completion, which is no failure
    {"08000", Verdict::retried},   // connection_exception
    {"08001", Verdict::retried},   // sqlclient_unable_to_establish_sqlconnection
    {"08003", Verdict::retried},   // connection_does_not_exist
    {"08006", Verdict::retried},   // connection_failure
    {"08P01", Verdict::retried},   // protocol_violation
    {"0A000", Verdict::final_},    // feature_not_supported
    {"22021", Verdict::final_},    // character_not_in_repertoire
    {"22P02", Verdict::final_},    // invalid_text_representation
    {"22P05", Verdict::final_},    // untranslatable_character
    {"23001", Verdict::final_},    // restrict_violation, which the trigger on events raises
    {"23502", Verdict::final_},    // not_null_violation
    {"23505", Verdict::final_},    // unique_violation
    {"25006", Verdict::retried},   // read_only_sql_transaction: another host may be writable soon
    {"25P02", Verdict::final_},    // in_failed_sql_transaction
    {"25P03", Verdict::retried},   // idle_in_transaction_session_timeout
    {"26000", Verdict::final_},    // invalid_sql_statement_name: of a pooler that keeps no sessions
    {"28000", Verdict::final_},    // invalid_authorization_specification
    {"28P01", Verdict::final_},    // invalid_password
    {"3D000", Verdict::final_},    // invalid_catalog_name
    {"40000", Verdict::retried},   // transaction_rollback
    {"40001", Verdict::retried},   // serialization_failure
    {"40003", Verdict::retried},   // statement_completion_unknown
    {"40P01", Verdict::retried},   // deadlock_detected
    {"42501", Verdict::final_},    // insufficient_privilege
    {"42703", Verdict::final_},    // undefined_column
    {"42P05", Verdict::final_},    // duplicate_prepared_statement, likewise
    {"42P01", Verdict::final_},    // undefined_table
    {"53100", Verdict::transient}, // disk_full
    {"53200", Verdict::transient}, // out_of_memory
    {"53300", Verdict::retried},   // too_many_connections
    {"53400", Verdict::transient}, // configuration_limit_exceeded
    {"54000", Verdict::final_},    // program_limit_exceeded
    {"55006", Verdict::transient}, // object_in_use
    {"55P03", Verdict::transient}, // lock_not_available
    {"57014", Verdict::transient}, // query_canceled, which is a statement_timeout too
    {"57P01", Verdict::retried},   // admin_shutdown
    {"57P02", Verdict::retried},   // crash_shutdown
    {"57P03", Verdict::retried},   // cannot_connect_now
    {"57P04", Verdict::transient}, // database_dropped
    {"57P05", Verdict::retried},   // idle_session_timeout
    {"58030", Verdict::transient}, // io_error
    {"P0001", Verdict::final_},    // raise_exception, of somebody's trigger
    {"XX000", Verdict::final_},    // internal_error
    {"XX001", Verdict::final_},    // data_corrupted
    {"XX002", Verdict::final_},    // index_corrupted
    {"ZZZZZ", Verdict::final_},    // of no kind that we know
    {"", Verdict::final_},
};

} // namespace

TEST_CASE("postgres: each SQLSTATE has its verdict", "[postgres]") {
    for (Row const& row : expected) {
        CAPTURE(row.code);
        CHECK(verdict_of(meaning_of(row.code)) == row.verdict);
    }
}

TEST_CASE("postgres: each row of the SQLSTATE table is tried", "[postgres]") {
    for (SqlState const& state : sqlstates) {
        CAPTURE(state.code);
        // Also shows that no row stands behind one that takes its codes away.
        CHECK(std::any_of(std::begin(expected), std::end(expected), [&](Row const& row) {
            return &meaning_of(row.code) == &state;
        }));
    }
}

TEST_CASE("postgres: the SQLSTATE table is well formed", "[postgres]") {
    for (SqlState const& state : sqlstates) {
        CAPTURE(state.code);
        CHECK((state.code.size() == 5 || state.code.size() == 2 || &state == std::end(sqlstates) - 1));
        CHECK_FALSE(state.text.empty());
        CHECK((state.is_transient || !state.is_retried));
        CHECK(std::count_if(std::begin(sqlstates), std::end(sqlstates), [&](SqlState const& other) {
                  return other.code == state.code;
              }) == 1);
    }
}

TEST_CASE("postgres: an error carries its SQLSTATE and keeps the server's words out of its message", "[postgres]") {
    annals::postgres::PostgresError const error{"23505", "Key (data)=(secret) already exists.", "events_event_id_key"};
    CHECK(error.native_code() == "23505");
    CHECK(error.constraint() == "events_event_id_key");
    CHECK(error.server_message() == "Key (data)=(secret) already exists.");
    CHECK_FALSE(error.is_transient());
    CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring("23505"));
    CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("secret"));
    CHECK(annals::postgres::ConnectionLost{"gone"}.is_transient());
}
