// SPDX-License-Identifier: MIT

#include <annals/nats.hpp>
#include <tests/catch.hpp>
#include <tests/integration/nats/support/plain_client.hpp>
#include <tests/integration/nats/support/server.hpp>
#include <tests/support/messages.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// What a confirmation of the bus is worth, against a real nats-server.

namespace {

using namespace annals_tests;
using namespace std::chrono_literals;
using annals_tests::nats::PlainClient;
using annals_tests::nats::Server;

annals::nats::Options options_for(Server const& server) {
    annals::nats::Options options;
    options.urls = {server.url()};
    options.stream = "shop";
    options.create.subjects = {"shop.>"};
    return options;
}

} // namespace

TEST_CASE("nats: what is published is stored, with its id, its headers and its bytes", "[nats]") {
    Server const server;
    annals::NatsBus bus{options_for(server)};
    std::string const bytes{"{\"a\":\"\0\xFF\"}", 9};
    annals::Message const message{annals::new_event_id(), "Order-o-1", "shop.Order.o-1", {{"ce-type", "a b"}}, bytes};
    bus.publish({&message, 1});

    auto const stored = PlainClient{server.url()}.stored("shop");
    REQUIRE(stored.size() == 1);
    CHECK(stored[0].id == message.id);
    CHECK(stored[0].subject == "shop.Order.o-1");
    CHECK(stored[0].body == bytes);
    CHECK_THAT(
        stored[0].headers, Catch::Matchers::VectorContains(std::pair<std::string, std::string>{"ce-type", "a b"})
    );
}

TEST_CASE("nats: what was published before is not stored again", "[nats]") {
    Server const server;
    annals::NatsBus bus{options_for(server)};
    auto const messages = numbered_messages(100, 7, "shop", true);
    bus.publish(messages);
    bus.publish(messages);
    annals::NatsBus{options_for(server)}.publish(messages);
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
}

TEST_CASE("nats: what was confirmed outlives the death of the server", "[nats]") {
    Server server;
    auto const messages = numbered_messages(500, 50, "shop", true);

    SECTION("the bus waits for the confirmations") {
        annals::NatsBus{options_for(server)}.publish(messages);
        server.kill_hard();
        server.start();
        CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
    }
    SECTION("one that does not loses messages") {
        PlainClient const client{server.url()};
        client.make_stream("shop");
        server.freeze(); // as a slow one would be
        for (annals::Message const& message : messages) {
            PlainClient::require(
                natsConnection_PublishString(client.connection(), message.subject.c_str(), message.body.c_str())
            );
        }
        server.kill_hard();
        server.start();
        CHECK(PlainClient{server.url()}.stored("shop").size() < messages.size());
    }
}

TEST_CASE("nats: a frozen server ends in an error in time, and a retry stores each message once", "[nats]") {
    Server const server;
    auto options = options_for(server);
    options.deadline = 500ms;
    annals::NatsBus bus{options};
    auto const first = numbered_messages(1, 1, "shop", true);
    bus.publish(first);
    auto const messages = numbered_messages(100, 50, "shop", true);

    server.freeze();
    for (int attempt = 0; attempt < 2; ++attempt) { // the second one finds no connection
        auto const before = std::chrono::steady_clock::now();
        auto const error = error_of(bus, messages);
        auto const took = std::chrono::steady_clock::now() - before;
        REQUIRE(error);
        CHECK(error->is_transient());
        CHECK(error->native_code() == std::to_string(NATS_TIMEOUT));
        CHECK(took < 30s);
    }
    server.thaw();
    publish_all(bus, messages, messages.size());

    std::vector<annals::Message> sent = first;
    sent.insert(sent.end(), messages.begin(), messages.end());
    PlainClient const client{server.url()};
    CHECK(arrivals_of(sent, client.stored("shop")) == Arrivals{});

    // The same without ids.
    for (int attempt = 0; attempt < 2; ++attempt) {
        PlainClient::require(js_Publish(nullptr, client.context(), "shop.plain", "a", 1, nullptr, nullptr));
    }
    CHECK(client.stored("shop").size() == sent.size() + 2);
}

