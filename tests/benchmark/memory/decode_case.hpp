// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_MEMORY_DECODE_CASE_HPP
#define ANNALS_TESTS_BENCHMARK_MEMORY_DECODE_CASE_HPP

#include <annals/json.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/memory/decode_by_hand.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/reading.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
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

/// @param decode  makes an `OrderEvent` of a `StoredEvent`
template <class Decode>
[[nodiscard]] Way
decode_way(std::string name, double seconds, std::shared_ptr<StoredEvents const> events, Decode const& decode) {
    return {std::move(name), [=] {
                return repeat(seconds, [&] {
                    Fold fold;
                    for (StoredEvent const& event : *events) {
                        fold(decode(event));
                    }
                    if (fold.quantity == 0) {
                        throw std::runtime_error{"the items were not decoded"};
                    }
                    return fold.count;
                });
            }};
}

/// The three events of orders, from their stored text; a fifth of them are no items.
[[nodiscard]] inline Case decode_case(Settings const& settings) {
    auto const events = std::make_shared<StoredEvents const>(stored_events(1'000));
    auto const by_tree = [codec = annals::JsonCodec<OrderEvent>{}](StoredEvent const& event) {
        return codec.decode(event);
    };
    auto const by_hand = [decoder = DecoderByHand{}](StoredEvent const& event) {
        return decoder.decode(event.payload);
    };
    return {
        "decode order events",
        "events",
        {decode_way("annals, JsonCodec", settings.seconds, events, by_tree),
         decode_way("by hand", settings.seconds, events, by_hand)}
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_MEMORY_DECODE_CASE_HPP
