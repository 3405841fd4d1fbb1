// SPDX-License-Identifier: MIT

#ifndef ORDERS_COMPARE_HPP
#define ORDERS_COMPARE_HPP

#include "stores.hpp"

#include <string>

namespace orders {

/// Prints what an order has become between two of its versions: a line for each value.
/// @throws std::domain_error  if it does not exist
template <class Store>
void print_changes(Store& store, std::string const& id, annals::Version from, annals::Version to);

} // namespace orders

#endif // ORDERS_COMPARE_HPP
