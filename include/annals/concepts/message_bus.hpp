// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_MESSAGE_BUS_HPP
#define ANNALS_CONCEPTS_MESSAGE_BUS_HPP

#include <annals/bus_error.hpp>
#include <annals/message.hpp>

#include <concepts>
#include <span>

namespace annals {

/// A way to a broker.
///
/// **publish** returns when the broker has confirmed that it has stored all of the messages. Those of one key are
/// accepted in the order given, and none is accepted while one before it, of the same key, was not. It throws
/// - `InvalidInput` if a message could never be sent; then none was;
/// - `BusError` if the broker did not confirm all of them within the bus's deadline. Any of them may have been
/// accepted:
///   publish the same messages again. They carry the same ids, so that the broker or its readers can tell.
///
/// That makes it at least once: a reader that drops the ids it knows sees each message of a key once, in order.
///
/// A bus may be used from several threads at once. Two calls at the same time have no order between them; one that is
/// to keep the order of a key publishes it from one place.
///
/// Models: InProcessBus, NatsBus, KafkaBus.
template <class B>
concept MessageBus = requires(B& bus, std::span<Message const> messages) {
    { bus.publish(messages) } -> std::same_as<void>;
};

} // namespace annals

#endif // ANNALS_CONCEPTS_MESSAGE_BUS_HPP
