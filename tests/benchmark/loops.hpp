// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_LOOPS_HPP
#define ANNALS_TESTS_BENCHMARK_LOOPS_HPP

#include <tests/benchmark/measurement.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <vector>

namespace annals_benchmark {

using Clock = std::chrono::steady_clock;

/// Calls `work` until the time is over. @returns the sum of what it returned, a second
template <class Work>
[[nodiscard]] Sample repeat(double seconds, Work&& work) {
    Clock::time_point const start = Clock::now();
    double done = 0;
    std::chrono::duration<double> passed{0};
    do {
        done += static_cast<double>(work());
        passed = Clock::now() - start;
    } while (passed.count() < seconds);
    return {done / passed.count(), {}, done};
}

/// Calls `work` once. @returns what it returned, a second
template <class Work>
[[nodiscard]] Sample timed_once(Work&& work) {
    Clock::time_point const start = Clock::now();
    auto const done = static_cast<double>(work());
    return {done / std::chrono::duration<double>{Clock::now() - start}.count(), {}, done};
}

/// Clients that each call their work again as soon as it has returned, a thread each: first to warm up, then counted.
/// @throws what a client's work has thrown
[[nodiscard]] inline Sample closed_loop(double seconds, std::vector<std::function<void()>> const& clients) {
    struct Counted {
        std::vector<double> latencies;
        double done = 0;
        std::exception_ptr failure;
    };
    constexpr std::chrono::milliseconds warm_up{200};
    Clock::time_point const begin = Clock::now() + warm_up;
    Clock::time_point const end =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{seconds});
    std::vector<Counted> counted(clients.size());
    std::vector<std::thread> threads;
    for (std::size_t client = 0; client < clients.size(); ++client) {
        threads.emplace_back([&work = clients[client], &mine = counted[client], begin, end] {
            try {
                mine.latencies.reserve(100'000);
                for (Clock::time_point at = Clock::now(); at < end;) {
                    work();
                    ++mine.done;
                    Clock::time_point const now = Clock::now();
                    if (at >= begin && now < end) {
                        mine.latencies.push_back(std::chrono::duration<double, std::micro>{now - at}.count());
                    }
                    at = now;
                }
            } catch (...) {
                mine.failure = std::current_exception();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    Sample sample;
    for (Counted const& client : counted) {
        if (client.failure) {
            std::rethrow_exception(client.failure);
        }
        sample.latencies.insert(sample.latencies.end(), client.latencies.begin(), client.latencies.end());
        sample.done += client.done;
    }
    sample.per_second = static_cast<double>(sample.latencies.size()) / seconds;
    return sample;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_LOOPS_HPP
