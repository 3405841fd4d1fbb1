// SPDX-License-Identifier: MIT

#ifndef ORDERS_EVENTS_HPP
#define ORDERS_EVENTS_HPP

#include "money.hpp"
#include <annals/json.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace orders {

enum class OrderKind : std::uint8_t { order, credit_note, adjustment };

/// What happened to an order. Everything else, also its total, follows from these.

struct OrderCreated {
    OrderKind kind{};
    std::string customer; ///< empty if unknown
    std::string country;

    [[nodiscard]] friend bool operator==(OrderCreated const&, OrderCreated const&) = default;
};

struct LineAdded {
    std::string stock_code;
    std::string description;
    std::int32_t quantity = 0; ///< more than 0
    Money unit_price;

    [[nodiscard]] friend bool operator==(LineAdded const&, LineAdded const&) = default;
};

struct LineReturned {
    std::string stock_code;
    std::string description;
    std::int32_t quantity = 0; ///< how many came back, more than 0
    Money unit_price;

    [[nodiscard]] friend bool operator==(LineReturned const&, LineReturned const&) = default;
};

struct OrderShipped {
    std::string carrier;
    std::string tracking_number;

    [[nodiscard]] friend bool operator==(OrderShipped const&, OrderShipped const&) = default;
};

using OrderEvent = std::variant<OrderCreated, LineAdded, LineReturned, OrderShipped>;

// Their form in a store: JSON, with amounts as texts, since a JSON number would not stay exact.

inline constexpr std::array<std::pair<OrderKind, std::string_view>, 3> kind_names{{
    {OrderKind::order, "order"},
    {OrderKind::credit_note, "credit note"},
    {OrderKind::adjustment, "adjustment"},
}};

[[nodiscard]] inline std::string to_text(OrderKind kind) {
    for (auto const& [named, name] : kind_names) {
        if (named == kind) {
            return std::string{name};
        }
    }
    throw std::logic_error{"an order of no kind"};
}

inline void to_json(nlohmann::json& json, OrderKind kind) { json = to_text(kind); }
inline void from_json(nlohmann::json const& json, OrderKind& kind) {
    for (auto const& [named, name] : kind_names) {
        if (json.get_ref<std::string const&>() == name) {
            kind = named;
            return;
        }
    }
    throw std::domain_error{"not a kind of order"};
}

inline void to_json(nlohmann::json& json, Money money) { json = to_text(money); }
inline void from_json(nlohmann::json const& json, Money& money) {
    std::optional<Money> const read = parse_money(json.get_ref<std::string const&>());
    if (!read) {
        throw std::domain_error{"not an amount"};
    }
    money = *read;
}

ANNALS_FIELDS(OrderCreated, kind, customer, country)
ANNALS_FIELDS(LineAdded, stock_code, description, quantity, unit_price)
ANNALS_FIELDS(LineReturned, stock_code, description, quantity, unit_price)
ANNALS_FIELDS(OrderShipped, carrier, tracking_number)

} // namespace orders

// What the catalogue of events, `events.json`, is to say of the two that have a JSON form of their own.
template <>
inline constexpr std::string_view annals::json_schema<orders::OrderKind> =
    R"({"enum": ["order", "credit note", "adjustment"]})";
template <>
inline constexpr std::string_view annals::json_schema<orders::Money> =
    R"({"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"})";

#endif // ORDERS_EVENTS_HPP
