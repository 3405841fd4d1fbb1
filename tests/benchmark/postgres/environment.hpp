// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/postgres/client.hpp>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

namespace annals_benchmark {

inline constexpr char const* read_schema = "bench_read";

/// Makes a schema with the library's tables and the first so many events of those that are read.
inline void make_schema(Client& client, std::string const& schema, std::size_t events) {
    for (std::string const& statement : annals::postgres::schema_sql({.schema = schema})) {
        client.run(statement);
    }
    std::string const last = std::to_string(events);
    std::string const read{read_schema};
    client.run("INSERT INTO " + schema + ".events SELECT * FROM " + read + ".events WHERE position <= " + last);
    client.run("SELECT setval('" + schema + ".events_position', " + last + ")");
    client.run("VACUUM ANALYZE " + schema + ".events");
}

/// How long the server's write-ahead log is, in bytes.
[[nodiscard]] inline std::function<double()> log_length(std::shared_ptr<Client> client) {
    return [client] {
        std::string const sql = "SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text";
        return std::strtod(PQgetvalue(client->run(sql).get(), 0, 0), nullptr);
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_ENVIRONMENT_HPP
