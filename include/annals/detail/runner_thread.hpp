// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_RUNNER_THREAD_HPP
#define ANNALS_DETAIL_RUNNER_THREAD_HPP

#include <annals/detail/log_follower.hpp>
#include <annals/projection_progress.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace annals::detail {

/// A `LogFollower` with a thread, or in the caller's.
template <class Store, class Consumer>
class RunnerThread {
public:
    RunnerThread(Store& store, Consumer consumer, ProjectionOptions options)
        : store_{store}, options_{checked(std::move(options), store)},
          follower_{store, std::move(consumer), options_, control_} {}
    RunnerThread(RunnerThread const&) = delete;
    RunnerThread& operator=(RunnerThread const&) = delete;
    ~RunnerThread() { stop(); }

    void start() {
        std::lock_guard const lock{thread_mutex_};
        require_not_started();
        thread_ = std::thread{[this] { run(); }};
        is_started_ = true;
    }

    void stop() {
        control_.stop();
        if (running_thread_ == std::this_thread::get_id()) {
            return; // a handler stops its own runner, and cannot wait for itself
        }
        std::lock_guard const lock{thread_mutex_};
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    bool wait(std::chrono::milliseconds time) { return control_.wait(time); }

    void catch_up(std::chrono::milliseconds time) {
        std::lock_guard const lock{thread_mutex_};
        require_not_started();
        running_thread_ = std::this_thread::get_id();
        try {
            catch_up_until(std::chrono::steady_clock::now() + time);
        } catch (...) {
            running_thread_ = std::thread::id{};
            throw;
        }
        running_thread_ = std::thread::id{};
    }

    [[nodiscard]] ProjectionProgress progress() const {
        std::lock_guard const lock{progress_mutex_};
        return progress_;
    }

private:
    [[nodiscard]] static ProjectionOptions checked(ProjectionOptions options, Store& store) {
        require_valid(options);
        if (options.owner.empty()) {
            options.owner = to_text(new_event_id());
        }
        if (!options.hint) {
            options.hint = hint_of(store);
        }
        return options;
    }

    void require_not_started() const {
        if (is_started_) {
            throw UsageError{"annals: this runner was started before"};
        }
    }

    void catch_up_until(std::chrono::steady_clock::time_point until) {
        try {
            Position const head = store_.head();
            while (!follower_.has_reached(head) && !control_.is_stopping()) {
                if (std::chrono::steady_clock::now() > until) {
                    throw DeadlineExceeded{"annals: the projection has not caught up in the time allowed"};
                }
                if (!try_step()) {
                    control_.pause(options_.poll);
                }
            }
            release();
        } catch (DeadlineExceeded const&) {
            release();
            throw;
        } catch (...) {
            leave_a_note();
            throw;
        }
    }

    void run() {
        running_thread_ = std::this_thread::get_id();
        std::exception_ptr error;
        try {
            while (!control_.is_stopping()) {
                if (!try_step()) {
                    control_.wait_for_events(options_.hint, options_.poll);
                }
            }
            release();
            report(RunnerState::stopped, {});
        } catch (...) {
            error = std::current_exception();
            leave_a_note();
        }
        control_.end(error);
    }

    /// Nothing has failed if the store cannot be told for now: the lease ends by itself, and what was not noted is done
    /// again.
    void release() {
        try {
            follower_.release();
        } catch (...) {
            if (!is_transient_failure()) {
                throw;
            }
        }
    }

    /// @returns false if there is nothing to do for now
    bool try_step() {
        try {
            bool const has_more = follower_.step();
            failures_ = 0;
            report(follower_.has_claim() ? RunnerState::running : RunnerState::standing_by, {});
            return has_more;
        } catch (...) {
            if (!is_transient_failure()) {
                throw;
            }
            report(RunnerState::retrying, failure_text());
        }
        control_.pause(wait_before(options_, ++failures_));
        return true;
    }

    /// What ends the run is in the store for all to see, if the store can be reached.
    void leave_a_note() noexcept {
        std::string reason;
        try {
            reason = failure_text();
            follower_.note_failure({{}, {}, reason});
        } catch (...) {
            // `wait` throws what has ended the run; there is nobody else to tell.
        }
        try {
            report(RunnerState::ended, std::move(reason));
        } catch (...) {
            // The state is told. There was no memory for the rest.
        }
    }

    void report(RunnerState state, std::string trouble) {
        auto const now = std::chrono::steady_clock::now();
        std::lock_guard const lock{progress_mutex_};
        progress_.state = state;
        progress_.trouble = std::move(trouble);
        progress_.projection = follower_.row();
        progress_.handled = follower_.handled();
        progress_.head = follower_.head();
        std::chrono::duration<double> const passed = now - measured_at_;
        if (follower_.row() && passed > std::chrono::milliseconds{200}) {
            std::int64_t const position = follower_.row()->position.first();
            progress_.rate = static_cast<double>(position - measured_position_) / passed.count();
            measured_position_ = position;
            measured_at_ = now;
        }
    }

    Store& store_;
    ProjectionOptions options_;
    RunnerControl control_;
    LogFollower<Store, Consumer> follower_;
    int failures_ = 0;
    std::mutex thread_mutex_;
    std::thread thread_;
    bool is_started_ = false;
    std::atomic<std::thread::id> running_thread_{};
    mutable std::mutex progress_mutex_;
    ProjectionProgress progress_;
    std::chrono::steady_clock::time_point measured_at_ = std::chrono::steady_clock::now();
    std::int64_t measured_position_ = 0;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_RUNNER_THREAD_HPP
