// SPDX-License-Identifier: MIT

#include <annals/nats.hpp>
#include <tests/catch.hpp>
#include <tests/integration/nats/support/plain_client.hpp>
#include <tests/integration/nats/support/server.hpp>
#include <tests/integration/publishing/support/outages.hpp>
#include <tests/support/messages.hpp>

#include <chrono>
#include <iostream>
#include <string>

// From a PostgreSQL store to a JetStream stream, while the nats-server is killed.

namespace {

using namespace publishing;
using namespace std::chrono_literals;
using annals_tests::Arrivals;
using annals_tests::arrivals_of;
using annals_tests::nats::PlainClient;
using annals_tests::nats::Server;

annals::nats::Options options_for(Server const& server) {
    annals::nats::Options options;
    options.urls = {server.url()};
    options.stream = "bank";
    options.create.subjects = {"bank.>"};
    options.deadline = 3s;
    return options;
}

annals::CloudEventFormat format() {
    return {"/bank", annals::CloudEventMode::binary_nats, [](StoredEvent const& event) {
                return "bank." + annals::message_key(event.stream);
            }};
}

} // namespace

TEST_CASE("postgres: events reach JetStream, each subject in order, though nats-server is killed", "[nats]") {
    projections::PostgresPlace const place;
    auto store = place.store();
    bank::deposit(store, 1'000, 50);
    bank::deposit(store, 1'000, 50);
    Server server;
    annals::NatsBus bus{options_for(server)};
    Outage const crash{[&] { server.kill_hard(); }, [&] { server.start(); }};
    Outage const freeze{[&] { server.freeze(); }, [&] { server.thaw(); }};
    relay_through(store, bus, format(), {crash, freeze, crash});

    auto const sent = reliability::messages_of(store, format());
    REQUIRE(sent.size() == 2'000);
    auto const stored = PlainClient{server.url()}.stored("bank");
    Arrivals const arrivals = arrivals_of(sent, stored);
    CHECK(arrivals.missing == 0);
    CHECK(arrivals.order_breaks == 0);
    std::cout << "relay to nats: 2000 events through 3 outages, " << arrivals.repeated << " stored twice\n";
    CHECK(stored.front().body == sent.front().body);
    CHECK(stored.front().subject == sent.front().subject);
}

TEST_CASE("postgres: the test of events to JetStream notices a relay that does not wait", "[nats]") {
    projections::PostgresPlace const place;
    auto store = place.store();
    bank::deposit(store, 1'000, 50);
    Server server;
    annals::NatsBus bus{options_for(server)};
    auto const through_an_outage = [&](StoredEvent const& event) {
        if (event.position.first() == 420) {
            server.kill_hard();
        } else if (event.position.first() == 620) {
            server.start();
        }
        return format()(event);
    };
    reliability::relay_naively(place, store, bus, through_an_outage, reliability::Slip::notes_first);
    auto const stored = PlainClient{server.url()}.stored("bank");
    CHECK(arrivals_of(reliability::messages_of(store, format()), stored).missing > 0);
}
