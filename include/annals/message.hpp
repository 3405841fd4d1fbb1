// SPDX-License-Identifier: MIT

#ifndef ANNALS_MESSAGE_HPP
#define ANNALS_MESSAGE_HPP

#include <annals/event_id.hpp>
#include <annals/limits.hpp>
#include <annals/stream_name.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals {

/// What a bus carries: one event in the form that its readers take.
struct Message {
    EventId id{};        ///< the event's own: what arrives twice is known by it
    std::string key;     ///< messages of one key stay in order; see `message_key`
    std::string subject; ///< where it goes: a subject of NATS, a topic of Kafka
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body;

    [[nodiscard]] friend bool operator==(Message const&, Message const&) = default;
};

/// The stream as a key: `Order-o-1`. A `-` or `%` within the type becomes `%2D` or `%25`, so that the first `-` ends it
/// and no two streams have the same key.
[[nodiscard]] inline std::string message_key(StreamName const& stream) {
    std::string key;
    for (char const c : stream.aggregate_type()) {
        if (c == '-') {
            key += "%2D";
        } else if (c == '%') {
            key += "%25";
        } else {
            key += c;
        }
    }
    return key + '-' + stream.aggregate_id();
}

/// Refuses a message that not every bus can carry.
/// @throws InvalidInput  if it has no key or no subject, the name of a header is not made of visible ASCII without `:`,
///                       or the value of one holds a control character or is not UTF-8
inline void require_valid(Message const& message) {
    if (message.key.empty() || message.subject.empty()) {
        throw InvalidInput{"annals: a message needs a key and a subject"};
    }
    for (auto const& [name, value] : message.headers) {
        bool is_name = !name.empty();
        for (char const c : name) {
            is_name = is_name && c > ' ' && c < '\x7F' && c != ':';
        }
        if (!is_name) {
            throw InvalidInput{"annals: the name of a message header must be visible ASCII without ':'"};
        }
        if (!detail::is_printable_utf8(value)) {
            throw InvalidInput{"annals: the message header '" + name + "' is not UTF-8 without control characters"};
        }
    }
}

} // namespace annals

#endif // ANNALS_MESSAGE_HPP
