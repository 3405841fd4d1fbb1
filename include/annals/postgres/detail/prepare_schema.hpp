// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_PREPARE_SCHEMA_HPP
#define ANNALS_POSTGRES_DETAIL_PREPARE_SCHEMA_HPP

#include <annals/postgres/detail/connection.hpp>
#include <annals/postgres/detail/lock_keys.hpp>
#include <annals/postgres/detail/open_transaction.hpp>
#include <annals/postgres/detail/schema_facts.hpp>

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace annals::postgres::detail {

/// The version of the tables that are there; 0 if there are none.
[[nodiscard]] inline int stored_schema_version(Connection& connection, Options const& options, Deadline const& until) {
    // Not to_regclass: after a wait for an advisory lock it answers from a cache that has missed what was made
    // meanwhile.
    constexpr std::string_view exists =
        "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1::text AND c.relname = 'annals_schema')";
    if (!connection.run(exists, Parameters::of(std::string_view{options.schema}), until).boolean(0, 0)) {
        return 0;
    }
    return connection.run(in_schema(options.schema, "SELECT max(version) FROM @.annals_schema"), {}, until).int4(0, 0);
}

/// Makes the tables, or carries older ones over. Under a lock, so that of several processes one does it and the others
/// find it done; in one transaction, so that one that is killed leaves nothing behind.
inline void make_schema(Connection& connection, Options const& options, LockKeys const& locks, Deadline const& until) {
    if (stored_schema_version(connection, options, until) >= schema_version) {
        return;
    }
    OpenTransaction const transaction{connection, until};
    Call const lock{"SELECT pg_advisory_xact_lock($1::int8)", Parameters::of(locks.schema())};
    connection.begin(std::span{&lock, 1}, until);
    int const from = stored_schema_version(connection, options, until);
    if (from < schema_version) {
        for (std::string const& statement : schema_sql(options, from)) {
            connection.run(statement, {}, until);
        }
    }
    connection.commit(until);
}

/// Refuses tables that are not as the store needs them.
/// @throws CorruptData  naming the first difference
inline void check_schema(Connection& connection, Options const& options, Deadline const& until) {
    Result const found = connection.run(in_schema(options.schema, schema_facts_sql), {}, until);
    std::vector<std::string> facts;
    for (int row = 0; row < found.rows(); ++row) {
        facts.emplace_back(found.text(row, 0));
    }
    for (std::string const& fact : expected_schema_facts(options)) {
        if (std::find(facts.begin(), facts.end(), fact) == facts.end()) {
            throw CorruptData{"schema '" + options.schema + "' of the event store is not as it must be: no " + fact};
        }
    }
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_PREPARE_SCHEMA_HPP
