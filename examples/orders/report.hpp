// SPDX-License-Identifier: MIT

#ifndef ORDERS_REPORT_HPP
#define ORDERS_REPORT_HPP

#include "stores.hpp"

namespace orders {

/// Prints the totals of all orders and of each country, as a table or as JSON.
///
/// They come from a read model with one row an order, which is brought up to date first. SQLite keeps it in the
/// store's file; over the other stores it is made anew.
template <class Store>
void print_report(Store& store, bool as_json);

} // namespace orders

#endif // ORDERS_REPORT_HPP
