// SPDX-License-Identifier: MIT

#include <annals/kafka.hpp>

bool makes_a_kafka_bus();

bool makes_a_kafka_bus() {
    annals::KafkaBus bus{{}};
    bus.publish({});
    return true;
}
