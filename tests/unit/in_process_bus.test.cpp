// SPDX-License-Identifier: MIT

#include <annals/memory/message_bus.hpp>
#include <tests/catch.hpp>
#include <tests/support/messages.hpp>

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using annals::InProcessBus;
using annals::Message;
using annals_tests::numbered_messages;

struct NoBus {
    int publish(int);
};

} // namespace

TEST_CASE("message bus: what does not take messages is none") {
    STATIC_REQUIRE_FALSE(annals::MessageBus<NoBus>);
    STATIC_REQUIRE_FALSE(annals::MessageBus<int>);
    STATIC_REQUIRE(annals::MessageBus<InProcessBus>);
}

TEST_CASE("in-process bus: each subscriber gets all messages in order, from when it came") {
    InProcessBus bus;
    std::vector<Message> first;
    std::vector<Message> second;
    auto const messages = numbered_messages(5, 2, "shop");
    bus.publish({&messages[0], 1}); // nobody is there
    bus.subscribe([&first](Message const& message) { first.push_back(message); });
    bus.publish({&messages[1], 2});
    bus.subscribe([&second](Message const& message) { second.push_back(message); });
    bus.publish({&messages[3], 2});
    CHECK(first == std::vector<Message>(messages.begin() + 1, messages.end()));
    CHECK(second == std::vector<Message>(messages.begin() + 3, messages.end()));
}

TEST_CASE("in-process bus: a message that a subscriber does not take ends the call, and may be published again") {
    InProcessBus bus;
    std::vector<Message> taken;
    auto const messages = numbered_messages(4, 1, "shop");
    bool is_broken = true;
    bus.subscribe([&](Message const& message) {
        if (is_broken && message.id == messages[2].id) {
            throw std::runtime_error{"the subscriber's own trouble"};
        }
        taken.push_back(message);
    });
    try {
        bus.publish(messages);
        FAIL("nothing was thrown");
    } catch (annals::BusError const& error) {
        CHECK(error.is_transient());
        CHECK(error.native_code() == "subscriber");
        CHECK_THROWS_WITH(std::rethrow_if_nested(error), "the subscriber's own trouble");
    }
    CHECK(taken == std::vector<Message>(messages.begin(), messages.begin() + 2));

    is_broken = false;
    taken.clear();
    bus.publish(messages);
    CHECK(taken == messages);
}

TEST_CASE("in-process bus: a message that no bus can carry is refused before any is handed out") {
    InProcessBus bus;
    std::size_t count = 0;
    bus.subscribe([&count](Message const&) { ++count; });
    auto const refuses = [&bus](auto change) {
        auto messages = numbered_messages(2, 1, "shop");
        change(messages[1]);
        CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    };
    refuses([](Message& m) { m.key.clear(); });
    refuses([](Message& m) { m.subject.clear(); });
    refuses([](Message& m) { m.headers = {{"", "x"}}; });
    refuses([](Message& m) { m.headers = {{"a b", "x"}}; });
    refuses([](Message& m) { m.headers = {{"a:", "x"}}; });
    refuses([](Message& m) { m.headers = {{"a\r", "x"}}; });
    refuses([](Message& m) { m.headers = {{"a", "x\r\nb: y"}}; });
    refuses([](Message& m) { m.headers = {{"a", "\xFF"}}; });
    CHECK(count == 0);
}

TEST_CASE("in-process bus: a subscriber that calls its bus is told so") {
    InProcessBus bus;
    auto const messages = numbered_messages(1, 1, "shop");
    bus.subscribe([&](Message const&) { bus.publish(messages); });
    try {
        bus.publish(messages);
        FAIL("nothing was thrown");
    } catch (annals::BusError const& error) {
        CHECK_THROWS_AS(std::rethrow_if_nested(error), annals::UsageError);
    }
}

TEST_CASE("in-process bus: several threads may publish and subscribe", "[concurrency]") {
    InProcessBus bus;
    std::vector<Message> taken;
    bus.subscribe([&taken](Message const& message) { taken.push_back(message); });
    auto const messages = numbered_messages(400, 4, "shop");
    std::vector<std::thread> threads;
    for (std::size_t key = 0; key < 4; ++key) {
        threads.emplace_back([&, key] {
            bus.subscribe([](Message const&) {});
            for (std::size_t i = key; i < messages.size(); i += 4) {
                bus.publish({&messages[i], 1});
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(annals_tests::arrivals_of(messages, taken) == annals_tests::Arrivals{});
}
