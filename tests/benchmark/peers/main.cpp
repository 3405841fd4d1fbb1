// SPDX-License-Identifier: MIT

#include <annals/decoded_events.hpp>
#include <annals/json.hpp>
#include <annals/postgres.hpp>
#include <tests/benchmark/appending.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/peers/emmett.hpp>
#include <tests/benchmark/peers/message_db.hpp>
#include <tests/benchmark/postgres/environment.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/reading.hpp>
#include <tests/benchmark/store_orders.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Measures the PostgreSQL store beside other event stores on the same server. README.md tells how to read it.

namespace annals_benchmark {
namespace {

constexpr char const* schema = "bench_peers";

struct Peers {
    annals::PostgresEventStore store;
    std::shared_ptr<Emmett> emmett;
    std::shared_ptr<Client> admin;
};

Case append_case(Settings const& settings, Peers const& peers, AppendShape shape) {
    nlohmann::json const request{
        {"do", "append"}, {"clients", shape.clients}, {"events", shape.events}, {"seconds", settings.seconds}
    };
    auto const written = log_length(peers.admin);
    auto const way = [&](char const* name, std::function<AppendOrder()> const& make) {
        return append_way(name, settings.seconds, shape, make, written);
    };
    auto const by_message_db = [&, next = 0]() mutable -> AppendOrder {
        return [client = std::make_shared<MessageDb>(settings.place), category = next++ % 8](
                   std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events
               ) { client->append(category, id, version, events); };
    };
    auto const by_emmett = [=, emmett = peers.emmett] {
        double const before = written();
        Sample sample = emmett->measure(request);
        sample.written = (written() - before) / (sample.done * static_cast<double>(shape.events));
        return sample;
    };
    return {
        name_of(shape),
        "commits",
        {way("annals", [&] { return append_to(peers.store); }), way("message-db", by_message_db), {"Emmett", by_emmett}
        },
        [admin = peers.admin] { admin->run("CHECKPOINT"); }
    };
}

struct Length {
    std::string name;
    std::size_t events;
    std::uint64_t first_order;
    std::uint64_t orders;
};

Case load_case(Settings const& settings, Peers const& peers, Length const& length) {
    nlohmann::json const request{
        {"do", "load"},
        {"length", length.name},
        {"orders", length.orders},
        {"events", length.events},
        {"seconds", settings.seconds}
    };
    auto const order = [length](std::uint64_t turn) { return length.first_order + hash_of(turn) % length.orders; };
    auto const way = [&](char const* name, ReadAndFold const& read) {
        return read_way(name, settings.seconds, order, length.events, read);
    };
    auto const message_db = std::make_shared<MessageDb>(settings.place);
    annals::JsonCodec<OrderEvent> const codec;
    return {
        "load " + std::to_string(length.events) + " events, decoded",
        "events",
        {way("annals",
             [store = peers.store, codec](std::uint64_t number) {
                 Fold fold;
                 for (auto const& event : annals::decode_events(store.get_events({"Order", order_id(number)}), codec)) {
                     fold(event.payload);
                 }
                 return fold;
             }),
         way("message-db", [message_db](std::uint64_t number) { return message_db->load(order_id(number)); }),
         {"Emmett", [emmett = peers.emmett, request] { return emmett->measure(request); }}}
    };
}

void run(Settings const& settings) {
    char const* const folder = std::getenv("ANNALS_PEERS");
    if (folder == nullptr) {
        throw std::runtime_error{"ANNALS_PEERS must name the folder that peers/install.sh has filled"};
    }
    Settings stored = settings;
    stored.events = settings.preloaded;
    auto const admin = std::make_shared<Client>(settings.place);
    annals::PostgresEventStore store{settings.place, {.schema = schema}};
    Peers const peers{store, std::make_shared<Emmett>(folder, *admin), admin};
    store_orders(store, stored);
    MessageDb::copy_events(*admin, schema);
    peers.emmett->ask({{"do", "store"}, {"short", short_orders(stored)}, {"middle", middle_orders}, {"long", 100'000}});
    admin->run("VACUUM ANALYZE");

    Report report{settings};
    for (Length const& length : {
             Length{"short", 10, 0, short_orders(stored)},
             Length{"middle", 1'000, first_middle_order, middle_orders},
             Length{"long", 100'000, first_long_order, 1},
         }) {
        report.measure_all({load_case(settings, peers, length)});
    }
    for (AppendShape const shape : append_shapes) {
        report.measure_all({append_case(settings, peers, shape)});
    }
    report.write("peers", text_at(admin->run("SHOW server_version").get(), 0, 0));
}

} // namespace
} // namespace annals_benchmark

int main(int argc, char** argv) { return annals_benchmark::program(argc, argv, "CONNINFO", annals_benchmark::run); }
