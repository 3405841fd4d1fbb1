// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_SUPPORT_MESSAGES_HPP
#define ANNALS_TESTS_SUPPORT_MESSAGES_HPP

#include <annals/bus_error.hpp>
#include <annals/message.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace annals_tests {

/// `count` messages of `keys` keys in turn, all to `subject`, or to `subject` and the key.
[[nodiscard]] inline std::vector<annals::Message>
numbered_messages(std::size_t count, std::size_t keys, std::string const& subject, bool with_key = false) {
    std::vector<annals::Message> messages;
    for (std::size_t i = 0; i < count; ++i) {
        std::string const key = "Order-" + std::to_string(i % keys);
        messages.push_back(
            {annals::new_event_id(), key, with_key ? subject + '.' + key : subject, {}, "message " + std::to_string(i)}
        );
    }
    return messages;
}

/// What became of messages that were sent.
struct Arrivals {
    std::size_t missing = 0;
    std::size_t repeated = 0;     ///< arrived again
    std::size_t order_breaks = 0; ///< arrived first though one before it, of the same key, had not

    friend bool operator==(Arrivals const&, Arrivals const&) = default;
};

/// Only the ids of `arrived` matter.
[[nodiscard]] inline Arrivals
arrivals_of(std::span<annals::Message const> sent, std::span<annals::Message const> arrived) {
    std::map<std::string, std::vector<annals::EventId>> expected;
    std::map<annals::EventId, std::string> key_of;
    for (annals::Message const& message : sent) {
        expected[message.key].push_back(message.id);
        key_of[message.id] = message.key;
    }
    Arrivals result;
    std::set<annals::EventId> seen;
    std::map<std::string, std::size_t> next;
    for (annals::Message const& message : arrived) {
        if (!seen.insert(message.id).second) {
            ++result.repeated;
            continue;
        }
        std::string const& key = key_of.at(message.id);
        std::size_t& place = next[key];
        result.order_breaks += expected[key].at(place) == message.id ? 0U : 1U;
        ++place;
    }
    result.missing = sent.size() - seen.size();
    return result;
}

/// The error that publishing ends in, if it does.
template <class Bus>
[[nodiscard]] std::optional<annals::BusError> error_of(Bus& bus, std::span<annals::Message const> messages) {
    try {
        bus.publish(messages);
    } catch (annals::BusError const& error) {
        return error;
    }
    return std::nullopt;
}

/// Publishes as a relay does: in batches, each again until it is confirmed.
/// @returns  how many times a batch failed
template <class Bus>
std::size_t publish_all(Bus& bus, std::span<annals::Message const> messages, std::size_t batch) {
    std::size_t failures = 0;
    auto const until = std::chrono::steady_clock::now() + std::chrono::seconds{90};
    while (!messages.empty()) {
        auto const part = messages.first((std::min)(batch, messages.size()));
        if (auto const error = error_of(bus, part)) {
            if (!error->is_transient() || std::chrono::steady_clock::now() > until) {
                throw std::runtime_error{error->what()};
            }
            ++failures;
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
        } else {
            messages = messages.subspan(part.size());
        }
    }
    return failures;
}

} // namespace annals_tests

#endif // ANNALS_TESTS_SUPPORT_MESSAGES_HPP
