// SPDX-License-Identifier: MIT

#ifndef ANNALS_NATS_HPP
#define ANNALS_NATS_HPP

// The NATS JetStream adapter: a message bus. Link with libnats 3.4 or later; the CMake target is annals::nats.

#include <annals/nats/message_bus.hpp>
#include <annals/nats/options.hpp>
#include <annals/nats/subject.hpp>

#endif // ANNALS_NATS_HPP
