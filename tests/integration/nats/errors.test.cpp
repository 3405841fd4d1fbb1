// SPDX-License-Identifier: MIT

#include <annals/nats.hpp>
#include <tests/catch.hpp>
#include <tests/integration/nats/support/plain_client.hpp>
#include <tests/integration/nats/support/server.hpp>
#include <tests/support/messages.hpp>

#include <chrono>
#include <span>
#include <string>
#include <vector>

// What goes wrong on the way to a real nats-server, and whether it is worth trying again.

namespace {

using namespace annals_tests;
using namespace std::chrono_literals;
using annals_tests::nats::PlainClient;
using annals_tests::nats::Server;

annals::nats::Options options_for(Server const& server) {
    annals::nats::Options options;
    options.urls = {server.url()};
    options.stream = "shop";
    options.deadline = 5s;
    return options;
}

annals::nats::Options with_stream(annals::nats::Options options) {
    options.create.subjects = {"shop.>"};
    return options;
}

/// Publishes one message, which must fail.
annals::BusError failure(annals::nats::Options const& options, annals::Message const& message) {
    annals::NatsBus bus{options};
    auto const error = error_of(bus, {&message, 1});
    REQUIRE(error);
    return *error;
}

void check_lasting(annals::BusError const& error, int code) {
    CHECK_FALSE(error.is_transient());
    CHECK(error.native_code() == std::to_string(code));
}

void check_passing(annals::BusError const& error, int code) {
    CHECK(error.is_transient());
    CHECK(error.native_code() == std::to_string(code));
}

} // namespace

TEST_CASE("nats: what only a change can mend is not transient", "[nats][errors]") {
    Server const server{"max_payload: 10000"};
    auto const options = options_for(server);
    auto message = numbered_messages(1, 1, "shop", true).front();

    SECTION("no stream") { check_lasting(failure(options, message), JSStreamNotFoundErr); }
    SECTION("a stream that was deleted meanwhile") {
        annals::NatsBus bus{with_stream(options)};
        bus.publish({&message, 1});
        PlainClient::require(js_DeleteStream(PlainClient{server.url()}.context(), "shop", nullptr, nullptr));
        auto const error = error_of(bus, {&message, 1});
        REQUIRE(error);
        check_lasting(*error, JSStreamNotFoundErr);
    }
    SECTION("a subject that no stream takes") {
        message.subject = "elsewhere";
        check_lasting(failure(with_stream(options), message), NATS_NO_RESPONDERS);
    }
    SECTION("a subject that another stream takes") {
        PlainClient{server.url()}.make_stream("other");
        message.subject = "other.a";
        check_lasting(failure(with_stream(options), message), JSStreamNotMatchErr);
    }
    SECTION("a message larger than the server takes") {
        message.body.assign(20'000, 'x');
        check_lasting(failure(with_stream(options), message), NATS_MAX_PAYLOAD);
    }
    SECTION("headers and body together larger than the server takes") {
        message.body.assign(9'990, 'x');
        check_lasting(failure(with_stream(options), message), NATS_MAX_PAYLOAD);
    }
    SECTION("a message larger than the stream takes") {
        PlainClient{server.url()}.make_stream("shop", 1'000);
        message.body.assign(2'000, 'x');
        check_lasting(failure(options, message), JSStreamMessageExceedsMaximumErr);
    }
    SECTION("a stream that does not acknowledge") {
        PlainClient{server.url()}.make_stream("shop", -1, 0, true);
        check_lasting(failure(options, message), JSStreamInvalidConfig);
    }
    SECTION("a stream that forgets ids too soon") {
        PlainClient{server.url()}.make_stream("shop", -1, std::chrono::nanoseconds{1s}.count());
        check_lasting(failure(options, message), JSStreamInvalidConfig);
    }
}

TEST_CASE("nats: what a server does not permit is not transient, and told without waiting", "[nats][errors]") {
    Server const server{"authorization { users: [ { user: a, password: secret, permissions: { publish: "
                        "[\"$JS.API.>\", \"shop.mine\"], subscribe: \">\" } } ] }"};
    auto options = with_stream(options_for(server));
    options.deadline = 60s;
    options.client = annals::nats::make_client_options();
    natsOptions_SetUserInfo(options.client.get(), "a", "secret");
    auto message = numbered_messages(1, 1, "shop").front();
    auto const before = std::chrono::steady_clock::now();

    SECTION("a subject") {
        message.subject = "shop.mine";
        annals::NatsBus{options}.publish({&message, 1});
        message.subject = "shop.yours";
        check_lasting(failure(options, message), NATS_NOT_PERMITTED);
    }
    SECTION("a password") {
        natsOptions_SetUserInfo(options.client.get(), "a", "wrong secret");
        auto const error = failure(options, message);
        check_lasting(error, NATS_CONNECTION_AUTH_FAILED);
        CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("secret"));
    }
    SECTION("a password in the URL") {
        options.client = nullptr;
        options.urls[0].insert(7, "a:wrong secret@");
        auto const error = failure(options, message);
        CHECK_FALSE(error.is_transient());
        CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("secret"));
    }
    CHECK(std::chrono::steady_clock::now() - before < 55s);
}

TEST_CASE("nats: a server that is away is transient, and found again", "[nats][errors]") {
    Server server;
    annals::NatsBus bus{with_stream(options_for(server))};
    auto const messages = numbered_messages(30, 3, "shop", true);
    bus.publish(std::span{messages}.first(10));

    server.stop();
    auto const error = error_of(bus, std::span{messages}.subspan(10, 10));
    REQUIRE(error);
    check_passing(*error, NATS_NO_SERVER);

    server.start();
    bus.publish(std::span{messages}.subspan(10));
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});

    server.stop(); // while nobody looks
    server.start();
    bus.publish(messages);
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
}

