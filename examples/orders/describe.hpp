// SPDX-License-Identifier: MIT

#ifndef ORDERS_DESCRIBE_HPP
#define ORDERS_DESCRIBE_HPP

#include "events.hpp"
#include "overloaded.hpp"
#include "text.hpp"

#include <string>
#include <variant>

namespace orders {

/// One event in words.
[[nodiscard]] inline std::string describe(OrderEvent const& event) {
    auto const goods = [](auto const& e) {
        return with_thousands(e.quantity) + " x " + e.stock_code + (e.description.empty() ? "" : " ") + e.description +
               " at " + with_thousands(to_text(e.unit_price));
    };
    return std::visit(
        Overloaded{
            [](OrderCreated const& e) {
                return to_text(e.kind) + " created for " +
                       (e.customer.empty() ? "an unknown customer" : "customer " + e.customer) + ", " + e.country;
            },
            [&](LineAdded const& e) { return "added " + goods(e); },
            [&](LineReturned const& e) { return "returned " + goods(e); },
            [](OrderShipped const& e) { return "shipped with " + e.carrier + ", " + e.tracking_number; },
        },
        event
    );
}

} // namespace orders

#endif // ORDERS_DESCRIBE_HPP
