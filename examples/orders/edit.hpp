// SPDX-License-Identifier: MIT

#ifndef ORDERS_EDIT_HPP
#define ORDERS_EDIT_HPP

#include "stores.hpp"

#include <iostream>
#include <string>

namespace orders {

/// Runs a command on an order and says what has become of it. If another program was first, the order is loaded
/// again and the command decides anew.
/// @throws std::domain_error  what the command throws
template <class Store, class Command>
void edit_order(Store& store, annals::Metadata const& metadata, std::string const& id, Command&& command) {
    Order const order = orders_in(store, {metadata}).transact(id, command);
    std::cout << "order " << printable(id) << " is at version " << order.version().value() << ", total "
              << with_thousands(to_text(order.state().total)) << '\n';
}

} // namespace orders

#endif // ORDERS_EDIT_HPP