TEST_CASE("nats: a server that stops reading ends in an error in time", "[nats]") {
    Server const server;
    auto options = options_for(server);
    options.deadline = 2s;
    annals::NatsBus bus{options};
    auto messages = numbered_messages(101, 101, "shop", true);
    bus.publish(std::span{messages}.first(1));
    for (annals::Message& message : messages) {
        message.body.assign(500'000, 'x'); // far more in all than sockets hold
    }

    server.freeze();
    auto const before = std::chrono::steady_clock::now();
    auto const error = error_of(bus, std::span{messages}.subspan(1));
    CHECK(std::chrono::steady_clock::now() - before < 30s);
    REQUIRE(error);
    CHECK(error->is_transient());
    server.thaw();
    publish_all(bus, messages, messages.size());
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
}

TEST_CASE("nats: nothing of a key is accepted after a message that was refused", "[nats]") {
    Server const server;
    PlainClient const client{server.url()};
    client.make_stream("shop", 1'000);
    auto messages = numbered_messages(30, 3, "shop", true);
    messages[9].body.assign(2'000, 'x'); // of Order-0, which has nine more
    std::vector<annals::Message> stored;

    SECTION("the bus has one message of a key under way") {
        annals::NatsBus bus{options_for(server)};
        auto const error = error_of(bus, messages);
        REQUIRE(error);
        CHECK_FALSE(error->is_transient());
        CHECK(error->native_code() == std::to_string(JSStreamMessageExceedsMaximumErr));
        CHECK(arrivals_of(messages, client.stored("shop")).order_breaks == 0);

        messages[9].body = "shorter";
        bus.publish(messages);
        CHECK(arrivals_of(messages, client.stored("shop")) == Arrivals{});
    }
    SECTION("one that sends all at once breaks the order") {
        for (annals::Message const& message : messages) {
            jsPubOptions with_id;
            jsPubOptions_Init(&with_id);
            std::string const id = annals::to_text(message.id);
            with_id.MsgId = id.c_str();
            PlainClient::require(js_PublishAsync(
                client.context(),
                message.subject.c_str(),
                message.body.data(),
                static_cast<int>(message.body.size()),
                &with_id
            ));
        }
        PlainClient::require(js_PublishAsyncComplete(client.context(), nullptr));
        CHECK(arrivals_of(messages, client.stored("shop")).order_breaks > 0);
    }
}

TEST_CASE("nats: 5,000 messages through kills and freezes: none lost, none twice, each key in order", "[nats]") {
    Server server;
    auto options = options_for(server);
    options.deadline = 700ms;
    annals::NatsBus bus{options};
    auto const messages = numbered_messages(5'000, 100, "shop", true);

    std::atomic<bool> is_done = false;
    std::atomic<std::size_t> failures = 0;
    std::string trouble;
    // Not the other way round: a server dies with the thread that started it.
    std::thread publisher{[&] {
        try {
            std::span<annals::Message const> rest{messages};
            for (; !rest.empty(); rest = rest.subspan(500)) {
                failures += publish_all(bus, rest.first(500), 250);
                std::this_thread::sleep_for(100ms); // so that there is something left to break
            }
        } catch (std::exception const& error) {
            trouble = error.what();
        }
        is_done = true;
    }};
    for (int round = 0; !is_done && (round < 9 || failures == 0); ++round) {
        std::this_thread::sleep_for(60ms);
        if (round % 3 == 0) {
            server.freeze();
            std::this_thread::sleep_for(900ms);
            server.thaw();
        } else {
            server.kill_hard();
            server.start();
        }
    }
    publisher.join();
    REQUIRE(trouble.empty());
    CHECK(failures > 0);
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
}

TEST_CASE("nats: one bus serves several threads", "[nats]") {
    Server const server;
    annals::NatsBus bus{options_for(server)};
    auto const messages = numbered_messages(800, 4, "shop", true);
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (std::size_t key = 0; key < 4; ++key) {
        threads.emplace_back([&, key] {
            for (std::size_t i = key; i < messages.size(); i += 4) {
                failures += error_of(bus, {&messages[i], 1}) ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(failures == 0);
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
}
