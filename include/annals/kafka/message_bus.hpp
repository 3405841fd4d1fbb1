// SPDX-License-Identifier: MIT

#ifndef ANNALS_KAFKA_MESSAGE_BUS_HPP
#define ANNALS_KAFKA_MESSAGE_BUS_HPP

#include <annals/concepts/message_bus.hpp>
#include <annals/kafka/detail/producer.hpp>
#include <annals/kafka/options.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

namespace annals {

/// Publishes to topics of a Kafka cluster: the subject of a message is its topic, its key decides on the partition.
///
/// **Order.** Kept for each key as long as the number of the topic's partitions stays the same.
///
/// **Duplicates.** Within one `publish` the broker drops what the client repeats. A `publish` that follows a failed one
/// is another producer's, and what was accepted of the first stands there twice; readers know it by the header
/// `message-id`, or the id of the CloudEvent.
///
/// **What a confirmation means** is for the topic: all replicas in sync have it (`acks=all`), so
/// `min.insync.replicas` should be 2 or more. Kafka does not wait for the disk.
///
/// **Connection.** Made by the first `publish`; the producer of one that failed is thrown away.
///
/// Thread-safe: calls are served one after the other, and waiting for a turn counts against the deadline.
class KafkaBus {
public:
    /// @throws InvalidInput  if no bus could work with the options
    explicit KafkaBus(kafka::Options options) : options_{std::move(options)} {
        require_valid(options_);
        rd_kafka_conf_destroy(kafka::detail::Producer::conf_of(options_));
    }

    /// @throws BusError      as MessageBus says; not transient for a topic that does not exist, a message that is too
    ///                       large, and what the brokers do not permit. `native_code()` is the name of librdkafka's
    ///                       error, such as `MSG_SIZE_TOO_LARGE` or `_TIMED_OUT`.
    /// @throws InvalidInput  if a message breaks the rules of messages or its subject cannot be a topic
    void publish(std::span<Message const> messages) {
        auto const until = std::chrono::steady_clock::now() + options_.deadline;
        for (Message const& message : messages) {
            require_valid(message);
            kafka::require_topic(message.subject);
        }
        if (messages.empty()) {
            return;
        }
        std::unique_lock const turn{mutex_, until};
        if (!turn) {
            kafka::detail::throw_error(RD_KAFKA_RESP_ERR__TIMED_OUT, "get to these messages, for others are under way");
        }
        try {
            if (!producer_) {
                producer_ = std::make_unique<kafka::detail::Producer>(options_);
            }
            for (Message const& message : messages) {
                producer_->send(message, until);
            }
            producer_->wait_for_all(until);
        } catch (...) {
            producer_.reset();
            throw;
        }
    }

private:
    kafka::Options options_;
    std::timed_mutex mutex_;
    std::unique_ptr<kafka::detail::Producer> producer_;
};

static_assert(MessageBus<KafkaBus>);

} // namespace annals

#endif // ANNALS_KAFKA_MESSAGE_BUS_HPP
