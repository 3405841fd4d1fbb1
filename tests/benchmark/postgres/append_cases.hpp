// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_CASES_HPP

#include <annals/postgres.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/orders.hpp>
#include <tests/benchmark/postgres/append_by_hand.hpp>
#include <tests/benchmark/postgres/environment.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// Appends to the order of this id at this version.
using AppendOrder = std::function<void(std::string const&, std::uint64_t, std::span<NewOrderEvent const>)>;

/// One client, which appends to each of its orders in turn.
class AppendingClient {
public:
    AppendingClient(std::uint64_t first_order, std::size_t events, AppendOrder append)
        : first_order_{first_order}, events_{events}, append_{std::move(append)} {}

    void operator()() {
        constexpr std::uint64_t orders = 100'000;
        std::uint64_t const order = first_order_ + commits_ % orders;
        std::uint64_t const version = commits_ / orders * events_;
        ++commits_;
        append_(order_id(order), version, order_events(order, version, events_));
    }

private:
    std::uint64_t first_order_;
    std::size_t events_;
    AppendOrder append_;
    std::uint64_t commits_ = 0;
};

struct AppendShape {
    std::size_t clients;
    std::size_t events;
};

/// @param make  what appends, for each client
[[nodiscard]] inline Way
append_way(std::string name, Settings const& settings, AppendShape shape, std::function<AppendOrder()> const& make) {
    auto const clients = std::make_shared<std::vector<std::function<void()>>>();
    for (std::size_t client = 0; client < shape.clients; ++client) {
        // Apart from the orders that are stored, and from those of the other shapes.
        std::uint64_t const first = (((shape.clients * 100 + shape.events) * 100) + client) * 10'000'000'000U;
        clients->push_back(AppendingClient{first, shape.events, make()});
    }
    return {std::move(name), [clients, seconds = settings.seconds] { return closed_loop(seconds, *clients); }};
}

/// Appends of one and of ten events, by one client and by eight. Each way has tables of its own, stored full alike.
[[nodiscard]] inline std::vector<Case> append_cases(Settings const& settings) {
    struct ByHand {
        char const* name;
        char const* schema;
        Care care;
    };
    constexpr std::array<ByHand, 3> by_hand{{
        {"libpq, version check", "bench_check", Care::check},
        {"libpq, UNIQUE only (the limit)", "bench_limit", Care::none},
        {"libpq, the same two locks", "bench_locks", Care::protect},
    }};
    auto const admin = std::make_shared<Client>(settings.place);
    make_schema(*admin, "bench_annals", settings.preloaded);
    for (ByHand const& way : by_hand) {
        make_schema(*admin, way.schema, settings.preloaded);
    }
    annals::postgres::Options const options{.schema = "bench_annals"};
    annals::PostgresEventStore store{settings.place, options};

    std::vector<Case> cases;
    for (AppendShape const shape : {AppendShape{1, 1}, {1, 10}, {8, 1}, {8, 10}}) {
        Case work{
            "append, " + std::to_string(shape.clients) + (shape.clients == 1 ? " client, " : " clients, ") +
                std::to_string(shape.events) + (shape.events == 1 ? " event" : " events"),
            "commits",
            {},
            [admin] { admin->run("CHECKPOINT"); } // so that each run pays for the first change of a page
        };
        work.ways.push_back(append_way("annals", settings, shape, [&store] {
            return
                [store](std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) mutable {
                    auto const expected =
                        annals::ExpectedVersion::exactly(annals::Version{static_cast<std::int64_t>(version)});
                    store.append({"Order", id}, expected, events);
                };
        }));
        for (ByHand const& way : by_hand) {
            work.ways.push_back(append_way(way.name, settings, shape, [&] {
                auto const appender = std::make_shared<AppendByHand>(settings.place, way.schema, way.care);
                return [appender](std::string const& id, std::uint64_t version, std::span<NewOrderEvent const> events) {
                    appender->append(id, version, events);
                };
            }));
        }
        cases.push_back(std::move(work));
    }
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_POSTGRES_APPEND_CASES_HPP
