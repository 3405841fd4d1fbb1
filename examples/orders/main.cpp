// SPDX-License-Identifier: MIT
//
// Orders as streams of events: imports invoices, reports on them, shows what an order was at any time.

#include "catalogue.hpp"
#include "compare.hpp"
#include "edit.hpp"
#include "import.hpp"
#include "options.hpp"
#include "projections.hpp"
#include "report.hpp"
#include "session.hpp"
#include "show.hpp"
#include "trace.hpp"
#include "verify.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace orders {

namespace {

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
    auto* const version = add_version(*command, "--at-version", "As it was after so many events", options->version);
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

void add_diff(CLI::App& app, Session& session) {
    struct Options {
        std::string id;
        annals::Version from;
        annals::Version to;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("diff", "Print what has changed in an order");
    command->add_option("ID", options->id, "The order")->required();
    add_version(*command, "--from", "Since which version", options->from)->required();
    add_version(*command, "--to", "Up to which version", options->to)->required();
    command->callback([options, &session] {
        session.with_store(false, [&](auto& store) { print_changes(store, options->id, options->from, options->to); });
    });
}

void add_trace(CLI::App& app, Session& session) {
    struct Options {
        std::string id;
        std::optional<annals::Version> version;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("trace", "Print what led to an event, and what it led to");
    command->add_option("ID", options->id, "The event; or its order, with --version")->required();
    add_version(*command, "--version", "Which event of the order", options->version);
    command->callback([options, &session] {
        session.with_store(false, [&](auto& store) { print_trace(store, options->id, options->version); });
    });
}

void add_verify(CLI::App& app, Session& session) {
    auto const options = std::make_shared<VerifyOptions>();
    CLI::App* const command = app.add_subcommand("verify", "Verify that nobody has changed what is stored");
    command->add_option("--head", options->head_of, "Print the head of this order's chain, to be kept elsewhere")
        ->type_name("ID");
    add_option(*command, "--against", "HEAD", "Verify by a head, too, that was kept", [=](auto& text) {
        options->against = parse_head(text);
        if (!options->against) {
            throw CLI::ValidationError{"--against", "not a head that --head has printed"};
        }
    });
    command->callback([options, &session] { session.with_store(false, [&](auto& store) { verify(store, *options); }); }
    );
}

void add_catalogue(CLI::App& app, Session&) {
    auto const file = std::make_shared<std::string>();
    CLI::App* const command = app.add_subcommand("catalogue", "Write the catalogue of all events there are");
    command->add_option("FILE", *file, "Into this one; what is in it already stays")->required();
    command->callback([file] { write_catalogue(*file); });
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
          add_ship,
          add_diff,
          add_trace,
          add_verify,
          add_catalogue}) {
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
