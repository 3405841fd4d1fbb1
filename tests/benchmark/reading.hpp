// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_READING_HPP
#define ANNALS_TESTS_BENCHMARK_READING_HPP

#include <annals/decoded_events.hpp>
#include <annals/json.hpp>
#include <annals/sourced_event.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace annals_benchmark {

using StoredEvent = annals::SourcedEvent<annals::EncodedPayload>;

/// What is made of the events that are read, so that no compiler leaves them out.
struct Fold {
    std::size_t count = 0;
    std::size_t bytes = 0;
    std::int64_t quantity = 0;

    void operator()(StoredEvent const& event) {
        ++count;
        bytes += event.payload.data.size() + event.metadata.user.size();
    }
    void operator()(OrderEvent const& event) {
        ++count;
        if (auto const* const added = std::get_if<OrderItemAdded>(&event)) {
            quantity += added->quantity;
        }
    }
};

/// Folds the events of an order, or the first so many of all. The result is what a run returns.
using ReadAndFold = std::function<Fold(std::uint64_t)>;

/// Reads until the time is over. @param number  gives the argument of the next read
[[nodiscard]] inline Way read_way(
    std::string name,
    double seconds,
    std::function<std::uint64_t(std::uint64_t)> const& number,
    std::size_t expected,
    ReadAndFold const& read
) {
    return {std::move(name), [=, turn = std::uint64_t{0}]() mutable {
                return repeat(seconds, [&] {
                    Fold const fold = read(number(turn++));
                    if (fold.count != expected || fold.bytes + static_cast<std::size_t>(fold.quantity) == 0) {
                        throw std::runtime_error{"a read returned other events than were stored"};
                    }
                    return fold.count;
                });
            }};
}

/// Loads of orders of ten, 1,000 and 100,000 events, as the codec's text and as typed events.
/// @param by_hand  reads the same by `stream(id, use)`
template <class Store, class ByHand>
[[nodiscard]] std::vector<Case> load_cases(
    Settings const& settings, Store const& store, std::shared_ptr<ByHand> by_hand, std::string const& name_by_hand
) {
    annals::JsonCodec<OrderEvent> const codec;
    struct Length {
        std::string events;
        std::size_t count;
        std::function<std::uint64_t(std::uint64_t)> order;
    };
    std::uint64_t const shorts = short_orders(settings);
    Length const lengths[] = {
        {"10", 10, [shorts](std::uint64_t turn) { return hash_of(turn) % shorts; }},
        {"1,000", 1'000, [](std::uint64_t turn) { return first_middle_order + hash_of(turn) % middle_orders; }},
        {"100,000", 100'000, [](std::uint64_t) { return first_long_order; }},
    };
    std::vector<Case> cases;
    for (Length const& length : lengths) {
        auto const way = [&](std::string const& name, ReadAndFold const& read) {
            return read_way(name, settings.seconds, length.order, length.count, read);
        };
        cases.push_back(
            {"load " + length.events + " events",
             "events",
             {way("annals",
                  [store](std::uint64_t order) {
                      Fold fold;
                      for (StoredEvent const& event : store.get_events({"Order", order_id(order)})) {
                          fold(event);
                      }
                      return fold;
                  }),
              way(name_by_hand,
                  [by_hand](std::uint64_t order) {
                      Fold fold;
                      by_hand->stream(order_id(order), fold);
                      return fold;
                  })}}
        );
        cases.push_back(
            {"load " + length.events + " events, decoded",
             "events",
             {way("annals",
                  [store, codec](std::uint64_t order) {
                      Fold fold;
                      auto events = annals::decode_events(store.get_events({"Order", order_id(order)}), codec);
                      for (auto const& event : events) {
                          fold(event.payload);
                      }
                      return fold;
                  }),
              way(name_by_hand + ", the same codec",
                  [by_hand, codec](std::uint64_t order) {
                      Fold fold;
                      by_hand->stream(order_id(order), [&](StoredEvent const& event) { fold(codec.decode(event)); });
                      return fold;
                  })}}
        );
    }
    return cases;
}

/// The whole log from its start.
/// @param others  the ways beside the library's
template <class Store>
[[nodiscard]] Case
log_case(Settings const& settings, Store const& store, std::vector<std::pair<std::string, ReadAndFold>> const& others) {
    auto const all = [count = settings.events](std::uint64_t) { return count; };
    Case work{"read " + std::to_string(settings.events) + " events in global order", "events", {}};
    auto const add = [&](std::string const& name, ReadAndFold const& read) {
        work.ways.push_back(read_way(name, settings.seconds, all, settings.events, read));
    };
    add("annals", [store](std::uint64_t count) {
        Fold fold;
        for (StoredEvent const& event : store.read_all({}, count)) {
            fold(event);
        }
        return fold;
    });
    for (auto const& [name, read] : others) {
        add(name, read);
    }
    return work;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_READING_HPP
