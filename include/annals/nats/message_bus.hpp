// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_MESSAGE_BUS_HPP
#define ANNALS_NATS_MESSAGE_BUS_HPP

#include <annals/concepts/message_bus.hpp>
#include <annals/nats/detail/connection.hpp>
#include <annals/nats/detail/key_queues.hpp>
#include <annals/nats/options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

namespace annals {

/// Publishes to a JetStream stream.
///
/// **Order.** Of each key one message is under way at a time, and the next goes out when that one is confirmed;
/// messages of different keys are under way together.
///
/// **Duplicates.** The id of a message is its `Nats-Msg-Id`: within the stream's duplicate window (two minutes unless
/// set otherwise) the server drops what it has. A relay that was away for longer may leave messages there twice.
///
/// **What a confirmation means** is for the server: the message is in the files of the stream, or of most of its
/// replicas, and outlives the death of the server's process. Up to version 2.9 the server does not wait for the disk,
/// so a power failure may take what it confirmed in the last minutes; from 2.10 on `sync_interval: always` makes it
/// wait. For events that must not be lost run 2.10.23 or later, three replicas, on machines that do not fail together.
///
/// **Connection.** Made by the first `publish`, and again by the next one after any failure.
///
/// Thread-safe: calls are served one after the other, and waiting for a turn counts against the deadline.
class NatsBus {
public:
    /// @throws InvalidInput  if no bus could work with the options
    explicit NatsBus(nats::Options options) : options_{std::move(options)} { require_valid(options_); }

    /// @throws BusError      as MessageBus says; not transient for a missing stream, a subject that the stream does not
    ///                       take, a message that is too large, and what the server does not permit. `native_code()` is
    ///                       JetStream's (10000 and above) or the client's `natsStatus`.
    /// @throws InvalidInput  if a message breaks the rules of messages or has no subject to publish to
    void publish(std::span<Message const> messages) {
        auto const until = std::chrono::steady_clock::now() + options_.deadline;
        for (Message const& message : messages) {
            require_valid(message);
            nats::require_subject(message.subject);
        }
        if (messages.empty()) {
            return;
        }
        std::unique_lock const turn{mutex_, until};
        if (!turn) {
            nats::detail::throw_error(NATS_TIMEOUT, "get to these messages, for others are under way");
        }
        if (connection_ && connection_->is_closed()) {
            connection_.reset();
        }
        try {
            if (!connection_) {
                connection_ = std::make_unique<nats::detail::Connection>(options_, until);
            }
            deliver(*connection_, messages, until);
        } catch (...) {
            // Answers that are still to come must not be taken for those of the next call.
            connection_.reset();
            throw;
        }
    }

private:
    void
    deliver(nats::detail::Connection& connection, std::span<Message const> messages, nats::detail::TimePoint until) {
        nats::detail::KeyQueues queues{messages};
        std::uint64_t const first = sent_before_;
        sent_before_ += messages.size();
        while (!queues.is_done()) {
            while (queues.has_ready() && queues.under_way() < options_.in_flight) {
                std::size_t const next = queues.take_ready();
                connection.send(messages[next], first + next, until);
            }
            queues.confirm(static_cast<std::size_t>(connection.next_confirmed(until) - first));
        }
    }

    nats::Options options_;
    std::timed_mutex mutex_;
    std::unique_ptr<nats::detail::Connection> connection_;
    std::uint64_t sent_before_ = 0;
};

static_assert(MessageBus<NatsBus>);

} // namespace annals

#endif // ANNALS_NATS_MESSAGE_BUS_HPP
