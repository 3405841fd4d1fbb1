// SPDX-License-Identifier: MIT

#include <annals/kafka.hpp>
#include <tests/catch.hpp>
#include <tests/integration/kafka/support/cluster.hpp>
#include <tests/support/messages.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

// The bus against librdkafka's own brokers.

namespace {

using namespace annals_tests;
using namespace std::chrono_literals;
using annals_tests::kafka::Cluster;

/// Small requests, so that those which fail have others after them.
std::pair<std::string, std::string> const small{"batch.num.messages", "5"};

} // namespace

TEST_CASE("kafka: what is published is stored, with its key, its headers and its bytes", "[kafka]") {
    Cluster const cluster;
    annals::KafkaBus bus{cluster.options()};
    std::string const bytes{"{\"a\":\"\0\xFF\"}", 9};
    annals::Message const message{annals::new_event_id(), "Order-o-1", "shop", {{"ce_type", "\xC3\xA9"}}, bytes};
    annals::Message const empty{annals::new_event_id(), "Order-o-1", "shop", {}, ""};
    bus.publish(std::vector{message, empty});

    auto const stored = cluster.stored();
    REQUIRE(stored.size() == 2);
    CHECK(stored[0].id == message.id);
    CHECK(stored[0].key == message.key);
    CHECK(stored[0].body == bytes);
    CHECK_THAT(
        stored[0].headers, Catch::Matchers::VectorContains(std::pair<std::string, std::string>{"ce_type", "\xC3\xA9"})
    );
    CHECK(stored[1].body.empty());
}

