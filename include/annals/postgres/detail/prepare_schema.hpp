// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_PREPARE_SCHEMA_HPP
#define ANNALS_POSTGRES_DETAIL_PREPARE_SCHEMA_HPP

#include <annals/postgres/detail/connection.hpp>
#include <annals/postgres/detail/lock_keys.hpp>
#include <annals/postgres/detail/open_transaction.hpp>
#include <annals/postgres/detail/schema_facts.hpp>
#include <annals/stream_error.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>

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
    connection.begin();
    connection.run("SELECT pg_advisory_xact_lock($1::int8)", Parameters::of(locks.schema()), until);
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
    // What else there has to be depends on the version.
    int const version = stored_schema_version(connection, options, until);
    if (version > 0 && version != schema_version) {
        throw CorruptData{
            "schema '" + options.schema + "' of the event store has schema version " + std::to_string(version) +
            ", this library knows " + std::to_string(schema_version)
        };
    }
    ArrayValue expected{ElementType::text};
    for (std::string const& fact : expected_schema_facts(options)) {
        expected.add(std::string_view{fact});
    }
    Parameters parameters;
    parameters.add(expected);
    std::string const sql = "SELECT e.fact FROM unnest($1::text[]) WITH ORDINALITY AS e (fact, place) "
                            "WHERE NOT EXISTS (SELECT FROM (" +
                            schema_facts_sql + ") AS found (fact) WHERE found.fact = e.fact) ORDER BY e.place LIMIT 1";
    Result const missing = connection.run(in_schema(options.schema, sql), std::move(parameters), until);
    if (missing.rows() > 0) {
        throw CorruptData{
            "schema '" + options.schema + "' of the event store is not as it must be: no " +
            std::string{missing.text(0, 0)}
        };
    }
}

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_PREPARE_SCHEMA_HPP
