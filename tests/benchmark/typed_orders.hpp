// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_TYPED_ORDERS_HPP
#define ANNALS_TESTS_BENCHMARK_TYPED_ORDERS_HPP

#include <annals/aggregate.hpp>
#include <tests/benchmark/orders.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace annals_benchmark {

/// The event of an order at that version.
[[nodiscard]] inline OrderEvent typed_event(std::uint64_t order, std::uint64_t version) {
    constexpr std::array<std::string_view, 4> carriers{"UPS", "DHL", "FedEx", "USPS"};
    std::uint64_t const hash = hash_of(order * 1'000'003 + version);
    switch (version % 10) {
    case 1:
        return OrderCreated{"cust-" + detail::digits(hash % 1'000'000, 6), static_cast<double>(hash >> 40U) / 100};
    case 0:
        return OrderShipped{"1Z" + detail::digits(hash, 16), std::string{carriers[hash % 4]}};
    default:
        return OrderItemAdded{
            "prod-" + detail::digits(hash % 100'000, 5),
            static_cast<int>(1 + hash % 9),
            static_cast<double>(hash >> 48U) / 100
        };
    }
}

/// What the events of an order come to.
struct OrderState {
    std::string customer_id{};
    double total = 0;
    std::int64_t quantity = 0;
    std::string tracking_number{};
    bool is_shipped = false;

    void apply(OrderCreated const& event) {
        customer_id = event.customer_id;
        total = event.total_amount;
    }
    void apply(OrderItemAdded const& event) {
        quantity += event.quantity;
        total += event.quantity * event.price;
    }
    void apply(OrderShipped const& event) {
        tracking_number = event.tracking_number;
        is_shipped = true;
    }
};

/// What leads each event to its handler, by hand.
inline void apply_by_hand(OrderState& state, OrderEvent const& event) {
    switch (event.index()) {
    case 0:
        state.apply(*std::get_if<0>(&event));
        break;
    case 1:
        state.apply(*std::get_if<1>(&event));
        break;
    default:
        state.apply(*std::get_if<2>(&event));
    }
}

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

    [[nodiscard]] OrderState const& state() const noexcept { return state_; }

private:
    void apply_event(OrderCreated const& event) override { state_.apply(event); }
    void apply_event(OrderItemAdded const& event) override { state_.apply(event); }
    void apply_event(OrderShipped const& event) override { state_.apply(event); }

    OrderState state_;
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_TYPED_ORDERS_HPP
