// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SUBSCRIPTIONS_SUPPORT_FOLLOWING_HPP
#define ANNALS_TESTS_INTEGRATION_SUBSCRIPTIONS_SUPPORT_FOLLOWING_HPP

#include <annals/event_feed.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace following {

using Ids = std::vector<annals::EventId>;

/// Appends one event.
template <class Store>
annals::AppendResult append(Store& store, annals::StreamName const& stream, std::string const& type = "Deposited") {
    std::vector<annals::NewEvent<annals::EncodedPayload>> const events{
        {annals::new_event_id(), annals::system_clock().now(), {}, {type, 1, R"({"amount":1})"}}
    };
    return store.append(stream, annals::ExpectedVersion::any(), events);
}

/// The ids of all events that `is_wanted` says yes to, in the order of the log.
template <class Store, class Wanted>
[[nodiscard]] Ids ids_of(Store const& store, Wanted const& is_wanted) {
    Ids ids;
    for (auto const& event : store.read_all()) {
        if (is_wanted(event)) {
            ids.push_back(event.event_id);
        }
    }
    return ids;
}
template <class Store>
[[nodiscard]] Ids ids_of(Store const& store) {
    return ids_of(store, [](auto const&) { return true; });
}

/// What was handed over, by whatever thread. Copies share it, so it can be the handler of a subscription.
class Seen {
public:
    template <class Event>
    void operator()(Event const& event) const {
        std::lock_guard const lock{list_->mutex};
        list_->ids.push_back(event.event_id);
    }
    [[nodiscard]] Ids ids() const {
        std::lock_guard const lock{list_->mutex};
        return list_->ids;
    }
    [[nodiscard]] std::size_t size() const { return ids().size(); }

private:
    struct List {
        std::mutex mutex;
        Ids ids;
    };
    std::shared_ptr<List> list_ = std::make_shared<List>();
};

/// Waits for what must come sooner or later. @returns false if it has not in a time that is long for any machine
template <class Condition>
[[nodiscard]] bool comes_true(Condition const& condition) {
    for (auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{30}; !condition();) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

/// Threads that append to a few streams, each by a store of its own, until they are told to stop.
template <class Place>
class Writers {
public:
    Writers(Place const& place, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            threads_.emplace_back([this, &place] { write(place); });
        }
    }
    Writers(Writers const&) = delete;
    Writers& operator=(Writers const&) = delete;
    ~Writers() { join(); }

    /// @throws what a writer has thrown
    void stop() {
        join();
        if (error_) {
            std::rethrow_exception(error_);
        }
    }

private:
    void write(Place const& place) {
        try {
            auto store = place.store();
            while (!is_over_) {
                bank::deposit(store, 3);
                std::this_thread::sleep_for(std::chrono::milliseconds{1});
            }
        } catch (...) {
            std::lock_guard const lock{mutex_};
            error_ = std::current_exception();
        }
    }
    void join() {
        is_over_ = true;
        for (std::thread& thread : threads_) {
            if (thread.joinable()) {
                thread.join();
            }
        }
    }

    std::atomic<bool> is_over_ = false;
    std::mutex mutex_;
    std::exception_ptr error_;
    std::vector<std::thread> threads_;
};

} // namespace following

#endif // ANNALS_TESTS_INTEGRATION_SUBSCRIPTIONS_SUPPORT_FOLLOWING_HPP
