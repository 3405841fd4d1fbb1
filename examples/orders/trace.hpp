// SPDX-License-Identifier: MIT

#ifndef ORDERS_TRACE_HPP
#define ORDERS_TRACE_HPP

#include "stores.hpp"

#include <optional>
#include <string>

namespace orders {

/// Prints an event, with what led to it above and what it led to below.
/// @param id  of the event; or of its order, if there is a version
/// @throws std::domain_error  if there is no such event
template <class Store>
void print_trace(Store& store, std::string const& id, std::optional<annals::Version> version);

} // namespace orders

#endif // ORDERS_TRACE_HPP
