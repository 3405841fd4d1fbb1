// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_ORDERS_HPP
#define ANNALS_TESTS_BENCHMARK_ORDERS_HPP

#include <annals/encoded_payload.hpp>
#include <annals/event_id.hpp>
#include <annals/json/fields.hpp>
#include <annals/sourced_event.hpp>
#include <annals/timestamp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// The events that all benchmarks work on: orders whose life is ten events, about 54 bytes of JSON and 80 of metadata
// each. Their values come from a hash of stream and version, so each run has the same.

namespace annals_benchmark {

struct OrderCreated {
    std::string customer_id;
    double total_amount = 0;
};
struct OrderItemAdded {
    std::string product_id;
    int quantity = 0;
    double price = 0;
};
struct OrderShipped {
    std::string tracking_number;
    std::string carrier;
};
ANNALS_FIELDS(OrderCreated, customer_id, total_amount)
ANNALS_FIELDS(OrderItemAdded, product_id, quantity, price)
ANNALS_FIELDS(OrderShipped, tracking_number, carrier)

using OrderEvent = std::variant<OrderCreated, OrderItemAdded, OrderShipped>;
using NewOrderEvent = annals::NewEvent<annals::EncodedPayload>;

/// The finaliser of splitmix64.
[[nodiscard]] constexpr std::uint64_t hash_of(std::uint64_t number) {
    number += 0x9E3779B97F4A7C15U;
    number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
    number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
    return number ^ (number >> 31U);
}

[[nodiscard]] inline std::string uuid_text(std::uint64_t number) {
    annals::EventId id{};
    auto byte = id.begin();
    for (std::uint64_t const half : {hash_of(number), hash_of(~number)}) {
        for (unsigned shift = 0; shift < 64; shift += 8) {
            *byte++ = static_cast<std::uint8_t>(half >> shift);
        }
    }
    return annals::to_text(id);
}

/// The id of an order.
[[nodiscard]] inline std::string order_id(std::uint64_t order) { return uuid_text(order); }

namespace detail {

/// `number` in so many digits, with zeros in front.
[[nodiscard]] inline std::string digits(std::uint64_t number, std::size_t count) {
    std::string text(count, '0');
    for (std::size_t at = count; at-- > 0; number /= 10) {
        text[at] = static_cast<char>('0' + number % 10);
    }
    return text;
}

[[nodiscard]] inline std::string amount(std::uint64_t cents) {
    return std::to_string(cents / 100) + '.' + std::to_string(cents / 10 % 10) + '5';
}

} // namespace detail

/// Written as text, so that the time of a JSON library is in no figure of an append.
[[nodiscard]] inline annals::EncodedPayload order_payload(std::uint64_t order, std::uint64_t version) {
    constexpr std::array<std::string_view, 4> carriers{"UPS", "DHL", "FedEx", "USPS"};
    std::uint64_t const hash = hash_of(order * 1'000'003 + version);
    std::string data;
    data.reserve(80);
    switch (version % 10) {
    case 1:
        data.append(R"({"customer_id":"cust-)").append(detail::digits(hash % 1'000'000, 6));
        data.append(R"(","total_amount":)").append(detail::amount(hash >> 40U)).append("}");
        return {"OrderCreated", 1, std::move(data)};
    case 0:
        data.append(R"({"carrier":")").append(carriers[hash % 4]);
        data.append(R"(","tracking_number":"1Z)").append(detail::digits(hash, 16)).append(R"("})");
        return {"OrderShipped", 1, std::move(data)};
    default:
        data.append(R"({"price":)").append(detail::amount(hash >> 48U));
        data.append(R"(,"product_id":"prod-)").append(detail::digits(hash % 100'000, 5));
        data.append(R"(","quantity":)").append(std::to_string(1 + hash % 9)).append("}");
        return {"OrderItemAdded", 1, std::move(data)};
    }
}

/// The `count` events of an order that follow on `version`, raised now.
[[nodiscard]] inline std::vector<NewOrderEvent>
order_events(std::uint64_t order, std::uint64_t version, std::size_t count) {
    auto const now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    std::vector<NewOrderEvent> events(count);
    for (NewOrderEvent& event : events) {
        ++version;
        event.event_id = annals::new_event_id();
        event.timestamp = now;
        event.metadata.correlation_id = uuid_text(order * 31 + version);
        event.metadata.user = "user-" + detail::digits(order + version, 3);
        event.payload = order_payload(order, version);
    }
    return events;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_ORDERS_HPP
