// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_OPTIONS_HPP
#define ANNALS_POSTGRES_OPTIONS_HPP

#include <annals/payload_transform.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace annals::postgres {

/// The column type of payloads; fixed when the tables are made.
enum class PayloadColumn : std::uint8_t {
    text, ///< the bytes of any codec; query them as `data::json ->> 'key'`
    json  ///< the same bytes, and the server refuses what is no JSON; query them as `data ->> 'key'`
};

/// How a store uses its server.
struct Options {
    /// The schema that holds the tables: a letter or `_`, then letters, digits and `_`, lower case, at most 40.
    std::string schema = "annals";
    PayloadColumn payload_column = PayloadColumn::text;
    /// Connections at most.
    std::size_t pool_size = 8;
    /// Connections older than this are replaced, so that a fail-over or a changed setting reaches all of them.
    std::chrono::seconds connection_age{1'800};
    /// No call of the store takes longer than this, and a second, whatever the server or the network does.
    std::chrono::milliseconds deadline{10'000};
    /// How long a statement waits for a lock before the server refuses it.
    std::chrono::milliseconds lock_timeout{5'000};
    /// Make the tables if there are none. Off for a role that may not; see `schema_sql`.
    bool create_tables = true;
    /// Behind a pooler that gives each transaction another session (PgBouncer's transaction mode): nothing is prepared,
    /// and each transaction brings its settings along. It costs; connect directly where you can.
    bool transaction_pooler = false;
    /// Each append wakes the `EventListener`s of the store. It costs much where many write, for PostgreSQL takes a lock
    /// of the whole server at each such commit.
    bool notify = false;
    /// What seals the data of events and snapshots; if there is none they are kept as they are.
    std::shared_ptr<PayloadTransform const> payloads{};
};

/// @throws InvalidInput  if the name could not be written into SQL as it is
inline void require_schema_name(std::string const& name) {
    bool good = !name.empty() && name.size() <= 40 && !(name.front() >= '0' && name.front() <= '9');
    for (char const c : name) {
        good = good && ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_');
    }
    if (!good || name.starts_with("pg_")) {
        throw InvalidInput{"annals: a schema name is a lower-case letter or '_', then at most 39 letters, digits or '_'"
        };
    }
}

/// @throws InvalidInput  for what no store could work with
inline void require_valid(Options const& options) {
    require_schema_name(options.schema);
    if (options.pool_size == 0) {
        throw InvalidInput{"annals: a pool needs room for at least one connection"};
    }
    if (options.deadline.count() <= 0 || options.lock_timeout.count() <= 0) {
        throw InvalidInput{"annals: the deadline and the lock timeout of a PostgreSQL store must be above zero"};
    }
}

} // namespace annals::postgres

#endif // ANNALS_POSTGRES_OPTIONS_HPP
