// SPDX-License-Identifier: MIT

#ifndef ORDER_EVENTS_TO_NATS_OPTIONS_HPP
#define ORDER_EVENTS_TO_NATS_OPTIONS_HPP

#include <string>

struct Options {
    std::string store = "sqlite:orders.db";
    std::string url = "nats://127.0.0.1:4222";
    std::string stream = "orders"; ///< JetStream's; it takes the subjects `orders.>`
    bool is_once = false;
    bool is_listening = false;
};

#endif // ORDER_EVENTS_TO_NATS_OPTIONS_HPP
