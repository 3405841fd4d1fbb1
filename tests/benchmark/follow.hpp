// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_FOLLOW_HPP
#define ANNALS_TESTS_BENCHMARK_FOLLOW_HPP

#include <annals/append.hpp>
#include <annals/json.hpp>
#include <annals/projection_runner.hpp>
#include <tests/benchmark/item_totals.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/orders.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

namespace annals_benchmark {

/// Tells a thread that appends how far another one has come with the log.
class Arrivals {
public:
    void note(std::int64_t position) {
        std::lock_guard const lock{mutex_};
        last_ = position;
        changed_.notify_one();
    }
    void wait_for(std::int64_t position) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait_for(lock, std::chrono::seconds{30}, [&] { return last_ >= position; })) {
            throw std::runtime_error{"an event was not handled"};
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::int64_t last_ = 0;
};

/// Appends an event, waits until it was handled, appends the next one. @returns the time that each took
/// @param append  appends, and returns an `AppendResult`
template <class Append>
[[nodiscard]] Sample delays(double seconds, Append const& append, Arrivals& arrivals) {
    arrivals.wait_for(append().position.first()); // whoever follows has begun
    Sample sample;
    Clock::time_point const begin = Clock::now();
    Clock::time_point const end =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
    for (Clock::time_point at = begin; at < end;) {
        arrivals.wait_for(append().position.first());
        Clock::time_point const now = Clock::now();
        sample.latencies.push_back(std::chrono::duration<double, std::micro>{now - at}.count());
        at = now;
    }
    sample.per_second =
        static_cast<double>(sample.latencies.size()) / std::chrono::duration<double>{Clock::now() - begin}.count();
    return sample;
}

/// The same, while the library runs `ItemTotals` into that table.
template <class Store, class Append>
[[nodiscard]] Sample delays_of_runner(Store& store, std::string const& table, double seconds, Append const& append) {
    Arrivals arrivals;
    auto const seen = [&](annals::Position position) { arrivals.note(position.first()); };
    annals::ProjectionRunner runner{store, ItemTotals{table, seen}};
    runner.catch_up();
    runner.start();
    return delays(seconds, append, arrivals);
}

/// The same, while `follower` follows the log in a thread of its own.
template <class Follower, class Append>
[[nodiscard]] Sample delays_of(Follower& follower, double seconds, Append const& append, Arrivals& arrivals) {
    std::atomic<bool> is_over = false;
    std::thread thread{[&] {
        while (!is_over) {
            if (follower.step([&](std::int64_t position) { arrivals.note(position); }) == 0) {
                follower.wait(std::chrono::milliseconds{100});
            }
        }
    }};
    Sample const sample = delays(seconds, append, arrivals);
    is_over = true;
    thread.join();
    return sample;
}

/// Adds an item, and nothing else, to a new order.
template <class Store>
auto append_item(Store& store, std::uint64_t order) {
    auto const events = order_events(order, 1, 1); // the second event of an order's life is an item
    return store.append({"Order", order_id(order)}, annals::ExpectedVersion::no_stream(), events);
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_FOLLOW_HPP
