// SPDX-License-Identifier: MIT

#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/postgres/append_cases.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/postgres/import_case.hpp>
#include <tests/benchmark/postgres/read_cases.hpp>
#include <tests/benchmark/report.hpp>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Measures the PostgreSQL store beside hand-written libpq on an empty database. README.md tells how to read it.

namespace annals_benchmark {
namespace {

constexpr std::string_view usage =
    "postgres_benchmark CONNINFO [--seconds S] [--rounds N] [--events N] [--only TEXT] [--json FILE]\n"
    "  --seconds  how long one run of one way takes (0.6)\n"
    "  --rounds   how often each way is run (7)\n"
    "  --events   how many events the tables that are read hold, at least 300000 (1000000)\n"
    "  --only     the cases whose names hold TEXT: append, load, read, import\n"
    "  --json     the file to write the figures to\n";

Settings parse(int count, char** arguments) {
    Settings settings;
    if (count < 2 || count % 2 != 0) {
        throw std::invalid_argument{std::string{usage}};
    }
    settings.conninfo = arguments[1];
    for (int i = 2; i < count; i += 2) {
        std::string_view const name = arguments[i];
        std::string const value = arguments[i + 1];
        if (name == "--seconds") {
            settings.seconds = std::stod(value);
        } else if (name == "--rounds") {
            settings.rounds = std::stoul(value);
        } else if (name == "--events") {
            settings.events = std::stoul(value);
        } else if (name == "--only") {
            settings.only = value;
        } else if (name == "--json") {
            settings.json = value;
        } else {
            throw std::invalid_argument{std::string{usage}};
        }
    }
    if (settings.rounds == 0 || settings.events < settings.preloaded) {
        throw std::invalid_argument{std::string{usage}};
    }
    return settings;
}

void run(Settings const& settings) {
    Client client{settings.conninfo};
    annals::postgres::Options const options{.schema = read_schema};
    {
        annals::PostgresEventStore store{settings.conninfo, options};
        store_orders(store, settings);
    }
    client.run("VACUUM ANALYZE " + std::string{read_schema} + ".events");

    std::vector<Table> tables;
    auto const measure_all = [&](std::vector<Case> const& cases) {
        for (Case const& work : cases) {
            if (work.name.find(settings.only) != std::string::npos) {
                tables.push_back(measure(work, settings.rounds));
                print(std::cout, tables.back());
            }
        }
    };
    measure_all(load_cases(settings));
    measure_all({log_case(settings)});
    measure_all(append_cases(settings));
    measure_all({import_case(settings)});

    if (!settings.json.empty()) {
        nlohmann::ordered_json report{
            {"benchmark", "postgres"},
            {"server", text_at(client.run("SHOW server_version").get(), 0, 0)},
            {"rounds", settings.rounds},
            {"seconds", settings.seconds},
            {"events", settings.events},
            {"cases", json_of(tables)},
        };
        std::ofstream file{settings.json};
        file << report.dump(2) << '\n';
        if (!file.flush()) {
            throw std::runtime_error{"cannot write " + settings.json};
        }
    }
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) {
    try {
        annals_benchmark::run(annals_benchmark::parse(argc, argv));
        return EXIT_SUCCESS;
    } catch (std::exception const& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
