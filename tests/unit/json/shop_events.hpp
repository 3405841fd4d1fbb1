// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_JSON_SHOP_EVENTS_HPP
#define ANNALS_TESTS_UNIT_JSON_SHOP_EVENTS_HPP

#include <annals/json.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// An application that has been released some times, with each kind of step in the histories of its events.

namespace shop {

struct OrderCreatedV1 {
    std::string customer_id;
    double total_amount{};
};
ANNALS_FIELDS(OrderCreatedV1, customer_id, total_amount)
struct OrderCreated {
    std::string customer_id;
    double total_amount{};
    std::string currency;
};
ANNALS_FIELDS(OrderCreated, customer_id, total_amount, currency)
[[nodiscard]] inline OrderCreated upcast(OrderCreatedV1 const& v1) { return {v1.customer_id, v1.total_amount, "USD"}; }

struct ItemAdded {
    std::string product_id;
    std::int32_t quantity{};
};
ANNALS_FIELDS(ItemAdded, product_id, quantity)
struct QuantityWasCount {
    static void upcast(nlohmann::json& event) {
        event["quantity"] = event.at("count");
        event.erase("count");
    }
};

struct OrderShipped {
    std::string tracking;
};
ANNALS_FIELDS(OrderShipped, tracking)

struct Paid {
    std::int64_t cents{};
};
ANNALS_FIELDS(Paid, cents)

enum class Channel : std::uint8_t { shop, web };
NLOHMANN_JSON_SERIALIZE_ENUM(Channel, {{Channel::shop, "shop"}, {Channel::web, "web"}})

struct Tag {
    std::string key;
    std::vector<Tag> tags;
};
ANNALS_FIELDS(Tag, key, tags)

/// A field of each kind; those that are missing have a default.
struct Noted {
    std::string text;
    std::optional<std::string> author;
    std::vector<ItemAdded> items;
    std::map<std::string, bool> flags;
    std::uint8_t stars{};
    float weight{};
    Channel channel{};
    Tag tag;
    annals::Personal<std::string> name;
};
ANNALS_FIELDS_WITH_DEFAULTS(Noted, text, author, items, flags, stars, weight, channel, tag, name)

struct Closed {};

using Event = std::variant<OrderCreated, ItemAdded, OrderShipped, Paid, Noted, Closed>;

struct OrderPlaced {
    std::string customer_id;
    std::string product_id;
};
ANNALS_FIELDS(OrderPlaced, customer_id, product_id)
[[nodiscard]] inline std::vector<Event> upcast(OrderPlaced const& placed) {
    return {OrderCreated{placed.customer_id, 0, "USD"}, ItemAdded{placed.product_id, 1}};
}

} // namespace shop

template <>
inline constexpr auto annals::event_history<shop::OrderCreated> = annals::history<shop::OrderCreatedV1>;
template <>
inline constexpr auto annals::event_history<shop::ItemAdded> = annals::history<shop::QuantityWasCount>;
template <>
inline constexpr auto annals::event_history<shop::Paid> = annals::history<annals::NeverStored>;
template <>
inline constexpr auto annals::event_aliases<shop::OrderShipped> = std::array<std::string_view, 1>{"OrderSent"};
template <>
inline constexpr auto annals::retired_events<shop::Event> = annals::history<shop::OrderPlaced>;
template <>
inline constexpr std::string_view annals::json_schema<shop::Channel> = R"({"enum":["shop","web"]})";

#endif // ANNALS_TESTS_UNIT_JSON_SHOP_EVENTS_HPP