TEST_CASE("nats: the first of several servers may be away", "[nats][errors]") {
    Server const server;
    auto options = with_stream(options_for(server));
    options.urls.insert(options.urls.begin(), "nats://127.0.0.1:" + std::to_string(annals_tests::nats::free_port()));
    options.client = annals::nats::make_client_options();
    natsOptions_SetNoRandomize(options.client.get(), true);
    auto const messages = numbered_messages(5, 1, "shop", true);
    annals::NatsBus{options}.publish(messages);
    CHECK(arrivals_of(messages, PlainClient{server.url()}.stored("shop")) == Arrivals{});
}

TEST_CASE("nats: a message that could never be sent is refused before any is", "[nats][errors]") {
    Server const server;
    annals::NatsBus bus{with_stream(options_for(server))};
    auto messages = numbered_messages(2, 1, "shop", true);
    for (std::string const subject :
         {"", ".", "shop.", ".shop", "shop..a", "shop.a b", "shop.*", "shop.>", "shop.\r\nPUB"}) {
        CAPTURE(subject);
        messages[1].subject = subject;
        CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    }
    messages[1].subject = "shop.a";
    messages[1].headers = {{"a", "b\r\nc: d"}};
    CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    messages[1].headers = {{"a:", "b"}};
    CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    messages[1].headers = {};
    messages[1].key = "";
    CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    bus.publish({});

    annals::Message const good = messages[0];
    bus.publish({&good, 1});
    CHECK(PlainClient{server.url()}.stored("shop").size() == 1);
}

TEST_CASE("nats: options that no bus could work with are refused", "[nats][errors]") {
    annals::nats::Options options;
    options.stream = "shop";
    CHECK_NOTHROW(annals::NatsBus{options});
    auto const refuses = [&options](auto change) {
        auto changed = options;
        change(changed);
        CHECK_THROWS_AS(annals::NatsBus{changed}, annals::InvalidInput);
    };
    refuses([](auto& o) { o.urls.clear(); });
    refuses([](auto& o) { o.stream.clear(); });
    refuses([](auto& o) { o.stream = "shop.orders"; });
    refuses([](auto& o) { o.deadline = 0ms; });
    refuses([](auto& o) { o.in_flight = 0; });
    refuses([](auto& o) { o.create.replicas = 0; });
    refuses([](auto& o) { o.create.duplicate_window = 1s; });
}
