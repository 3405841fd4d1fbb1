// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SEALING_STORE_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_SEALING_STORE_CASES_HPP

#include <annals/sqlite.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sealing/payloads.hpp>
#include <tests/benchmark/sqlite/environment.hpp>

#include <array>
#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace annals_benchmark {

[[nodiscard]] inline std::vector<annals::NewEvent<annals::EncodedPayload>>
new_events(std::size_t count, std::size_t bytes, bool are_personal) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> events;
    for (std::size_t n = 0; n < count; ++n) {
        events.push_back(
            {annals::new_event_id(),
             {},
             {},
             {"Noted", 1, are_personal ? personal_payload_of(bytes, n % 10) : payload_of(bytes, n)}}
        );
    }
    return events;
}

[[nodiscard]] inline Way
append_way(std::string name, double seconds, annals::SqliteEventStore store, std::size_t bytes, bool are_personal) {
    return {std::move(name), [=]() mutable {
                annals::StreamName const stream{"Order", annals::to_text(annals::new_event_id())};
                return repeat(seconds, [&] {
                    store.append(stream, annals::ExpectedVersion::any(), new_events(10, bytes, are_personal));
                    return std::size_t{10};
                });
            }};
}

[[nodiscard]] inline Way
load_way(std::string name, double seconds, annals::SqliteEventStore store, std::size_t bytes, bool are_personal) {
    annals::StreamName const stream{"Order", "loaded"};
    constexpr std::size_t events = 1'000;
    for (std::size_t stored = 0; stored < events; stored += 100) {
        store.append(stream, annals::ExpectedVersion::any(), new_events(100, bytes, are_personal));
    }
    return {std::move(name), [=] {
                return repeat(seconds, [&] {
                    std::size_t loaded = 0;
                    for (auto const& event : store.get_events(stream)) {
                        loaded += event.payload.data.empty() ? 0U : 1U;
                    }
                    if (loaded != events) {
                        throw std::runtime_error{"the stream was not loaded"};
                    }
                    return loaded;
                });
            }};
}

/// The same events through an SQLite store with each pipeline, in a file of its own, beside one that seals nothing.
[[nodiscard]] inline std::vector<Case> store_cases(Settings const& settings) {
    Pipelines const pipelines;
    struct Sealing {
        char const* name;
        Payloads payloads;
        bool is_personal;
    };
    std::vector<Sealing> const sealings{
        {"as it is", nullptr, false},
        {"zstd", pipelines.compressed(), false},
        {"encryption", pipelines.encrypted(), false},
        {"personal", pipelines.personal(), true},
        {"personal, zstd, encryption", pipelines.all(), true},
    };
    std::vector<Case> cases;
    for (auto const& size : payload_sizes) {
        Case appending{std::string{"append 10 events of "} + size.name, "events", {}};
        Case loading{std::string{"load 1,000 events of "} + size.name, "events", {}};
        for (auto const& [name, payloads, is_personal] : sealings) {
            std::string const file =
                "sealed_" + std::to_string(size.bytes) + '_' + std::to_string(appending.ways.size());
            annals::SqliteEventStore const store{new_database_in(settings, file), {.payloads = payloads}};
            appending.ways.push_back(append_way(name, settings.seconds, store, size.bytes, is_personal));
            loading.ways.push_back(load_way(name, settings.seconds, store, size.bytes, is_personal));
        }
        cases.push_back(std::move(appending));
        cases.push_back(std::move(loading));
    }
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SEALING_STORE_CASES_HPP
