// SPDX-License-Identifier: MIT

#ifndef ANNALS_KAFKA_DETAIL_VERDICT_HPP
#define ANNALS_KAFKA_DETAIL_VERDICT_HPP

#include <annals/bus_error.hpp>

#include <librdkafka/rdkafka.h>
#include <string>
#include <string_view>

#if RD_KAFKA_VERSION < 0x02000000
#    error annals needs librdkafka 2.0 or later
#endif

namespace annals::kafka::detail {

/// Whether an error comes back until somebody changes something.
[[nodiscard]] constexpr bool is_lasting(rd_kafka_resp_err_t code) noexcept {
    switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
        return true;
    default:
        return false;
    }
}

[[noreturn]] inline void throw_error(rd_kafka_resp_err_t code, std::string_view doing) {
    throw BusError{
        "annals: Kafka could not " + std::string{doing} + ": " + rd_kafka_err2str(code),
        rd_kafka_err2name(code),
        !is_lasting(code)
    };
}

} // namespace annals::kafka::detail

#endif // ANNALS_KAFKA_DETAIL_VERDICT_HPP
