// SPDX-License-Identifier: MIT

#ifndef ORDERS_EDIT_HPP
#define ORDERS_EDIT_HPP

#include <CLI/CLI.hpp>

namespace orders {

class Session;

// The subcommands that change an order by hand.

void add_create(CLI::App& app, Session& session);
void add_add_item(CLI::App& app, Session& session);
void add_ship(CLI::App& app, Session& session);

} // namespace orders

#endif // ORDERS_EDIT_HPP
