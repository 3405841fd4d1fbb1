// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEMORY_DECODE_CASE_HPP
#define ANNALS_TESTS_BENCHMARK_MEMORY_DECODE_CASE_HPP

#include <annals/json.hpp>
#include <tests/benchmark/decode_by_hand.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/reading.hpp>

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace annals_benchmark {

using StoredEvents = std::vector<StoredEvent>;

[[nodiscard]] inline StoredEvents stored_events(std::uint64_t orders) {
    StoredEvents events;
    for (std::uint64_t order = 0; order < orders; ++order) {
        annals::StreamName const stream{"Order", order_id(order)};
        annals::Version version;
        for (NewOrderEvent const& event : order_events(order, 0, 10)) {
            version = version.next();
            events.push_back({event.event_id, stream, version, {}, event.timestamp, event.metadata, event.payload});
        }
    }
    return events;
}

/// The three events once more, read through a tree of nlohmann/json as any type is whose fields are not listed.
namespace by_tree {

struct OrderCreated : annals_benchmark::OrderCreated {};
struct OrderItemAdded : annals_benchmark::OrderItemAdded {};
struct OrderShipped : annals_benchmark::OrderShipped {};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderCreated, customer_id, total_amount)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderItemAdded, product_id, quantity, price)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderShipped, tracking_number, carrier)

using OrderEvent = std::variant<OrderCreated, OrderItemAdded, OrderShipped>;

/// As one would do it who looks for nothing that may be wrong.
[[nodiscard]] inline OrderEvent parse(annals::EncodedPayload const& payload) {
    auto const form = nlohmann::json::parse(payload.data);
    if (payload.type == "OrderCreated") {
        return form.get<OrderCreated>();
    }
    if (payload.type == "OrderItemAdded") {
        return form.get<OrderItemAdded>();
    }
    return form.get<OrderShipped>();
}

} // namespace by_tree

/// @param decode  makes a variant of the three events of a `StoredEvent`
template <class Decode>
[[nodiscard]] Way
decode_way(std::string name, double seconds, std::shared_ptr<StoredEvents const> events, Decode const& decode) {
    return {std::move(name), [=] {
                return repeat(seconds, [&] {
                    std::int64_t quantity = 0;
                    for (StoredEvent const& stored : *events) {
                        auto const event = decode(stored);
                        if (auto const* const added = std::get_if<1>(&event)) {
                            quantity += added->quantity;
                        }
                    }
                    if (quantity == 0) {
                        throw std::runtime_error{"the items were not decoded"};
                    }
                    return events->size();
                });
            }};
}

/// The three events of orders, from their stored text; a fifth of them are no items.
[[nodiscard]] inline Case decode_case(Settings const& settings) {
    auto const events = std::make_shared<StoredEvents const>(stored_events(1'000));
    auto const by_codec = [](auto const& codec) {
        return [codec](StoredEvent const& event) { return codec.decode(event); };
    };
    auto const unchecked = [](StoredEvent const& event) { return by_tree::parse(event.payload); };
    auto const by_hand = [decoder = DecoderByHand{}](StoredEvent const& event) {
        return decoder.decode(event.payload);
    };
    auto const way = [&](std::string name, auto const& decode) {
        return decode_way(std::move(name), settings.seconds, events, decode);
    };
    return {
        "decode order events",
        "events",
        {way("annals, fields listed", by_codec(annals::JsonCodec<OrderEvent>{})),
         way("annals, through nlohmann/json", by_codec(annals::JsonCodec<by_tree::OrderEvent>{})),
         way("nlohmann/json alone", unchecked),
         way("by hand", by_hand)}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEMORY_DECODE_CASE_HPP
