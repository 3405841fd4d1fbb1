// SPDX-License-Identifier: MIT

#ifndef ANNALS_RETRY_HPP
#define ANNALS_RETRY_HPP

#include <annals/detail/entropy.hpp>

#include <chrono>
#include <cstdint>
#include <thread>

namespace annals {

/// How often, and how long, a lost race is run again.
///
/// The wait before retry n is `first_wait * 2^(n-1)`, at most `longest_wait`, less a random part of up to half, so
/// that those who met do not meet again ("equal jitter").
struct RetryPolicy {
    int attempts = 10; ///< in all, the first included
    std::chrono::milliseconds first_wait{5};
    std::chrono::milliseconds longest_wait{500};
    std::chrono::milliseconds deadline{10'000}; ///< no new attempt is begun later than this after the first
};

/// One operation under a `RetryPolicy`: counts its attempts and waits between them.
class Retry {
public:
    explicit Retry(RetryPolicy const& policy) : policy_{policy}, wait_{policy.first_wait} {}

    /// Waits for the next attempt.
    /// @returns false, at once, if there is to be none: attempts or time are used up
    [[nodiscard]] bool wait_for_next_attempt() {
        using std::chrono::steady_clock;
        std::chrono::microseconds const full = wait_;
        auto const part = static_cast<std::int64_t>(detail::random_bits() % 1024U);
        std::chrono::microseconds const wait = full - full * part / 2048;
        if (++attempts_made_ >= policy_.attempts || steady_clock::now() + wait > begin_ + policy_.deadline) {
            return false;
        }
        std::this_thread::sleep_for(wait);
        wait_ = wait_ * 2 < policy_.longest_wait ? wait_ * 2 : policy_.longest_wait;
        return true;
    }

private:
    RetryPolicy policy_;
    std::chrono::milliseconds wait_;
    int attempts_made_ = 0;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

} // namespace annals

#endif // ANNALS_RETRY_HPP
