// SPDX-License-Identifier: MIT

#include <annals/kafka.hpp>
#include <tests/catch.hpp>
#include <tests/integration/kafka/support/cluster.hpp>
#include <tests/integration/publishing/support/outages.hpp>
#include <tests/support/messages.hpp>

#include <chrono>
#include <iostream>
#include <string>

// From a PostgreSQL store to a Kafka topic, while the brokers have their troubles.

namespace {

using namespace publishing;
using namespace std::chrono_literals;
using annals_tests::Arrivals;
using annals_tests::arrivals_of;
using annals_tests::kafka::Cluster;

annals::CloudEventFormat format() {
    return {"/bank", annals::CloudEventMode::binary_kafka, [](StoredEvent const&) { return "bank"; }};
}

/// The ids of stored messages are where CloudEvents have them.
std::vector<annals::Message> stored_in(Cluster const& cluster) {
    auto messages = cluster.stored("bank");
    for (annals::Message& message : messages) {
        for (auto const& [name, value] : message.headers) {
            if (name == "ce_id") {
                message.id = annals::parse_event_id(value);
            }
        }
    }
    return messages;
}

} // namespace

TEST_CASE("postgres: events reach Kafka, each key in order, whatever the brokers do", "[kafka]") {
    projections::PostgresPlace const place;
    auto store = place.store();
    bank::deposit(store, 1'000, 50);
    bank::deposit(store, 1'000, 50);
    Cluster cluster{{"bank"}};
    annals::KafkaBus bus{cluster.options(1s)};
    Outage const away{[&] { cluster.set_down(); }, [&] { cluster.set_up(); }};
    Outage const late{[&] { cluster.set_delay(3s); }, [&] { cluster.set_delay(0ms); }};
    Outage const confused{
        [&] {
            cluster.push_errors(
                {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                 RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                 RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}
            );
            cluster.set_down();
        },
        [&] { cluster.set_up(); }
    };
    relay_through(store, bus, format(), {away, late, confused});

    auto const sent = reliability::messages_of(store, format());
    REQUIRE(sent.size() == 2'000);
    Arrivals const arrivals = arrivals_of(sent, stored_in(cluster));
    CHECK(arrivals.missing == 0);
    CHECK(arrivals.order_breaks == 0);
    std::cout << "relay to kafka: 2000 events through 3 outages, " << arrivals.repeated << " stored twice\n";
}

TEST_CASE("postgres: the test of events to Kafka notices a relay that does not wait", "[kafka]") {
    projections::PostgresPlace const place;
    auto store = place.store();
    bank::deposit(store, 500, 50);
    Cluster cluster{{"bank"}};
    annals::KafkaBus bus{cluster.options(1s)};
    auto const through_an_outage = [&](StoredEvent const& event) {
        if (event.position.first() == 210) {
            cluster.set_down();
        } else if (event.position.first() == 310) {
            cluster.set_up();
        }
        return format()(event);
    };
    reliability::relay_naively(place, store, bus, through_an_outage, reliability::Slip::notes_first);
    CHECK(arrivals_of(reliability::messages_of(store, format()), stored_in(cluster)).missing > 0);
}
