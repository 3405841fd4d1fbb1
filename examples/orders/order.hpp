// SPDX-License-Identifier: MIT

#ifndef ORDERS_ORDER_HPP
#define ORDERS_ORDER_HPP

#include "events.hpp"
#include "text.hpp"
#include <annals/annals.hpp>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orders {

/// A line of an order as it counts: returned goods have a negative quantity.
struct OrderLine {
    std::string stock_code;
    std::string description;
    std::int64_t quantity = 0;
    Money unit_price;

    [[nodiscard]] Money amount() const { return quantity * unit_price; }
};
ANNALS_FIELDS(OrderLine, stock_code, description, quantity, unit_price)

/// What is known of an order after its events.
struct OrderState {
    bool exists = false;
    OrderKind kind{};
    std::string customer;
    std::string country;
    std::vector<OrderLine> lines;
    Money total;
    bool shipped = false;
    std::string carrier;
    std::string tracking_number;
};
ANNALS_FIELDS(OrderState, exists, kind, customer, country, lines, total, shipped, carrier, tracking_number)

/// The kind of an order shows in its id: `C536379` is a credit note, `A563185` an adjustment of a bad debt.
[[nodiscard]] inline OrderKind kind_of(std::string_view id) {
    if (id.starts_with('C')) {
        return OrderKind::credit_note;
    }
    return id.starts_with('A') ? OrderKind::adjustment : OrderKind::order;
}

/// The rules for the parts of an order. Each throws std::domain_error with a sentence.
inline void require_name(std::string_view what, std::string_view name) {
    if (name.empty()) {
        throw std::domain_error{"the " + std::string{what} + " is missing"};
    }
    if (name.size() > 255 || !is_printable(name)) {
        throw std::domain_error{
            "the " + std::string{what} + " is not UTF-8 of at most 255 bytes without control characters"
        };
    }
}

inline void require_line(OrderLine const& line) {
    // Far beyond any order, and small enough for thousands of them to be added up.
    constexpr std::int64_t billion = 1'000'000'000;
    constexpr Money most{billion * Money::millionths_in_one};
    require_name("stock code", line.stock_code);
    if (line.description.size() > 1000 || !is_text(line.description)) {
        throw std::domain_error{"the description is not UTF-8 of at most 1000 bytes"};
    }
    if (line.quantity > billion || line.quantity < -billion) {
        throw std::domain_error{"the quantity is too large"};
    }
    if (Money const amount = line.amount(); amount > most || amount < -1 * most) {
        throw std::domain_error{"the amount is too large"};
    }
}

/// An order, a credit note or an adjustment: one invoice.
///
/// Commands throw std::domain_error, with a sentence for the user, if a rule forbids them.
class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

    [[nodiscard]] OrderState const& state() const noexcept { return state_; }

    void create(OrderKind kind, std::string customer, std::string country) {
        if (state_.exists) {
            throw std::domain_error{"order " + id() + " exists already"};
        }
        if (!customer.empty()) {
            require_name("customer", customer);
        }
        require_name("country", country);
        raise_event(OrderCreated{kind, std::move(customer), std::move(country)});
    }

    /// @param line  with a quantity above 0
    void add_line(OrderLine line) {
        require_open_for(line);
        raise_event(LineAdded{
            std::move(line.stock_code),
            std::move(line.description),
            static_cast<std::int32_t>(line.quantity),
            line.unit_price
        });
    }

    /// @param line  with a quantity above 0: how many came back
    void return_line(OrderLine line) {
        require_open_for(line);
        raise_event(LineReturned{
            std::move(line.stock_code),
            std::move(line.description),
            static_cast<std::int32_t>(line.quantity),
            line.unit_price
        });
    }

    void ship(std::string carrier, std::string tracking_number) {
        require_open();
        if (state_.lines.empty()) {
            throw std::domain_error{"order " + id() + " is empty and cannot be shipped"};
        }
        require_name("carrier", carrier);
        require_name("tracking number", tracking_number);
        raise_event(OrderShipped{std::move(carrier), std::move(tracking_number)});
    }

    // For snapshots.
    [[nodiscard]] OrderState const& snapshot() const noexcept { return state_; }
    void restore(OrderState state) { state_ = std::move(state); }

private:
    void require_open() const {
        if (!state_.exists) {
            throw std::domain_error{"there is no order " + id()};
        }
        if (state_.shipped) {
            throw std::domain_error{"order " + id() + " has been shipped and cannot be changed"};
        }
    }

    void require_open_for(OrderLine const& line) const {
        require_open();
        if (line.quantity <= 0) {
            throw std::domain_error{"the quantity must be more than 0"};
        }
        require_line(line);
    }

    void apply_event(OrderCreated const& e) override {
        state_.exists = true;
        state_.kind = e.kind;
        state_.customer = e.customer;
        state_.country = e.country;
    }
    void apply_event(LineAdded const& e) override { add({e.stock_code, e.description, e.quantity, e.unit_price}); }
    void apply_event(LineReturned const& e) override {
        add({e.stock_code, e.description, -std::int64_t{e.quantity}, e.unit_price});
    }
    void apply_event(OrderShipped const& e) override {
        state_.shipped = true;
        state_.carrier = e.carrier;
        state_.tracking_number = e.tracking_number;
    }
    /// A total beyond what Money can hold throws, and the event that would lead to it is not kept.
    void add(OrderLine line) {
        state_.total = state_.total + line.amount();
        state_.lines.push_back(std::move(line));
    }

    OrderState state_;
};

} // namespace orders

#endif // ORDERS_ORDER_HPP
