// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_KAFKA_SUPPORT_CLUSTER_HPP
#define ANNALS_TESTS_INTEGRATION_KAFKA_SUPPORT_CLUSTER_HPP

#include <annals/kafka.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace annals_tests::kafka {

/// librdkafka's own cluster of brokers, in memory and on real sockets. It does not check what an idempotent producer
/// sends, and it knows no replication.
class Cluster {
public:
    static constexpr int partitions = 4;

    explicit Cluster(std::vector<std::string> const& topics = {"shop"}) {
        client_ = make(RD_KAFKA_PRODUCER, {});
        cluster_ = rd_kafka_mock_cluster_new(client_, 3);
        for (std::string const& topic : topics) {
            rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 3);
        }
    }
    Cluster(Cluster const&) = delete;
    Cluster& operator=(Cluster const&) = delete;
    ~Cluster() {
        rd_kafka_mock_cluster_destroy(cluster_);
        rd_kafka_destroy(client_);
    }

    [[nodiscard]] std::string bootstraps() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
    [[nodiscard]] annals::kafka::Options options(std::chrono::milliseconds deadline = std::chrono::seconds{20}) const {
        return {{{"bootstrap.servers", bootstraps()}, {"log_level", "0"}}, deadline};
    }

    void set_down() { rd_kafka_mock_broker_set_down(cluster_, -1); }
    void set_up() { rd_kafka_mock_broker_set_up(cluster_, -1); }
    /// How long the brokers take to answer.
    void set_delay(std::chrono::milliseconds delay) {
        rd_kafka_mock_broker_set_rtt(cluster_, -1, static_cast<int>(delay.count()));
    }
    /// The answers to the next requests to produce.
    void push_errors(std::vector<rd_kafka_resp_err_t> const& errors) {
        rd_kafka_mock_push_request_errors_array(cluster_, 0, errors.size(), errors.data());
    }

    /// What the brokers say of the topic to who asks for it.
    void set_topic_error(std::string const& topic, rd_kafka_resp_err_t error) {
        rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), error);
    }

    /// Publishes by an idempotent producer as librdkafka makes it, and waits.
    void publish_plainly(
        std::vector<annals::Message> const& messages, std::vector<std::pair<std::string, std::string>> settings
    ) const {
        settings.insert(settings.end(), {{"bootstrap.servers", bootstraps()}, {"enable.idempotence", "true"}});
        rd_kafka_t* const producer = make(RD_KAFKA_PRODUCER, settings);
        for (annals::Message const& message : messages) {
            rd_kafka_headers_t* const headers = rd_kafka_headers_new(1);
            rd_kafka_header_add(headers, "message-id", -1, annals::to_text(message.id).c_str(), -1);
            rd_kafka_producev(
                producer,
                RD_KAFKA_VTYPE_TOPIC,
                message.subject.c_str(),
                RD_KAFKA_VTYPE_KEY,
                message.key.data(),
                message.key.size(),
                RD_KAFKA_VTYPE_VALUE,
                message.body.data(),
                message.body.size(),
                RD_KAFKA_VTYPE_HEADERS,
                headers,
                RD_KAFKA_VTYPE_MSGFLAGS,
                int{RD_KAFKA_MSG_F_COPY},
                RD_KAFKA_VTYPE_END
            );
        }
        rd_kafka_flush(producer, 20'000);
        rd_kafka_destroy(producer);
    }

    /// What the topic holds, partition by partition.
    [[nodiscard]] std::vector<annals::Message> stored(std::string const& topic = "shop") const {
        rd_kafka_t* const reader = make(
            RD_KAFKA_CONSUMER,
            {{"bootstrap.servers", bootstraps()}, {"group.id", "tests"}, {"enable.partition.eof", "true"}}
        );
        rd_kafka_poll_set_consumer(reader);
        rd_kafka_topic_partition_list_t* const all = rd_kafka_topic_partition_list_new(partitions);
        for (std::int32_t partition = 0; partition < partitions; ++partition) {
            rd_kafka_topic_partition_list_add(all, topic.c_str(), partition)->offset = 0;
        }
        rd_kafka_assign(reader, all);
        rd_kafka_topic_partition_list_destroy(all);

        std::vector<annals::Message> messages;
        auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
        for (int ended = 0; ended < partitions && std::chrono::steady_clock::now() < until;) {
            rd_kafka_message_t* const message = rd_kafka_consumer_poll(reader, 100);
            if (message == nullptr) {
                continue;
            }
            if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                ++ended;
            } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
                messages.push_back(read(*message));
            }
            rd_kafka_message_destroy(message);
        }
        rd_kafka_consumer_close(reader);
        rd_kafka_destroy(reader);
        return messages;
    }

private:
    static rd_kafka_t* make(rd_kafka_type_t type, std::vector<std::pair<std::string, std::string>> const& settings) {
        rd_kafka_conf_t* const conf = rd_kafka_conf_new();
        for (auto const& [name, value] : settings) {
            rd_kafka_conf_set(conf, name.c_str(), value.c_str(), nullptr, 0);
        }
        rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
        rd_kafka_t* const client = rd_kafka_new(type, conf, nullptr, 0);
        if (client == nullptr) {
            throw std::runtime_error{"librdkafka makes no client"};
        }
        return client;
    }

    [[nodiscard]] static annals::Message read(rd_kafka_message_t const& message) {
        annals::Message read;
        read.key.assign(static_cast<char const*>(message.key), message.key_len);
        read.body.assign(static_cast<char const*>(message.payload), message.len);
        read.subject = rd_kafka_topic_name(message.rkt);
        rd_kafka_headers_t* headers = nullptr;
        if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
            char const* name = nullptr;
            void const* value = nullptr;
            std::size_t size = 0;
            for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i) {
                read.headers.emplace_back(name, std::string{static_cast<char const*>(value), size});
                if (read.headers.back().first == "message-id") {
                    read.id = annals::parse_event_id(read.headers.back().second);
                }
            }
        }
        return read;
    }

    rd_kafka_t* client_ = nullptr;
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

} // namespace annals_tests::kafka

#endif // ANNALS_TESTS_INTEGRATION_KAFKA_SUPPORT_CLUSTER_HPP
