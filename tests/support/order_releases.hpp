// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_SUPPORT_ORDER_RELEASES_HPP
#define ANNALS_TESTS_SUPPORT_ORDER_RELEASES_HPP

#include <annals/aggregate.hpp>
#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

// One application in three releases, which run beside each other on one store while it is deployed: the first as it
// was, the second knows what is to come and writes as before, the third writes it. Three events have changed: one by
// structs, one in its payload, one in its name.

namespace releases::first {

struct OrderCreated {
    std::string customer;
    double total{};
};
struct ItemAdded {
    std::int32_t count{};
};
struct OrderSent {
    std::string carrier;
};
ANNALS_FIELDS(OrderCreated, customer, total)
ANNALS_FIELDS(ItemAdded, count)
ANNALS_FIELDS(OrderSent, carrier)

struct Release {
    using Created = OrderCreated;
    using Added = ItemAdded;
    using Shipped = OrderSent;
};

} // namespace releases::first

namespace releases {

/// The payload of items, there and back.
struct QuantityWasCount {
    static void upcast(nlohmann::json& event) { rename(event, "count", "quantity"); }
    static void downcast(nlohmann::json& event) { rename(event, "quantity", "count"); }

private:
    static void rename(nlohmann::json& event, char const* from, char const* to) {
        event[to] = event.at(from);
        event.erase(from);
    }
};

} // namespace releases

namespace releases::second {

struct OrderCreatedV1 {
    std::string customer;
    double total{};
};
struct OrderCreated {
    std::string customer;
    double total{};
    std::string currency = "USD";
};
struct ItemAdded {
    std::int32_t quantity{};
};
struct OrderShipped {
    std::string carrier;
};
ANNALS_FIELDS(OrderCreatedV1, customer, total)
ANNALS_FIELDS(OrderCreated, customer, total, currency)
ANNALS_FIELDS(ItemAdded, quantity)
ANNALS_FIELDS(OrderShipped, carrier)

inline OrderCreated upcast(OrderCreatedV1 const& v1) { return {v1.customer, v1.total, "USD"}; }
inline OrderCreatedV1 downcast(OrderCreated const& now) { return {now.customer, now.total}; }

struct Release {
    using Created = OrderCreated;
    using Added = ItemAdded;
    using Shipped = OrderShipped;
};

} // namespace releases::second

namespace releases::third {

struct OrderCreatedV1 {
    std::string customer;
    double total{};
};
struct OrderCreated {
    std::string customer;
    double total{};
    std::string currency = "EUR";
};
struct ItemAdded {
    std::int32_t quantity{};
};
struct OrderShipped {
    std::string carrier;
};
ANNALS_FIELDS(OrderCreatedV1, customer, total)
ANNALS_FIELDS(OrderCreated, customer, total, currency)
ANNALS_FIELDS(ItemAdded, quantity)
ANNALS_FIELDS(OrderShipped, carrier)

inline OrderCreated upcast(OrderCreatedV1 const& v1) { return {v1.customer, v1.total, "USD"}; }

struct Release {
    using Created = OrderCreated;
    using Added = ItemAdded;
    using Shipped = OrderShipped;
};

} // namespace releases::third

template <>
inline constexpr auto annals::event_history<releases::second::OrderCreated> =
    annals::history<releases::second::OrderCreatedV1>;
template <>
inline constexpr auto annals::event_history<releases::second::ItemAdded> = annals::history<releases::QuantityWasCount>;
template <>
inline constexpr std::int32_t annals::written_schema_version<releases::second::OrderCreated> = 1;
template <>
inline constexpr std::int32_t annals::written_schema_version<releases::second::ItemAdded> = 1;
template <>
inline constexpr std::string_view annals::event_name<releases::second::OrderShipped> = "OrderSent";
template <>
inline constexpr auto annals::event_aliases<releases::second::OrderShipped> =
    std::array<std::string_view, 1>{"OrderShipped"};

template <>
inline constexpr auto annals::event_history<releases::third::OrderCreated> =
    annals::history<releases::third::OrderCreatedV1>;
template <>
inline constexpr auto annals::event_history<releases::third::ItemAdded> = annals::history<releases::QuantityWasCount>;
template <>
inline constexpr auto annals::event_aliases<releases::third::OrderShipped> =
    std::array<std::string_view, 1>{"OrderSent"};

namespace releases {

struct OrderState {
    std::string customer{};
    double total = 0;
    std::string currency{}; ///< none in the first release
    std::int64_t items = 0;
    std::string carrier{};

    friend bool operator==(OrderState const&, OrderState const&) = default;
};

template <class Release>
class Order final : public annals::Aggregate<
                        std::string,
                        std::variant<typename Release::Created, typename Release::Added, typename Release::Shipped>> {
    using Created = typename Release::Created;
    using Added = typename Release::Added;
    using Shipped = typename Release::Shipped;
    using Base = annals::Aggregate<std::string, std::variant<Created, Added, Shipped>>;
    static constexpr bool has_currency = requires(Created const& created) { created.currency; };

public:
    using Base::Base;

    void create(std::string customer, double total) {
        Created created{};
        created.customer = std::move(customer);
        created.total = total;
        this->raise_event(std::move(created));
    }
    void add(std::int32_t items) {
        Added added{};
        if constexpr (has_currency) {
            added.quantity = items;
        } else {
            added.count = items;
        }
        this->raise_event(added);
    }
    void ship(std::string carrier) {
        Shipped shipped{};
        shipped.carrier = std::move(carrier);
        this->raise_event(std::move(shipped));
    }
    [[nodiscard]] OrderState const& state() const noexcept { return state_; }

private:
    void apply_event(Created const& event) override {
        state_.customer = event.customer;
        state_.total = event.total;
        if constexpr (has_currency) {
            state_.currency = event.currency;
        }
    }
    void apply_event(Added const& event) override {
        if constexpr (has_currency) {
            state_.items += event.quantity;
        } else {
            state_.items += event.count;
        }
    }
    void apply_event(Shipped const& event) override { state_.carrier = event.carrier; }

    OrderState state_;
};

} // namespace releases

template <class Release>
inline constexpr std::string_view annals::aggregate_type<releases::Order<Release>> = "Order";

#endif // ANNALS_TESTS_SUPPORT_ORDER_RELEASES_HPP