TEST_CASE("kafka: 5,000 messages are stored once, each key in order", "[kafka]") {
    Cluster const cluster;
    annals::KafkaBus bus{cluster.options()};
    auto const messages = numbered_messages(5'000, 100, "shop");
    CHECK(publish_all(bus, messages, 500) == 0);
    CHECK(arrivals_of(messages, cluster.stored()) == Arrivals{});
}

TEST_CASE("kafka: what was confirmed is stored", "[kafka]") {
    Cluster cluster;
    auto const messages = numbered_messages(100, 10, "shop");
    cluster.set_delay(300ms);

    SECTION("the bus waits for the confirmations") {
        annals::KafkaBus{cluster.options()}.publish(messages);
        CHECK(arrivals_of(messages, cluster.stored()) == Arrivals{});
    }
    SECTION("one that does not loses messages") {
        {
            annals::kafka::detail::Producer producer{cluster.options()};
            for (annals::Message const& message : messages) {
                producer.send(message, std::chrono::steady_clock::now() + 5s);
            }
        }
        CHECK(arrivals_of(messages, cluster.stored()).missing > 0);
    }
}

TEST_CASE("kafka: brokers that answer too late or not at all end in an error in time", "[kafka]") {
    Cluster cluster;
    auto const messages = numbered_messages(100, 10, "shop");
    annals::KafkaBus bus{cluster.options(700ms)};
    annals::KafkaBus patient{cluster.options()};
    auto const before = std::chrono::steady_clock::now();

    SECTION("late") {
        cluster.set_delay(5s);
        auto const error = error_of(bus, messages);
        REQUIRE(error);
        CHECK(error->is_transient());
        CHECK(error->native_code() == "_TIMED_OUT");
        cluster.set_delay(0ms);
    }
    SECTION("away") {
        cluster.set_down();
        auto const error = error_of(bus, messages);
        REQUIRE(error);
        CHECK(error->is_transient());
        CHECK(error->native_code() == "_TIMED_OUT");
        cluster.set_up();
    }
    CHECK(std::chrono::steady_clock::now() - before < 30s);
    patient.publish(messages);
    Arrivals const arrivals = arrivals_of(messages, cluster.stored());
    CHECK(arrivals.missing == 0);
    CHECK(arrivals.order_breaks == 0);
}

TEST_CASE("kafka: what only a change can mend is not transient, the rest is", "[kafka][errors]") {
    Cluster cluster;
    auto messages = numbered_messages(10, 2, "shop");
    auto const options = cluster.options(10s);
    auto const code_of_failure = [&](bool is_transient) {
        annals::KafkaBus bus{options};
        auto const error = error_of(bus, messages);
        REQUIRE(error);
        CHECK(error->is_transient() == is_transient);
        return error->native_code();
    };

    SECTION("a message larger than the client sends") {
        messages[3].body.assign(2'000'000, 'x');
        CHECK(code_of_failure(false) == "MSG_SIZE_TOO_LARGE");
    }
    SECTION("a message larger than the topic takes") {
        cluster.push_errors({RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
        CHECK(code_of_failure(false) == "MSG_SIZE_TOO_LARGE");
    }
    SECTION("a topic that is forbidden") {
        cluster.push_errors({RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
        CHECK(code_of_failure(false) == "TOPIC_AUTHORIZATION_FAILED");
    }
    SECTION("a topic that does not exist") {
        for (annals::Message& message : messages) {
            message.subject = "gone";
        }
        cluster.set_topic_error("gone", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
        std::string const code = code_of_failure(false);
        CHECK((code == "_UNKNOWN_TOPIC" || code == "UNKNOWN_TOPIC_OR_PART"));
        cluster.set_topic_error("gone", RD_KAFKA_RESP_ERR_NO_ERROR);
        for (annals::Message& message : messages) {
            message.subject = "shop";
        }
    }
    SECTION("a producer that the broker no longer knows") {
        cluster.push_errors({RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
        static_cast<void>(code_of_failure(true));
    }
    Arrivals const arrivals = arrivals_of(messages, cluster.stored());
    CHECK(arrivals.order_breaks == 0);

    for (annals::Message& message : messages) {
        message.body = "shorter";
    }
    annals::KafkaBus{options}.publish(messages);
    CHECK(arrivals_of(messages, cluster.stored()).missing == 0);
}

TEST_CASE("kafka: errors that pass are got over within the call", "[kafka][errors]") {
    Cluster cluster;
    auto const messages = numbered_messages(1'000, 10, "shop");
    auto options = cluster.options();
    options.conf.push_back(small);
    annals::KafkaBus bus{options};
    bus.publish(std::span{messages}.first(100));
    cluster.set_delay(20ms); // time for more requests to be under way
    cluster.push_errors(
        {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
         RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
         RD_KAFKA_RESP_ERR__TRANSPORT,
         RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}
    );
    bus.publish(std::span{messages}.subspan(100));
    cluster.set_delay(0ms);
    CHECK(arrivals_of(messages, cluster.stored()) == Arrivals{});
}

TEST_CASE("kafka: nothing of a key is accepted after a message that was refused", "[kafka]") {
    Cluster cluster;
    auto const messages = numbered_messages(5'000, 10, "shop");
    cluster.push_errors({RD_KAFKA_RESP_ERR_NO_ERROR, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});

    SECTION("the bus stops at the first") {
        auto options = cluster.options();
        options.conf.push_back(small);
        annals::KafkaBus bus{options};
        auto const error = error_of(bus, messages);
        REQUIRE(error);
        CHECK_FALSE(error->is_transient());
        CHECK(arrivals_of(messages, cluster.stored()).order_breaks == 0);
        bus.publish(messages);
        Arrivals const arrivals = arrivals_of(messages, cluster.stored());
        CHECK(arrivals.missing == 0);
        CHECK(arrivals.order_breaks == 0);
    }
    SECTION("a producer as it comes goes on and breaks the order") {
        cluster.publish_plainly(messages, {small});
        CHECK(arrivals_of(messages, cluster.stored()).order_breaks > 0);
    }
}

TEST_CASE("kafka: messages through brokers that come and go: none lost, each key in order", "[kafka]") {
    Cluster cluster;
    annals::KafkaBus bus{cluster.options(900ms)};
    auto const messages = numbered_messages(5'000, 100, "shop");
    std::atomic<bool> is_done = false;
    std::atomic<std::size_t> failures = 0;
    std::string trouble;
    std::thread publisher{[&] {
        try {
            for (std::span<annals::Message const> rest{messages}; !rest.empty(); rest = rest.subspan(500)) {
                failures += publish_all(bus, rest.first(500), 250);
                std::this_thread::sleep_for(100ms); // so that there is something left to break
            }
        } catch (std::exception const& error) {
            trouble = error.what();
        }
        is_done = true;
    }};
    for (int round = 0; !is_done && (round < 6 || failures == 0); ++round) {
        std::this_thread::sleep_for(150ms);
        if (round % 2 == 0) {
            cluster.set_down();
        } else {
            cluster.set_delay(2s);
        }
        std::this_thread::sleep_for(1200ms);
        cluster.set_up();
        cluster.set_delay(0ms);
    }
    publisher.join();
    REQUIRE(trouble.empty());
    CHECK(failures > 0);
    Arrivals const arrivals = arrivals_of(messages, cluster.stored());
    CHECK(arrivals.missing == 0);
    CHECK(arrivals.order_breaks == 0);
}

TEST_CASE("kafka: a message that could never be sent is refused before any is", "[kafka][errors]") {
    Cluster const cluster;
    annals::KafkaBus bus{cluster.options()};
    auto messages = numbered_messages(2, 1, "shop");
    for (std::string const& topic : {std::string{}, std::string{"."}, std::string{"a b"}, std::string(250, 'a')}) {
        messages[1].subject = topic;
        CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    }
    messages[1] = messages[0];
    messages[1].key = "";
    CHECK_THROWS_AS(bus.publish(messages), annals::InvalidInput);
    bus.publish({});
    CHECK(cluster.stored().empty());
}

TEST_CASE("kafka: options that no bus could work with are refused", "[kafka][errors]") {
    CHECK_THROWS_AS((annals::KafkaBus{{{}, 0ms}}), annals::InvalidInput);
    CHECK_THROWS_AS((annals::KafkaBus{{{{"no.such.setting", "1"}}}}), annals::InvalidInput);
    CHECK_THROWS_AS((annals::KafkaBus{{{{"linger.ms", "soon"}}}}), annals::InvalidInput);
    for (std::string_view const reserved : annals::kafka::detail::reserved_settings) {
        CAPTURE(reserved);
        CHECK_THROWS_AS((annals::KafkaBus{{{{std::string{reserved}, "1"}}}}), annals::InvalidInput);
    }
}
