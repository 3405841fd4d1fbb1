// SPDX-License-Identifier: MIT

#ifndef ANNALS_KAFKA_OPTIONS_HPP
#define ANNALS_KAFKA_OPTIONS_HPP

#include <annals/error.hpp>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::kafka {

/// How a bus uses its cluster.
struct Options {
    /// librdkafka's own configuration: `bootstrap.servers`, `security.protocol`, `compression.type`, `linger.ms`, ...
    std::vector<std::pair<std::string, std::string>> conf{};
    /// No call takes longer than this, and what librdkafka needs to end its threads, whatever the brokers do.
    std::chrono::milliseconds deadline{10'000};
};

namespace detail {

/// What the promises of the bus rest on, and the bus therefore sets itself.
inline constexpr std::array<std::string_view, 11> reserved_settings{
    "acks",
    "request.required.acks",
    "delivery.timeout.ms",
    "message.timeout.ms",
    "enable.gapless.guarantee",
    "enable.idempotence",
    "max.in.flight",
    "max.in.flight.requests.per.connection",
    "message.send.max.retries",
    "retries",
    "transactional.id"
};

} // namespace detail

/// @throws InvalidInput  for what no bus could work with; librdkafka judges the rest of `conf`
inline void require_valid(Options const& options) {
    if (options.deadline.count() <= 0) {
        throw InvalidInput{"annals: the deadline of a Kafka bus must be above zero"};
    }
    for (auto const& setting : options.conf) {
        for (std::string_view const reserved : detail::reserved_settings) {
            if (setting.first == reserved) {
                throw InvalidInput{"annals: a Kafka bus sets " + setting.first + " itself"};
            }
        }
    }
}

/// Refuses what no topic can be called.
/// @throws InvalidInput
inline void require_topic(std::string_view topic) {
    bool good = !topic.empty() && topic.size() <= 249 && topic != "." && topic != "..";
    for (char const c : topic) {
        good = good && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                        c == '_' || c == '-');
    }
    if (!good) {
        throw InvalidInput{"annals: the name of a Kafka topic is 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'"};
    }
}

} // namespace annals::kafka

#endif // ANNALS_KAFKA_OPTIONS_HPP
