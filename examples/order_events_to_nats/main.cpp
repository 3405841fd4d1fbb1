// SPDX-License-Identifier: MIT
//
// Publishes the events of the orders to NATS JetStream, as CloudEvents, each order's in their order.
//
//     orders --store sqlite:orders.db import december.csv
//     order_events_to_nats --store sqlite:orders.db
//     order_events_to_nats --listen
//
// It may be killed and started again, and be run twice at once: its place is in the store.

#include "../orders/session.hpp"
#include "../orders/text.hpp"
#include "listen.hpp"
#include "options.hpp"
#include "stop_signals.hpp"
#include <annals/cloud_events.hpp>
#include <annals/nats.hpp>
#include <annals/relay.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

namespace {

void print(annals::ProjectionProgress const& progress) {
    std::cerr << "events published: " << progress.handled << ", positions to go: " << progress.remaining();
    if (progress.state == annals::RunnerState::standing_by) {
        std::cerr << "; another process is at it, or an operator has paused it";
    } else if (!progress.trouble.empty()) {
        std::cerr << "; trying again: " << orders::printable(progress.trouble);
    }
    std::cerr << '\n';
}

/// Publishes what the stream has not got yet, and what comes.
template <class Store>
void publish(Store& store, Options const& options, StopSignals const& stop) {
    annals::nats::Options broker;
    broker.urls = {options.url};
    broker.stream = options.stream;
    broker.create.subjects = {options.stream + ".>"};
    annals::NatsBus bus{broker};

    // `orders.Order.536365.LineAdded`: readers choose by order, by type of event, or take all.
    auto const subject_of = [&](auto const& event) {
        return annals::nats::subject_of(options.stream, event.stream) + '.' +
               annals::nats::subject_token(event.payload.type);
    };
    annals::CloudEventFormat const format{"/orders", annals::CloudEventMode::binary_nats, subject_of};
    auto const only_orders = annals::EventFilter::category("Order");
    annals::Relay relay{store, bus, "to-nats-" + options.stream, format, only_orders};

    annals::Position const goal = store.head();
    relay.start();
    for (int tenths = 1; !stop.wait() && !relay.wait(std::chrono::milliseconds{0}); ++tenths) {
        annals::ProjectionProgress const progress = relay.progress();
        if (options.is_once && progress.projection && progress.projection->position >= goal) {
            break;
        }
        if (tenths % 10 == 0) {
            print(progress);
        }
    }
    relay.stop();
    relay.wait(); // throws what has ended it, if that was not `stop`
    std::cout << "events published: " << relay.progress().handled << '\n';
}

/// Such a store has nothing in it that another program has stored.
void publish(orders::MemoryStore&, Options const&, StopSignals const&) {
    throw std::domain_error{"a store in memory cannot be shared"};
}

void run(Options const& options) {
    StopSignals const stop;
    if (options.is_listening) {
        listen(options, stop);
        return;
    }
    orders::Session session;
    session.store_name = options.store;
    session.with_store(false, [&](auto& store) { publish(store, options, stop); });
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app{"Publishes the events of the orders to NATS JetStream", "order_events_to_nats"};
    app.add_option("--store", options.store, "sqlite:FILE or postgres:CONNINFO")
        ->capture_default_str()
        ->check([](std::string const& name) {
            return orders::Session::is_store_name(name) ? "" : "a store is 'sqlite:FILE' or 'postgres:CONNINFO'";
        });
    app.add_option("--nats", options.url, "The server")->capture_default_str();
    app.add_option("--stream", options.stream, "JetStream's, made if there is none; it takes the subjects NAME.>")
        ->capture_default_str();
    app.add_flag("--once", options.is_once, "End with what was there at the start");
    app.add_flag("--listen", options.is_listening, "Print what the stream holds and what comes, instead");
    CLI11_PARSE(app, argc, argv);
    try {
        run(options);
    } catch (std::exception const& error) {
        std::cerr << "order_events_to_nats: " << orders::printable(error.what()) << '\n';
        return 1;
    }
}
