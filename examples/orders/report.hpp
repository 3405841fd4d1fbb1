// SPDX-License-Identifier: MIT

#ifndef ORDERS_REPORT_HPP
#define ORDERS_REPORT_HPP

#include "stores.hpp"

namespace orders {

/// Prints the totals of all orders and of each country, as a table or as JSON.
///
/// They come from a read model with one row an order. The databases keep it, and it is brought up to date first; over
/// memory it is made anew.
template <class Store>
void print_report(Store& store, bool as_json);

/// Prints the revenue of each day in each country.
template <class Store>
void print_days(Store& store);

/// Prints the products that brought in most.
template <class Store>
void print_best_sellers(Store& store);

} // namespace orders

#endif // ORDERS_REPORT_HPP
