// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_GRANTS_HPP
#define ANNALS_POSTGRES_GRANTS_HPP

#include <annals/postgres/schema.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace annals::postgres {

namespace detail {

/// Completes statements that end where the role stands.
[[nodiscard]] inline std::vector<std::string>
granted_to(std::string const& role, Options const& options, std::vector<std::string> statements) {
    require_schema_name(options.schema);
    if (role.empty() || role.find('\0') != std::string::npos) {
        throw InvalidInput{"annals: a role needs a name"};
    }
    std::string quoted = role;
    for (std::size_t at = quoted.find('"'); at != std::string::npos; at = quoted.find('"', at + 2)) {
        quoted.insert(at, 1, '"');
    }
    for (std::string& statement : statements) {
        statement = in_schema(options.schema, std::move(statement)) + '"' + quoted + '"';
    }
    return statements;
}

} // namespace detail

/// The statements that let a role use a store, and nothing more: it can add events but not change or remove one.
/// @throws InvalidInput  if the schema's name is not acceptable, or the role's is empty or holds a NUL
[[nodiscard]] inline std::vector<std::string> grant_sql(std::string const& role, Options const& options = {}) {
    std::vector<std::string> statements{
        "GRANT USAGE ON SCHEMA @ TO ",
        "GRANT USAGE, SELECT ON SEQUENCE @.events_position TO ",
        "GRANT SELECT, INSERT ON @.events TO ",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON @.snapshots, @.checkpoints, @.projections, @.dead_letters TO ",
        "GRANT SELECT ON @.annals_schema, @.truncations TO ",
    };
    return detail::granted_to(role, options, std::move(statements));
}

/// The statements that let a role with `grant_sql` truncate and end streams as well: an operator's, best not the
/// application's. What it notes in `truncations` stands there for ever, and it can change no event in another way.
/// @throws InvalidInput  as `grant_sql`
[[nodiscard]] inline std::vector<std::string> truncate_grant_sql(std::string const& role, Options const& options = {}) {
    std::vector<std::string> statements{
        "GRANT INSERT ON @.truncations TO ",
        "GRANT UPDATE (event_type, schema_version, data, metadata, checksum) ON @.events TO ",
    };
    return detail::granted_to(role, options, std::move(statements));
}

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_GRANTS_HPP
