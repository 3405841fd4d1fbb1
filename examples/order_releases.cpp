// SPDX-License-Identifier: MIT
// Two releases of one application at work on one file of events.
//
//     order_releases [FOLDER]

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>

#include <array>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// The release of last year.
namespace last_year {

struct OrderCreated { // version 1
    std::string customer_id;
    std::int64_t cents{};
};
struct OrderPlaced { // an order with its first item
    std::string customer_id, product;
};
struct OrderSent {
    std::string carrier;
};
ANNALS_FIELDS(OrderCreated, customer_id, cents)
ANNALS_FIELDS(OrderPlaced, customer_id, product)
ANNALS_FIELDS(OrderSent, carrier)

class Order final : public annals::Aggregate<std::string, std::variant<OrderCreated, OrderPlaced, OrderSent>> {
public:
    using Aggregate::Aggregate;
    void create(std::string customer, std::int64_t cents) { raise_event(OrderCreated{std::move(customer), cents}); }
    void place(std::string customer, std::string product) {
        raise_event(OrderPlaced{std::move(customer), std::move(product)});
    }
    std::string story;

private:
    void apply_event(OrderCreated const& e) override { story += " - created, " + std::to_string(e.cents); }
    void apply_event(OrderPlaced const& e) override { story += " - placed with " + e.product; }
    void apply_event(OrderSent const& e) override { story += " - sent with " + e.carrier; }
};

} // namespace last_year

// The release of this year: there are currencies, "placed" is created and an item added, "sent" is called "shipped".
namespace this_year {

struct OrderCreated { // version 2
    std::string customer_id;
    std::int64_t cents{};
    std::string currency;
};
struct ItemAdded {
    std::string product;
};
struct OrderShipped {
    std::string carrier;
};
ANNALS_FIELDS(OrderCreated, customer_id, cents, currency)
ANNALS_FIELDS(ItemAdded, product)
ANNALS_FIELDS(OrderShipped, carrier)
using OrderEvent = std::variant<OrderCreated, ItemAdded, OrderShipped>;

// What was stored by earlier releases, and the way from there.
struct OrderCreatedV1 {
    std::string customer_id;
    std::int64_t cents{};
};
ANNALS_FIELDS(OrderCreatedV1, customer_id, cents)
inline OrderCreated upcast(OrderCreatedV1 const& v1) { return {v1.customer_id, v1.cents, "USD"}; }
inline OrderCreatedV1 downcast(OrderCreated const& now) { return {now.customer_id, now.cents}; } // all sell in USD yet

struct OrderPlaced {
    std::string customer_id, product;
};
ANNALS_FIELDS(OrderPlaced, customer_id, product)
inline std::vector<OrderEvent> upcast(OrderPlaced const& placed) {
    return {OrderCreated{placed.customer_id, 0, "USD"}, ItemAdded{placed.product}};
}

} // namespace this_year

template <>
inline constexpr auto annals::event_history<this_year::OrderCreated> = annals::history<this_year::OrderCreatedV1>;
template <>
inline constexpr auto annals::retired_events<this_year::OrderEvent> = annals::history<this_year::OrderPlaced>;

// As long as the last release is at work, this one writes what that can read. Then name and alias change places, and
// the rest goes.
template <>
inline constexpr std::int32_t annals::written_schema_version<this_year::OrderCreated> = 1;
template <>
inline constexpr std::string_view annals::event_name<this_year::OrderShipped> = "OrderSent";
template <>
inline constexpr auto annals::event_aliases<this_year::OrderShipped> = std::array<std::string_view, 1>{"OrderShipped"};

namespace this_year {

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;
    void create(std::string customer, std::int64_t cents, std::string currency) {
        raise_event(OrderCreated{std::move(customer), cents, std::move(currency)});
    }
    void ship(std::string carrier) { raise_event(OrderShipped{std::move(carrier)}); }
    std::string story;

private: // no word of versions here, nor would there be in a projection
    void apply_event(OrderCreated const& e) override { story += " - created in " + e.currency; }
    void apply_event(ItemAdded const& e) override { story += " - added " + e.product; }
    void apply_event(OrderShipped const& e) override { story += " - shipped with " + e.carrier; }
};

} // namespace this_year

int main(int argc, char** argv) try {
    auto const file = std::filesystem::path{argc > 1 ? argv[1] : "."} / "releases.db";
    std::filesystem::remove(file);
    annals::SqliteEventStore store{file.string()};
    auto old_release = annals::repository_for<last_year::Order>(store);
    auto new_release = annals::repository_for<this_year::Order>(store);

    old_release.transact("o-1", [](auto& order) { order.create("c-7", 1250); });
    old_release.transact("o-2", [](auto& order) { order.place("c-8", "tea"); });
    new_release.transact("o-1", [](auto& order) { order.ship("DHL"); });
    new_release.transact("o-3", [](auto& order) { order.create("c-9", 900, "USD"); });

    for (auto const& event : store.read_all()) {
        auto const& [type, version, data] = event.payload;
        std::cout << "stored: " << event.aggregate_id() << ' ' << type << " (" << version << ") " << data << '\n';
    }
    for (auto const* const id : {"o-1", "o-2", "o-3"}) {
        std::cout << "the old release reads " << id << old_release.get_by_id(id)->story << '\n';
        std::cout << "the new release reads " << id << new_release.get_by_id(id)->story << '\n';
    }
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
