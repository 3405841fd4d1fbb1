// SPDX-License-Identifier: MIT

#ifndef ANNALS_SUBSCRIPTION_HPP
#define ANNALS_SUBSCRIPTION_HPP

#include <annals/detail/failure.hpp>
#include <annals/detail/projection_handlers.hpp>
#include <annals/event_feed.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace annals {

/// Calls a function for each event of a store, those to come included, from a thread of its own.
///
/// `annals::Subscription watch{store, [](auto const& event) { ... }, {.start = annals::FeedStart::end()}};`
///
/// It begins when it is made and ends when it is stopped or destroyed. Each event is handed over once, in global order,
/// without a gap between what was there and what came later. Its place is kept in memory only; for one that survives
/// the process run a projection (`ProjectionRunner`).
///
/// While the store cannot be reached it tries again. An exception from the function ends it, and is thrown by `wait`.
///
/// All members may be called from any thread. The store must outlive it.
template <class Store>
class Subscription {
public:
    using Event = SourcedEvent<typename Store::payload_type>;
    using milliseconds = std::chrono::milliseconds;

    /// @param handler  is called with an `Event const&`, by one thread; or has handlers of its own for typed events, as
    /// a
    ///     projection has, and takes only those
    /// @throws UsageError  if an option makes no sense; and what the store throws
    template <class Handler>
    Subscription(Store& store, Handler handler, FeedOptions options = {})
        : feed_{store, narrowed<Handler>(std::move(options))}, handler_{callable(std::move(handler))},
          position_{feed_.position()}, thread_{[this] { run(); }} {}

    Subscription(Subscription const&) = delete;
    Subscription& operator=(Subscription const&) = delete;
    ~Subscription() { stop(); }

    /// Ends it after the event at hand, and waits for that. A handler may call it as well, and returns then.
    void stop() {
        control_.stop();
        feed_.interrupt();
        if (running_thread_ == std::this_thread::get_id()) {
            return; // a handler stops its own subscription, and cannot wait for itself
        }
        std::lock_guard const lock{joining_};
        if (thread_.joinable()) {
            thread_.join();
        }
    }

    /// Waits for the end. @returns false if it goes on after that time
    /// @throws what has ended it, if that was not `stop`
    bool wait(milliseconds time) {
        std::unique_lock lock{mutex_};
        bool const is_over = changed_.wait_for(lock, time, [this] { return is_over_; });
        if (error_) {
            std::rethrow_exception(error_);
        }
        return is_over;
    }

    /// Waits until all was handed over that was in the log at some time after the call.
    /// @returns false if it was not in that time, or the subscription has ended
    bool when_caught_up(milliseconds time) {
        std::unique_lock lock{mutex_};
        std::uint64_t const seen = times_caught_up_;
        // The look at the log that is under way may have begun before the call, the one after it did not.
        return changed_.wait_for(lock, time, [&] { return is_over_ || times_caught_up_ >= seen + 2; }) && !is_over_;
    }

    /// All up to here was handed over, or is not wanted: `FeedStart::after(position())` goes on from here.
    [[nodiscard]] Position position() const {
        std::lock_guard const lock{mutex_};
        return position_;
    }

private:
    template <class Handler>
    static constexpr bool is_typed = requires { typename Handler::events; };

    template <class Handler>
    [[nodiscard]] static std::function<void(Event const&)> callable(Handler handler) {
        if constexpr (is_typed<Handler>) {
            static_assert(detail::check_projection<Handler>());
            using Handlers = detail::HandlersOf<Handler>;
            return
                [handlers = std::move(handler)](Event const& event) mutable { Handlers::take(handlers, event, true); };
        } else {
            return handler;
        }
    }

    template <class Handler>
    [[nodiscard]] static FeedOptions narrowed(FeedOptions options) {
        if constexpr (is_typed<Handler>) {
            options.filter = detail::ProjectionHandlers<Handler, detail::event_sources_t<Handler>>::filter();
        }
        return options;
    }

    void run() {
        running_thread_ = std::this_thread::get_id();
        std::exception_ptr error;
        try {
            while (!control_.is_stopping()) {
                Event const* const event = next();
                if (event != nullptr) {
                    handler_(*event);
                }
                note(event == nullptr && feed_.is_caught_up());
            }
        } catch (...) {
            error = std::current_exception();
        }
        std::lock_guard const lock{mutex_};
        error_ = error;
        is_over_ = true;
        changed_.notify_all();
    }

    /// @returns null if none has come for a while
    [[nodiscard]] Event const* next() {
        try {
            return feed_.next(look_again);
        } catch (...) {
            if (!detail::is_transient_failure()) {
                throw;
            }
        }
        control_.pause(look_again);
        return nullptr;
    }

    void note(bool is_caught_up) {
        std::lock_guard const lock{mutex_};
        position_ = feed_.position();
        times_caught_up_ += is_caught_up ? 1 : 0;
        changed_.notify_all();
    }

    static constexpr milliseconds look_again{100};

    EventFeed<Store> feed_;
    detail::RunnerControl control_;
    std::function<void(Event const&)> handler_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    Position position_;
    std::uint64_t times_caught_up_ = 0;
    bool is_over_ = false;
    std::exception_ptr error_;
    std::atomic<std::thread::id> running_thread_{};
    std::mutex joining_;
    std::thread thread_; // the last, so that all else is there when it begins
};

} // namespace annals

#endif // ANNALS_SUBSCRIPTION_HPP
