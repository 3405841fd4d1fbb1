// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_SESSION_SETTINGS_HPP
#define ANNALS_POSTGRES_DETAIL_SESSION_SETTINGS_HPP

#include <annals/postgres/detail/call.hpp>
#include <annals/postgres/options.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace annals::postgres::detail {

/// How long settings last.
enum class Scope : std::uint8_t { session, transaction };

/// What a session must be set to, whatever the server, the database or the role says.
class SessionSettings {
public:
    explicit SessionSettings(Options const& options)
        : lock_timeout_{std::to_string(options.lock_timeout.count())},
          statement_timeout_{std::to_string(options.deadline.count())} {}

    /// The statement that sets them.
    [[nodiscard]] Call call(Scope scope) const {
        // Keep-alives end the session of a client whose machine is gone, which would hold its locks for hours.
        // remote_apply is stronger than on; everything weaker loses acknowledged events when the server dies. A generic
        // plan reads a long stream by its index, where a custom one turns to a scan of the table.
        static std::string const sql =
            "SELECT set_config('synchronous_commit', CASE current_setting('synchronous_commit') "
            "WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, $3::bool), "
            "set_config('default_transaction_isolation', 'read committed', $3::bool), "
            "set_config('search_path', 'pg_catalog', $3::bool), "
            "set_config('quote_all_identifiers', 'off', $3::bool), set_config('row_security', 'off', $3::bool), "
            "set_config('plan_cache_mode', 'force_generic_plan', $3::bool), "
            "set_config('idle_in_transaction_session_timeout', '10000', $3::bool), "
            "set_config('tcp_keepalives_idle', '10', $3::bool), set_config('tcp_keepalives_interval', '5', $3::bool), "
            "set_config('tcp_keepalives_count', '3', $3::bool), "
            "set_config('lock_timeout', $1::text, $3::bool), set_config('statement_timeout', $2::text, $3::bool)";
        return {
            sql,
            Parameters::of(
                std::string_view{lock_timeout_}, std::string_view{statement_timeout_}, scope == Scope::transaction
            )
        };
    }

private:
    std::string lock_timeout_;
    std::string statement_timeout_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_SESSION_SETTINGS_HPP
