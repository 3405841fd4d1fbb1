// SPDX-License-Identifier: MIT

#include "edit.hpp"

#include "event_of.hpp"
#include "options.hpp"
#include "session.hpp"

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

namespace orders {

namespace {

/// Runs a command on an order and says what has become of it. If another program was first, the order is loaded
/// again and the command decides anew.
/// @throws std::domain_error  what the command throws
template <class Store, class Command>
void edit_order(Store& store, annals::Metadata const& metadata, std::string const& id, Command&& command) {
    Order const order = orders_in(store, {metadata}).transact(id, command);
    std::cout << "order " << printable(id) << " is at version " << order.version().value() << ", total "
              << with_thousands(to_text(order.state().total)) << '\n';
}

} // namespace

void add_create(CLI::App& app, Session& session) {
    struct Options {
        std::string id;
        std::string customer;
        std::string country;
        std::string origin;
    };
    auto const options = std::make_shared<Options>();
    CLI::App* const command = app.add_subcommand("create", "Create an order");
    command->add_option("ID", options->id, "The order")->required();
    command->add_option("--customer", options->customer, "Whose it is")->required();
    command->add_option("--country", options->country, "Where it goes")->required();
    command->add_option("--because-of", options->origin, "The order that led to this one");
    command->callback([options, &session] {
        session.with_store(true, [&](auto& store) {
            annals::Metadata metadata = Session::metadata("create");
            if (!options->origin.empty()) {
                // This one continues the conversation of that order.
                auto const cause = event_of(store, options->origin);
                metadata.causation_id = annals::to_text(cause.event_id);
                metadata.correlation_id = cause.metadata.correlation_id;
            }
            edit_order(store, metadata, options->id, [&](Order& order) {
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

} // namespace orders
