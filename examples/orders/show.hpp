// SPDX-License-Identifier: MIT

#ifndef ORDERS_SHOW_HPP
#define ORDERS_SHOW_HPP

#include "stores.hpp"

#include <optional>
#include <string>

namespace orders {

/// An order, now or as it was.
struct ShowOptions {
    std::string id;
    std::optional<annals::Version> version;
    std::optional<annals::Timestamp> time;
    bool as_json = false;
};

/// Prints an order: what it is now, or was at a version or a time.
/// @throws std::domain_error  if it does not exist, or did not then
template <class Store>
void show_order(Store& store, ShowOptions const& options);

/// Prints the events of an order, one after another.
/// @throws std::domain_error  if it does not exist
template <class Store>
void print_history(Store& store, std::string const& id, bool as_json);

} // namespace orders

#endif // ORDERS_SHOW_HPP
