// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_RACE_HPP
#define ANNALS_TESTING_CONTRACT_RACE_HPP

#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace annals::testing::detail {

inline constexpr std::size_t racing_threads = 8;

/// Runs `work(0)`, `work(1)`, ... each in a thread of its own, all released at once, and rethrows the first failure.
template <class Work>
void race(std::size_t threads, Work&& work) {
    std::atomic<std::size_t> waiting{threads};
    std::mutex mutex;
    std::exception_ptr failure;
    std::vector<std::thread> running;
    running.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        running.emplace_back([&, i] {
            --waiting;
            while (waiting > 0) {
                std::this_thread::yield();
            }
            try {
                work(i);
            } catch (...) {
                std::lock_guard const lock{mutex};
                failure = failure ? failure : std::current_exception();
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// Lets `writers` threads write while one more thread looks on and on, and once more when they are done.
template <class Write, class Look>
void read_while_writing(std::size_t writers, Write&& write, Look&& look) {
    std::atomic<std::size_t> writing{writers};
    race(writers + 1, [&](std::size_t thread) {
        if (thread == writers) {
            while (writing > 0) {
                look();
            }
            look();
            return;
        }
        try {
            write(thread);
        } catch (...) {
            --writing;
            throw;
        }
        --writing;
    });
}

} // namespace annals::testing::detail

#endif // ANNALS_TESTING_CONTRACT_RACE_HPP
