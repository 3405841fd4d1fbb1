// SPDX-License-Identifier: MIT
//
// Orders as streams of events: imports invoices, reports on them, shows what an order was at any time.

#include "edit.hpp"
#include "import.hpp"
#include "projections.hpp"
#include "report.hpp"
#include "session.hpp"
#include "show.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orders {

namespace {

/// An option whose text is read by a function of ours, which throws CLI::ValidationError: CLI11 itself takes
/// 99999999999999999999 for the largest number there is.
template <class Parse>
CLI::Option* add_option(
    CLI::App& command, std::string const& name, std::string const& type, std::string const& description, Parse parse
) {
    auto const parse_first = [parse](CLI::results_t const& texts) {
        parse(texts.front());
        return true;
    };
    return command.add_option(name, parse_first, description)->type_name(type);
}

// Each subcommand brings its options along. CLI11 runs the callbacks when the whole line has been read, in the order
// of the line.

void add_import(CLI::App& app, Session& session) {
    auto const files = std::make_shared<std::vector<std::string>>();
    CLI::App* const command = app.add_subcommand("import", "Make an order of each invoice in CSV files");
    command->add_option("FILE", *files, "Files of the data set \"Online Retail\"")->required();
    command->callback([files, &session] {
        session.with_store(true, [&](auto& store) {
            session.is_complete &= import_files(store, *files, Session::metadata("import"));
        });
    });
}

void add_report(CLI::App& app, Session& session) {
    struct Options {
        bool as_json = false;
        bool by_day = false;
        bool best_sellers = false;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("report", "Print the totals of all orders and of each country");
    auto* const by_day = command->add_flag("--by-day", options->by_day, "Of each day in each country instead");
    auto* const best_sellers =
        command->add_flag("--best-sellers", options->best_sellers, "The products that brought in most instead");
    command->add_flag("--json", options->as_json, "Print JSON")->excludes(by_day)->excludes(best_sellers);
    by_day->excludes(best_sellers);
    command->callback([options, &session] {
        session.with_store(false, [&](auto& store) {
            if (options->by_day) {
                print_days(store);
            } else if (options->best_sellers) {
                print_best_sellers(store);
            } else {
                print_report(store, options->as_json);
            }
        });
    });
}

void add_projections(CLI::App& app, Session& session) {
    CLI::App* const command = app.add_subcommand("projections", "List the read models that the store keeps");
    command->callback([&session] { session.with_store(false, [](auto& store) { print_projections(store); }); });
}

void add_rebuild(CLI::App& app, Session& session) {
    auto const name = std::make_shared<std::string>();
    CLI::App* const command = app.add_subcommand("rebuild", "Build a read model anew and put it in its place");
    command->add_option("NAME", *name, "Which one, as `projections` lists it")->required();
    command->callback([name, &session] { session.with_store(false, [&](auto& store) { rebuild(store, *name); }); });
}

void add_show(CLI::App& app, Session& session) {
    auto const options = std::make_shared<ShowOptions>();
    CLI::App* const command = app.add_subcommand("show", "Show an order, as it is or as it was");
    command->add_option("ID", options->id, "The order")->required();
    auto* const version = add_option(*command, "--at-version", "N", "As it was after so many events", [=](auto& text) {
        std::int64_t const number = parse_whole_number(text).value_or(0);
        if (number <= 0) {
            throw CLI::ValidationError{"--at-version", "not a whole number above 0"};
        }
        options->version = annals::Version{number};
    });
    add_option(*command, "--at", "TIME", "As it was at a time, UTC", [=](auto& text) {
        try {
            options->time = annals::parse_timestamp(text);
        } catch (annals::InvalidInput const&) {
            throw CLI::ValidationError{"--at", "not a time such as 2010-12-01T08:26:00Z"};
        }
    })->excludes(version);
    command->add_flag("--json", options->as_json, "Print JSON");
    command->callback([options, &session] {
        session.with_store(false, [&](auto& store) { show_order(store, *options); });
    });
}

void add_history(CLI::App& app, Session& session) {
    auto const id = std::make_shared<std::string>();
    auto const as_json = std::make_shared<bool>(false);
    CLI::App* const command = app.add_subcommand("history", "Print the events of an order");
    command->add_option("ID", *id, "The order")->required();
    command->add_flag("--json", *as_json, "Print JSON");
    command->callback([id, as_json, &session] {
        session.with_store(false, [&](auto& store) { print_history(store, *id, *as_json); });
    });
}

void add_create(CLI::App& app, Session& session) {
    struct Options {
        std::string id;
        std::string customer;
        std::string country;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("create", "Create an order");
    command->add_option("ID", options->id, "The order")->required();
    command->add_option("--customer", options->customer, "Whose it is")->required();
    command->add_option("--country", options->country, "Where it goes")->required();
    command->callback([options, &session] {
        session.with_store(true, [&](auto& store) {
            edit_order(store, Session::metadata("create"), options->id, [&](Order& order) {
                order.create(kind_of(options->id), options->customer, options->country);
            });
        });
    });
}

void add_add_item(CLI::App& app, Session& session) {
    struct Options {
        std::string id;
        OrderLine line;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("add-item", "Add a line to an order");
    command->add_option("ID", options->id, "The order")->required();
    command->add_option("--stock", options->line.stock_code, "What is ordered")->required();
    add_option(*command, "--quantity", "N", "How many", [=](auto& text) {
        std::optional<std::int64_t> const number = parse_whole_number(text);
        if (!number) {
            throw CLI::ValidationError{"--quantity", "not a whole number"};
        }
        options->line.quantity = *number;
    })->required();
    add_option(*command, "--price", "DECIMAL", "What one of them costs", [=](auto& text) {
        std::optional<Money> const amount = parse_money(text);
        if (!amount) {
            throw CLI::ValidationError{"--price", "not a decimal number such as 2.55"};
        }
        options->line.unit_price = *amount;
    })->required();
    command->add_option("--description", options->line.description, "Its name");
    command->callback([options, &session] {
        session.with_store(false, [&](auto& store) {
            edit_order(store, Session::metadata("add-item"), options->id, [&](Order& order) {
                order.add_line(options->line);
            });
        });
    });
}

void add_ship(CLI::App& app, Session& session) {
    struct Options {
        std::string id;
        std::string carrier;
        std::string tracking_number;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("ship", "Ship an order");
    command->add_option("ID", options->id, "The order")->required();
    command->add_option("--carrier", options->carrier, "Who takes it")->required();
    command->add_option("--tracking", options->tracking_number, "The carrier's number for it")->required();
    command->callback([options, &session] {
        session.with_store(false, [&](auto& store) {
            edit_order(store, Session::metadata("ship"), options->id, [&](Order& order) {
                order.ship(options->carrier, options->tracking_number);
            });
        });
    });
}

constexpr int success = 0;
constexpr int failure = 1;
constexpr int wrong_usage = 2;

int run(int argc, char const* const* argv) {
    Session session;
    CLI::App app{"Orders as streams of events", "orders"};
    app.add_option("--store", session.store_name, "memory, sqlite:FILE or postgres:CONNINFO")
        ->capture_default_str()
        ->type_name("STORE")
        ->check([](std::string const& name) {
            return Session::is_store_name(name) ? "" : "a store is 'memory', 'sqlite:FILE' or 'postgres:CONNINFO'";
        });
    app.fallthrough(); // --store may also stand behind a subcommand
    for (auto const add :
         {add_import,
          add_report,
          add_projections,
          add_rebuild,
          add_show,
          add_history,
          add_create,
          add_add_item,
          add_ship}) {
        add(app, session);
    }
    app.footer("Several subcommands may follow one another: orders --store memory import a.csv report");

    try {
        app.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        return app.exit(error) == 0 ? success : wrong_usage;
    }
    if (app.get_subcommands().empty()) {
        std::cerr << app.help();
        return wrong_usage;
    }
    if (!std::cout.flush()) {
        std::cerr << "orders: the output could not be written\n";
        return failure;
    }
    return session.is_complete ? success : failure;
}

} // namespace

} // namespace orders

int main(int argc, char** argv) {
    try {
        return orders::run(argc, argv);
    } catch (std::exception const& error) {
        std::string_view what = error.what();
        what.remove_prefix(what.starts_with("annals: ") ? std::string_view{"annals: "}.size() : 0);
        std::cerr << "orders: " << orders::printable(what) << '\n';
        return orders::failure;
    }
}
