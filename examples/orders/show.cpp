// SPDX-License-Identifier: MIT

#include "show.hpp"

#include "describe.hpp"
#include "table.hpp"

#include <nlohmann/json.hpp>

#include <iomanip>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace orders {

namespace {

void print_json(Order const& order) {
    OrderState const& state = order.state();
    nlohmann::ordered_json json;
    json["id"] = order.id();
    json["version"] = order.version().value();
    json["kind"] = to_text(state.kind);
    json["customer"] = state.customer;
    json["country"] = state.country;
    json["status"] = state.shipped ? "shipped" : "open";
    json["carrier"] = state.carrier;
    json["tracking_number"] = state.tracking_number;
    json["lines"] = nlohmann::ordered_json::array();
    for (OrderLine const& line : state.lines) {
        json["lines"].push_back({
            {"stock_code", line.stock_code},
            {"description", line.description},
            {"quantity", line.quantity},
            {"unit_price", to_text(line.unit_price)},
            {"amount", to_text(line.amount())},
        });
    }
    json["total"] = to_text(state.total);
    std::cout << json.dump(2) << '\n';
}

void print_text(Order const& order) {
    using enum Table::Align;
    OrderState const& state = order.state();
    Table head{{left, left}};
    head.add({to_text(state.kind), order.id()});
    head.add({"customer", state.customer.empty() ? "unknown" : state.customer});
    head.add({"country", state.country});
    head.add({"status", state.shipped ? "shipped with " + state.carrier + ", " + state.tracking_number : "open"});
    head.add({"version", std::to_string(order.version().value())});

    Table lines{{left, left, right, right, right}};
    lines.add({"stock code", "description", "quantity", "unit price", "amount"});
    lines.add_rule();
    for (OrderLine const& line : state.lines) {
        lines.add({
            line.stock_code,
            line.description,
            with_thousands(line.quantity),
            with_thousands(to_text(line.unit_price)),
            with_thousands(to_text(line.amount())),
        });
    }
    lines.add_rule();
    lines.add({"total", "", "", "", with_thousands(to_text(state.total))});
    std::cout << head << '\n' << lines;
}

/// `2010-12-01 08:26:00`, in UTC.
[[nodiscard]] std::string readable(annals::Timestamp time) {
    std::string text = annals::to_text(time).substr(0, std::string_view{"2010-12-01T08:26:00"}.size());
    text[std::string_view{"2010-12-01"}.size()] = ' ';
    return text;
}

[[nodiscard]] nlohmann::ordered_json to_ordered_json(annals::SourcedEvent<OrderEvent> const& event) {
    nlohmann::ordered_json json;
    json["version"] = event.version.value();
    json["event_id"] = annals::to_text(event.event_id);
    json["time"] = annals::to_text(event.timestamp);
    json["user"] = event.metadata.user;
    std::visit(
        [&json]<class E>(E const& e) {
            json["type"] = annals::event_name<E>;
            json["data"] = nlohmann::json(e);
        },
        event.payload
    );
    return json;
}

template <class Repository>
[[nodiscard]] std::optional<Order> load(Repository& orders, ShowOptions const& options) {
    if (options.version) {
        return orders.get_as_of(options.id, *options.version);
    }
    return options.time ? orders.get_as_of(options.id, *options.time) : orders.get_by_id(options.id);
}

} // namespace

template <class Store>
void show_order(Store& store, ShowOptions const& options) {
    auto orders = orders_in(store);
    std::optional<Order> const order = load(orders, options);
    if (!order) {
        throw std::domain_error{
            orders.exists(options.id) ? "order " + options.id + " did not exist then"
                                      : "there is no order " + options.id
        };
    }
    options.as_json ? print_json(*order) : print_text(*order);
}

template <class Store>
void print_history(Store& store, std::string const& id, bool as_json) {
    auto const orders = orders_in(store);
    if (!orders.exists(id)) {
        throw std::domain_error{"there is no order " + id};
    }
    if (as_json) {
        char const* separator = "[\n";
        for (auto const& event : orders.get_events(id)) {
            std::cout << separator << to_ordered_json(event).dump();
            separator = ",\n";
        }
        std::cout << "\n]\n";
        return;
    }
    for (auto const& event : orders.get_events(id)) {
        std::cout << std::setw(6) << event.version.value() << "  " << readable(event.timestamp) << "  " << std::setw(8)
                  << std::left << printable(event.metadata.user) << std::right << "  "
                  << printable(describe(event.payload)) << '\n';
    }
}

template void show_order(MemoryStore&, ShowOptions const&);
template void show_order(SqliteStore&, ShowOptions const&);
template void show_order(PostgresStore&, ShowOptions const&);
template void print_history(MemoryStore&, std::string const&, bool);
template void print_history(SqliteStore&, std::string const&, bool);
template void print_history(PostgresStore&, std::string const&, bool);

} // namespace orders
