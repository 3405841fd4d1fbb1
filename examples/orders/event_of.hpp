// SPDX-License-Identifier: MIT

#ifndef ORDERS_EVENT_OF_HPP
#define ORDERS_EVENT_OF_HPP

#include "stores.hpp"

#include <optional>
#include <stdexcept>
#include <string>

namespace orders {

/// An event of an order: the one of that version, or the last.
/// @throws std::domain_error  if there is no such order or event
template <class Store>
[[nodiscard]] annals::SourcedEvent<OrderEvent>
event_of(Store& store, std::string const& id, std::optional<annals::Version> version = {}) {
    auto const orders = orders_in(store);
    annals::Version const last = store.stream_version(orders.stream_of(id));
    if (last == annals::Version{}) {
        throw std::domain_error{"there is no order " + id};
    }
    if (version > last) {
        throw std::domain_error{"order " + id + " has come to version " + to_text(last) + " only"};
    }
    return *orders.get_events(id, annals::Version{version.value_or(last).value() - 1}).begin();
}

} // namespace orders

#endif // ORDERS_EVENT_OF_HPP
