// SPDX-License-Identifier: MIT

#ifndef ANNALS_RETRY_HPP
#define ANNALS_RETRY_HPP

#include <annals/detail/entropy.hpp>
#include <annals/detail/this_thread.hpp>

#include <chrono>
#include <cstdint>

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
    explicit Retry(RetryPolicy const& policy)
        : attempts_{policy.attempts}, longest_wait_{shorter(policy.longest_wait, for_ever)},
          wait_{shorter(policy.first_wait, longest_wait_)},
          deadline_{std::chrono::steady_clock::now() + shorter(policy.deadline, for_ever)} {}

    /// Waits for the next attempt.
    /// @returns false, at once, if there is to be none: attempts or time are used up
    [[nodiscard]] bool wait_for_next_attempt() {
        using std::chrono::steady_clock;
        std::chrono::microseconds const full = wait_;
        auto const part = static_cast<std::int64_t>(detail::random_bits() % 1024U);
        std::chrono::microseconds const wait = full - full * part / 2048;
        if (++attempts_made_ >= attempts_ || steady_clock::now() + wait > deadline_) {
            return false;
        }
        detail::sleep_for(wait);
        wait_ = shorter(wait_ * 2, longest_wait_);
        return true;
    }

private:
    // A century, short of what overflows when a clock's time is added: a deadline of `milliseconds::max()` is none.
    static constexpr std::chrono::milliseconds for_ever = std::chrono::hours{24 * 365 * 100};

    [[nodiscard]] static constexpr std::chrono::milliseconds
    shorter(std::chrono::milliseconds a, std::chrono::milliseconds b) noexcept {
        return a < b ? a : b;
    }

    int attempts_;
    int attempts_made_ = 0;
    std::chrono::milliseconds longest_wait_;
    std::chrono::milliseconds wait_;
    std::chrono::steady_clock::time_point deadline_;
};

} // namespace annals

#endif // ANNALS_RETRY_HPP
