// SPDX-License-Identifier: MIT

#include <annals/nats.hpp>

bool makes_a_nats_bus();

bool makes_a_nats_bus() {
    annals::nats::Options options;
    options.stream = "shop";
    annals::NatsBus bus{options};
    bus.publish({});
    return true;
}
