// SPDX-License-Identifier: MIT

#include <tests/benchmark/postgres/append_cases.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/postgres/follow_cases.hpp>
#include <tests/benchmark/postgres/import_case.hpp>
#include <tests/benchmark/postgres/read_cases.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <string>

// Measures the PostgreSQL store beside hand-written libpq on an empty database. README.md tells how to read it.

namespace annals_benchmark {
namespace {

void run(Settings const& settings) {
    Client client{settings.place};
    {
        annals::PostgresEventStore store{settings.place, {.schema = read_schema}};
        store_orders(store, settings);
    }
    client.run("VACUUM ANALYZE " + std::string{read_schema} + ".events");

    Report report{settings};
    report.measure_all(read_cases(settings));
    report.measure_all(append_cases(settings));
    report.measure_all({import_case(settings)});
    make_schema(client, follow_schema, settings.followed);
    report.measure_all({catch_up_case(settings), live_case(settings)});
    report.write("postgres", text_at(client.run("SHOW server_version").get(), 0, 0));
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) { return annals_benchmark::program(argc, argv, "CONNINFO", annals_benchmark::run); }
