// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_APPENDING_HPP
#define ANNALS_TESTS_BENCHMARK_APPENDING_HPP

#include <annals/append.hpp>
#include <annals/stream_version.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/orders.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// Appends to the order of this id at this version.
using AppendOrder = std::function<void(std::string const&, std::uint64_t, std::span<NewOrderEvent const>)>;

/// One client, which appends to each of its orders in turn.
class AppendingClient {
public:
    AppendingClient(std::uint64_t first_order, std::size_t events, AppendOrder append)
        : first_order_{first_order}, events_{events}, append_{std::move(append)} {}

    void operator()() {
        constexpr std::uint64_t orders = 100'000;
        std::uint64_t const order = first_order_ + commits_ % orders;
        std::uint64_t const version = commits_ / orders * events_;
        ++commits_;
        append_(order_id(order), version, order_events(order, version, events_));
    }

private:
    std::uint64_t first_order_;
    std::size_t events_;
    AppendOrder append_;
    std::uint64_t commits_ = 0;
};

struct AppendShape {
    std::size_t clients;
    std::size_t events;
};

inline constexpr AppendShape append_shapes[] = {{1, 1}, {1, 10}, {8, 1}, {8, 10}};

[[nodiscard]] inline std::string name_of(AppendShape shape) {
    return "append, " + std::to_string(shape.clients) + (shape.clients == 1 ? " client, " : " clients, ") +
           std::to_string(shape.events) + (shape.events == 1 ? " event" : " events");
}

/// @param make     what appends, for each client
/// @param written  how many bytes have been written so far
[[nodiscard]] inline Way append_way(
    std::string name,
    double seconds,
    AppendShape shape,
    std::function<AppendOrder()> const& make,
    std::function<double()> const& written
) {
    auto const clients = std::make_shared<std::vector<std::function<void()>>>();
    for (std::size_t client = 0; client < shape.clients; ++client) {
        // Apart from the orders that are stored, and from those of the other shapes.
        std::uint64_t const first = (((shape.clients * 100 + shape.events) * 100) + client) * 10'000'000'000U;
        clients->push_back(AppendingClient{first, shape.events, make()});
    }
    return {std::move(name), [=] {
                double const before = written();
                Sample sample = closed_loop(seconds, *clients);
                sample.written = (written() - before) / (sample.done * static_cast<double>(shape.events));
                return sample;
            }};
}

/// What appends through a handle to the library's store.
template <class Store>
[[nodiscard]] AppendOrder append_to(Store store) {
    return [store = std::move(store
            )](std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) mutable {
        auto const expected = annals::ExpectedVersion::exactly(annals::Version{static_cast<std::int64_t>(version)});
        store.append({"Order", id}, expected, events);
    };
}

/// What appends by hand. @param appender  shared by those that are made of it
template <class Appender>
[[nodiscard]] AppendOrder append_with(std::shared_ptr<Appender> appender) {
    return [appender](std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
        appender->append(id, version, events);
    };
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_APPENDING_HPP
