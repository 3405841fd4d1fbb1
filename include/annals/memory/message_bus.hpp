// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_MESSAGE_BUS_HPP
#define ANNALS_MEMORY_MESSAGE_BUS_HPP

#include <annals/concepts/message_bus.hpp>
#include <annals/detail/this_thread.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace annals {

/// Hands messages to callbacks of the same process. A message is confirmed when all of them have returned.
///
/// Thread-safe: calls are served one after the other. A subscriber runs in the thread that publishes, for as long as it
/// likes: the bus has no deadline of its own. It must not call the bus.
class InProcessBus {
public:
    using Subscriber = std::function<void(Message const&)>;

    /// From now on `subscriber` gets each message, after those that came before it. What it refers to must outlive the
    /// bus.
    void subscribe(Subscriber subscriber) {
        Turn const turn{*this};
        subscribers_.push_back(std::move(subscriber));
    }

    /// @throws BusError      if a subscriber throws: neither this message nor one after it is confirmed, though other
    ///                       subscribers may have seen this one. What was thrown is nested in it.
    /// @throws InvalidInput  if a message breaks the rules of messages; then none is handed out
    /// @throws UsageError    if a subscriber calls it
    void publish(std::span<Message const> messages) {
        for (Message const& message : messages) {
            require_valid(message);
        }
        Turn const turn{*this};
        for (Message const& message : messages) {
            try {
                for (Subscriber const& subscriber : subscribers_) {
                    subscriber(message);
                }
            } catch (...) {
                std::throw_with_nested(
                    BusError{"annals: a subscriber did not take message " + to_text(message.id), "subscriber", true}
                );
            }
        }
    }

private:
    /// Holds the bus for one call.
    class Turn {
    public:
        explicit Turn(InProcessBus& bus) : bus_{bus} {
            if (bus_.holder_ == detail::this_thread()) {
                throw UsageError{"annals: a subscriber must not call its bus"};
            }
            bus_.mutex_.lock();
            bus_.holder_ = detail::this_thread();
        }
        Turn(Turn const&) = delete;
        Turn& operator=(Turn const&) = delete;
        ~Turn() {
            bus_.holder_ = nullptr;
            bus_.mutex_.unlock();
        }

    private:
        InProcessBus& bus_;
    };

    std::mutex mutex_;
    std::atomic<detail::ThreadMark> holder_{nullptr};
    std::vector<Subscriber> subscribers_;
};

static_assert(MessageBus<InProcessBus>);

} // namespace annals

#endif // ANNALS_MEMORY_MESSAGE_BUS_HPP
