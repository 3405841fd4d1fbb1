// SPDX-License-Identifier: MIT

#include <annals/json.hpp>
#include <annals/postgres.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/postgres_orders.hpp>
#include <tests/integration/nats/support/plain_client.hpp>
#include <tests/integration/nats/support/server.hpp>
#include <tests/support/messages.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using annals_tests::nats::PlainClient;
using annals_tests::nats::Server;
using Catch::Matchers::ContainsSubstring;
using examples::OrdersProgram;
using examples::Outcome;
using examples::Program;
using examples::words;

namespace {

std::vector<std::string> command(Server const& server, std::vector<std::string> const& arguments) {
    return words({ANNALS_ORDER_EVENTS_TO_NATS, "--nats", server.url()}, arguments);
}

/// Publishes what there is.
Outcome publish(Server const& server, std::string const& store) {
    return Program{command(server, {"--store", store, "--once"})}.wait();
}

/// Two orders with five events.
template <class Orders>
void place_orders(Orders const& orders) {
    REQUIRE(orders.run({"create", "1", "--customer", "Ada", "--country", "Iceland"}).status == 0);
    REQUIRE(orders.run({"create", "2", "--customer", "Bob", "--country", "Norway"}).status == 0);
    REQUIRE(orders.run({"add-item", "1", "--stock", "X", "--quantity", "2", "--price", "1.50"}).status == 0);
    REQUIRE(orders.run({"add-item", "2", "--stock", "Y", "--quantity", "1", "--price", "9"}).status == 0);
    REQUIRE(orders.run({"ship", "1", "--carrier", "DHL", "--tracking", "TRK-1"}).status == 0);
}

/// The events of a store as they should arrive: each stream's in their order.
template <class Store>
std::vector<annals::Message> messages_of(Store const& store) {
    std::vector<annals::Message> messages;
    for (auto const& event : store.get_all_events()) {
        std::string const subject = "orders.Order." + event.aggregate_id() + '.' + event.payload.type;
        messages.push_back({event.event_id, event.aggregate_id(), subject, {}, event.payload.data});
    }
    return messages;
}

/// What the stream holds, without the headers; the key is the order.
std::vector<annals::Message> stored(Server const& server) {
    auto messages = PlainClient{server.url()}.stored("orders");
    for (annals::Message& message : messages) {
        std::size_t const begin = std::string{"orders.Order."}.size();
        message.key = message.subject.substr(begin, message.subject.find('.', begin) - begin);
        message.headers.clear();
    }
    return messages;
}

void wait_for_messages(Server const& server, std::size_t count) {
    auto const until = std::chrono::steady_clock::now() + std::chrono::minutes{2};
    while (stored(server).size() < count) {
        REQUIRE(std::chrono::steady_clock::now() < until);
        ::usleep(10'000);
    }
}

/// All of them are there once, and those of each order in their order.
void check_arrived(std::vector<annals::Message> const& sent, std::vector<annals::Message> const& arrived) {
    CHECK(annals_tests::arrivals_of(sent, arrived) == annals_tests::Arrivals{});
    CHECK_THAT(arrived, Catch::Matchers::UnorderedEquals(sent));
}

template <class Orders, class Messages>
void check_publishing(Orders const& orders, std::string const& store, Messages const& messages) {
    Server const server;
    place_orders(orders);
    Outcome const first = publish(server, store);
    CHECK(first.status == 0);
    CHECK(first.out == "events published: 5\n");
    check_arrived(messages(), stored(server));

    // In a new stream the server knows none of them, so that what is published again is stored again.
    PlainClient const client{server.url()};
    PlainClient::require(js_DeleteStream(client.context(), "orders", nullptr, nullptr));
    client.make_stream("orders");
    Outcome const second = publish(server, store);
    CHECK(second.status == 0);
    CHECK(second.out == "events published: 0\n");
    CHECK(stored(server).empty());

    REQUIRE(orders.run({"ship", "2", "--carrier", "UPS", "--tracking", "TRK-2"}).status == 0);
    CHECK(publish(server, store).out == "events published: 1\n");
    CHECK(stored(server) == std::vector{messages().back()});
}

} // namespace

TEST_CASE("order_events_to_nats publishes each event once", "[orders]") {
    OrdersProgram const orders;
    check_publishing(orders, "sqlite:" + orders.store(), [&] {
        return messages_of(annals::SqliteEventStore{orders.store()});
    });
}

TEST_CASE("postgres: order_events_to_nats publishes each event once", "[orders]") {
    examples::PostgresOrders const orders;
    check_publishing(orders, "postgres:" + orders.conninfo(), [&] {
        return messages_of(annals::PostgresEventStore{orders.conninfo()});
    });
}

TEST_CASE("order_events_to_nats goes on until it is interrupted", "[orders]") {
    Server const server;
    OrdersProgram const orders;
    PlainClient{server.url()}.make_stream("orders");
    place_orders(orders);
    auto const id_file = orders.file("id");
    std::vector<std::string> const with_id{"/bin/sh", "-c", "echo $$ > \"$0\"; exec \"$@\"", id_file};
    Program program{words(with_id, command(server, {"--store", "sqlite:" + orders.store()}))};
    wait_for_messages(server, 5);
    REQUIRE(orders.run({"ship", "2", "--carrier", "UPS", "--tracking", "TRK-2"}).status == 0);
    wait_for_messages(server, 6);
    ::pid_t id = 0;
    std::ifstream{id_file} >> id;
    REQUIRE(::kill(id, SIGINT) == 0);
    Outcome const outcome = program.wait();
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "events published: 6\n");

    // It has left its place, with all noted, to the next.
    CHECK(publish(server, "sqlite:" + orders.store()).out == "events published: 0\n");
}

TEST_CASE("order_events_to_nats prints what the stream holds", "[orders]") {
    Server const server;
    OrdersProgram const orders;
    place_orders(orders);
    REQUIRE(publish(server, "sqlite:" + orders.store()).status == 0);
    std::string expected;
    for (annals::Message const& message : PlainClient{server.url()}.stored("orders")) {
        std::string const type = message.subject.substr(message.subject.rfind('.') + 1);
        expected += annals::to_text(message.id) + ' ' + type + ' ' + message.subject + ' ' + message.body + '\n';
    }
    Outcome const outcome = Program{command(server, {"--listen", "--once"})}.wait();
    CHECK(outcome.err == "");
    CHECK(outcome.out == expected);
}

TEST_CASE("order_events_to_nats says what is wrong", "[orders]") {
    Server const server;
    OrdersProgram const orders;
    Outcome const no_store = publish(server, "sqlite:" + orders.store());
    CHECK(no_store.status == 1);
    CHECK_THAT(no_store.err, ContainsSubstring("there is no store"));

    Outcome const no_stream = Program{command(server, {"--listen", "--once"})}.wait();
    CHECK(no_stream.status == 1);
    CHECK_THAT(no_stream.err, ContainsSubstring("no stream 'orders'"));

    PlainClient{server.url()}.make_stream("orders", 60); // bytes of a message, too few for most
    place_orders(orders);
    Outcome const refused = publish(server, "sqlite:" + orders.store());
    CHECK(refused.status == 1);
    CHECK_THAT(refused.err, ContainsSubstring("has stopped at event"));
    CHECK_THAT(refused.err, ContainsSubstring("refused to store a message"));
}
