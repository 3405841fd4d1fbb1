// SPDX-License-Identifier: MIT

#ifndef ORDERS_PROJECTIONS_HPP
#define ORDERS_PROJECTIONS_HPP

#include "stores.hpp"

#include <string>

namespace orders {

/// Prints each read model that the store keeps: its state, how far it has come and how far it has to go, and what it
/// has stopped at.
template <class Store>
void print_projections(Store& store);

/// Builds a read model anew beside the one that is served, and puts it in its place.
/// @throws std::domain_error  if there is none of that name
template <class Store>
void rebuild(Store& store, std::string const& name);

} // namespace orders

#endif // ORDERS_PROJECTIONS_HPP
