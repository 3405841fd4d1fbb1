// SPDX-License-Identifier: MIT

#ifndef ANNALS_KAFKA_HPP
#define ANNALS_KAFKA_HPP

// The Kafka adapter: a message bus. Link with librdkafka 2.0 or later; the CMake target is annals::kafka.

#include <annals/kafka/message_bus.hpp>
#include <annals/kafka/options.hpp>

#endif // ANNALS_KAFKA_HPP
