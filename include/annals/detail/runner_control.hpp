// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_RUNNER_CONTROL_HPP
#define ANNALS_DETAIL_RUNNER_CONTROL_HPP

#include <annals/projection_options.hpp>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>

namespace annals::detail {

/// How other threads talk with the one that runs. Thread-safe.
class RunnerControl {
public:
    using milliseconds = std::chrono::milliseconds;

    void stop() {
        std::lock_guard const lock{mutex_};
        is_stopping_ = true;
        changed_.notify_all();
    }
    [[nodiscard]] bool is_stopping() const {
        std::lock_guard const lock{mutex_};
        return is_stopping_;
    }

    /// Waits for so long, or until it is told to stop.
    void pause(milliseconds time) {
        std::unique_lock lock{mutex_};
        changed_.wait_for(lock, time, [this] { return is_stopping_; });
    }

    /// Waits until events may have been appended, at most so long.
    void wait_for_events(AppendHint const& hint, milliseconds poll) {
        if (!hint) {
            pause(poll);
            return;
        }
        auto const until = std::chrono::steady_clock::now() + poll;
        auto const left = [until] { return std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()); };
        try {
            // In slices, since the hint does not know of `stop`.
            while (left() > milliseconds{0} && !is_stopping()) {
                if (hint(left() < longest_slice ? left() : longest_slice)) {
                    return;
                }
            }
        } catch (...) {
            pause(left()); // as without a hint
        }
    }

    /// The run is over: by `error`, or because it was told to stop.
    void end(std::exception_ptr error) {
        std::lock_guard const lock{mutex_};
        error_ = std::move(error);
        is_over_ = true;
        changed_.notify_all();
    }

    /// Waits for the end of the run. @returns false if it goes on after that time
    /// @throws what has ended it
    bool wait(milliseconds time) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait_for(lock, time < year ? time : year, [this] { return is_over_; })) {
            return false;
        }
        if (error_) {
            std::rethrow_exception(error_);
        }
        return true;
    }

private:
    static constexpr milliseconds longest_slice{50};
    static constexpr milliseconds year =
        std::chrono::hours{24 * 365}; // the longest time there is cannot be added to now

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool is_stopping_ = false;
    bool is_over_ = false;
    std::exception_ptr error_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_RUNNER_CONTROL_HPP
