// SPDX-License-Identifier: MIT

#ifndef ANNALS_RELAY_HPP
#define ANNALS_RELAY_HPP

#include <annals/concepts/message_bus.hpp>
#include <annals/detail/dead_letter_replay.hpp>
#include <annals/detail/runner_thread.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace annals {

namespace detail {

/// A bus as `LogFollower` feeds it.
template <class Store, class Bus>
class RelayConsumer {
public:
    using Event = SourcedEvent<typename Store::payload_type>;
    using Format = std::function<Message(Event const&)>;
    static constexpr bool is_transactional = false;

    RelayConsumer(std::string name, Bus& bus, Format format, EventFilter filter)
        : name_{std::move(name)}, bus_{&bus}, format_{std::move(format)}, filter_{std::move(filter)} {}

    [[nodiscard]] std::string name() const { return name_; }
    [[nodiscard]] static std::int64_t definition() noexcept { return 1; }
    [[nodiscard]] static constexpr bool accepts_truncated() noexcept { return true; }
    [[nodiscard]] EventFilter filter() const { return filter_; }

    template <class... Transaction>
    void prepare(std::int64_t, Transaction&...) {}
    template <class... Transaction>
    void serve(std::int64_t, Transaction&...) {}

    template <class MayGoOn, class... Transaction>
    void handle(std::vector<Event> const& events, bool, std::size_t& done, MayGoOn const&, Transaction&...) {
        std::vector<Message> messages;
        messages.reserve(events.size());
        std::exception_ptr unmade;
        try {
            for (Event const& event : events) {
                messages.push_back(format_(event));
            }
        } catch (...) {
            unmade = std::current_exception(); // and what comes before that event is not to wait for it
        }
        if (!messages.empty()) {
            bus_->publish(std::span<Message const>{messages});
            done = messages.size();
        }
        if (unmade) {
            std::rethrow_exception(unmade);
        }
    }

private:
    std::string name_;
    Bus* bus_;
    Format format_;
    EventFilter filter_;
};

} // namespace detail

/// Publishes the events of a store: the log is the outbox, and the relay a reader with a place of its own in it.
///
/// `annals::Relay relay{store, bus, "orders-to-nats", annals::CloudEventFormat{...}}; relay.start();`
///
/// **At least once, in the order of each stream**: its place moves on only when the bus has confirmed, and after a
/// crash, or if the lease was lost, messages are sent again, with the same ids. Of all relays of one name (and part),
/// in whatever process, one works and the others stand by.
///
/// It is a projection without a read model: `ProjectionControl` lists, pauses and resumes it, `ProjectionOptions` are
/// the same, and it ends in the same ways (see `ProjectionRunner`). While the broker does not answer it tries again;
/// a message that the broker refuses for good, alone, is a poison event.
///
/// Events that were truncated before it came to them are not published: truncate behind it.
///
/// All members may be called from any thread. Store and bus must outlive it.
template <class Store, MessageBus Bus>
class Relay {
public:
    using Event = SourcedEvent<typename Store::payload_type>;

    /// @param name    of its place in the store
    /// @param format  makes the message of an event; its id must be the event's, its key the stream's
    /// @throws UsageError    if an option makes no sense
    /// @throws InvalidInput  if the name breaks the limits of names
    Relay(
        Store& store,
        Bus& bus,
        std::string name,
        std::function<Message(Event const&)> format,
        EventFilter filter = {},
        ProjectionOptions options = {}
    )
        : store_{store},
          consumer_{(require_name("relay", name), std::move(name)), bus, std::move(format), std::move(filter)},
          runner_{store, consumer_, std::move(options)} {}

    /// @see ProjectionRunner::start
    void start() { runner_.start(); }
    /// @see ProjectionRunner::stop
    void stop() { runner_.stop(); }
    /// @see ProjectionRunner::wait
    bool wait(std::chrono::milliseconds time = (std::chrono::milliseconds::max)()) { return runner_.wait(time); }
    /// @see ProjectionRunner::catch_up
    void catch_up(std::chrono::milliseconds time = std::chrono::hours{24}) { runner_.catch_up(time); }
    /// @see ProjectionRunner::progress
    [[nodiscard]] ProjectionProgress progress() const { return runner_.progress(); }

    /// Publishes the events that were put aside, oldest first, and forgets those that the bus has confirmed. Later
    /// events of the same streams were published before.
    /// @returns how many
    /// @throws what format and bus throw; that dead letter and those behind it remain
    std::size_t replay_dead_letters() {
        auto consumer = consumer_;
        return detail::replay_dead_letters(store_, consumer);
    }

private:
    Store& store_;
    detail::RelayConsumer<Store, Bus> consumer_;
    detail::RunnerThread<Store, detail::RelayConsumer<Store, Bus>> runner_;
};

} // namespace annals

#endif // ANNALS_RELAY_HPP
