// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_SEALING_STEP_CASES_HPP
#define ANNALS_TESTS_BENCHMARK_SEALING_STEP_CASES_HPP

#include <annals/cached_keys.hpp>
#include <annals/detail/base64.hpp>
#include <annals/detail/event_checksum.hpp>
#include <annals/sqlite/key_store.hpp>
#include <tests/benchmark/loops.hpp>
#include <tests/benchmark/measurement.hpp>
#include <tests/benchmark/program.hpp>
#include <tests/benchmark/sealing/payloads.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace annals_benchmark {

/// A few payloads, which a way goes through again and again.
struct SomePayloads {
    annals::StreamName stream{"Order", "order-1"};
    annals::EventId id = annals::new_event_id();
    std::vector<std::string> texts;

    [[nodiscard]] annals::PayloadPlace place() const { return {stream, id, {}}; }

    template <class Make>
    [[nodiscard]] static std::shared_ptr<SomePayloads const> made_by(Make const& make) {
        SomePayloads payloads;
        for (std::size_t number = 0; number < 50; ++number) {
            payloads.texts.push_back(make(number));
        }
        return std::make_shared<SomePayloads const>(std::move(payloads));
    }
    template <class Turn>
    [[nodiscard]] std::shared_ptr<SomePayloads const> turned(Turn const& turn) const {
        SomePayloads payloads = *this;
        for (std::string& text : payloads.texts) {
            text = turn(text);
        }
        return std::make_shared<SomePayloads const>(std::move(payloads));
    }
};

/// @param work  a size of what it makes of a text, so that it is not left out
[[nodiscard]] inline Way step_way(
    std::string name,
    double seconds,
    std::shared_ptr<SomePayloads const> payloads,
    std::function<std::size_t(std::string const&)> work
) {
    return {std::move(name), [=] {
                return repeat(seconds, [&] {
                    std::size_t made = 0;
                    for (std::string const& text : payloads->texts) {
                        made += work(text);
                    }
                    if (made == 0) {
                        throw std::runtime_error{"nothing was made of the payloads"};
                    }
                    return payloads->texts.size();
                });
            }};
}

[[nodiscard]] inline std::size_t checksum_of(std::string const& text) {
    return annals::detail::checksum_of({7, "0123456789abcdef", "Order", "order-1", 7, "Noted", 1, 7, "{}", text}) | 1U;
}

/// What each step adds to an event, beside the checksum that each has anyway.
[[nodiscard]] inline std::vector<Case> step_cases(Settings const& settings) {
    Pipelines const pipelines;
    auto const sqlite_keys =
        std::make_shared<annals::SqliteKeyStore>((std::filesystem::path{settings.place} / "keys.db").string());
    // The deleter keeps what the cache points to.
    std::shared_ptr<annals::CachedKeys<annals::SqliteKeyStore>> const cached_keys{
        new annals::CachedKeys<annals::SqliteKeyStore>{*sqlite_keys},
        [sqlite_keys](auto const* cached) { delete cached; }
    };
    std::vector<Case> cases;
    for (auto const& size : payload_sizes) {
        auto const plain = SomePayloads::made_by([&](std::size_t n) { return payload_of(size.bytes, n); });
        auto const personal = SomePayloads::made_by([&](std::size_t n) { return personal_payload_of(size.bytes, n); });
        Case sealing{std::string{"seal a payload of "} + size.name, "payloads", {}};
        Case opening{std::string{"open a payload of "} + size.name, "payloads", {}};
        sealing.ways.push_back(step_way("checksum of its row", settings.seconds, plain, checksum_of));
        opening.ways.push_back(step_way("checksum of its row", settings.seconds, plain, checksum_of));

        sealing.ways.push_back(step_way("base64", settings.seconds, plain, [](std::string const& text) {
            std::string digits;
            annals::detail::append_base64(digits, text);
            return digits.size();
        }));
        auto const digits = plain->turned([](std::string const& text) {
            std::string all;
            annals::detail::append_base64(all, text);
            return all;
        });
        opening.ways.push_back(step_way("base64", settings.seconds, digits, [](std::string const& text) {
            return annals::detail::from_base64(text).value().size();
        }));

        auto const add = [&](std::string const& name, Payloads const& pipeline, auto const& payloads, bool seals) {
            if (seals) {
                sealing.ways.push_back(step_way(name, settings.seconds, payloads, [=](std::string const& text) {
                    return pipeline->seal(payloads->place(), text).size();
                }));
            }
            auto const sealed =
                payloads->turned([&](std::string const& text) { return pipeline->seal(payloads->place(), text); });
            opening.ways.push_back(step_way(name, settings.seconds, sealed, [=](std::string const& text) {
                return pipeline->open(sealed->place(), text).size();
            }));
        };
        add("zstd", pipelines.compressed(), plain, true);
        add("encryption", pipelines.encrypted(), plain, true);
        add("personal, keys in memory", pipelines.personal(), personal, true);
        // Each payload is of another subject.
        add("personal, keys in SQLite", pipeline_with(sqlite_keys, annals::PersonalData{*sqlite_keys}), personal, true);
        add("personal, the same behind CachedKeys",
            pipeline_with(cached_keys, annals::PersonalData{*cached_keys}),
            personal,
            false);
        add("personal, zstd, encryption", pipelines.all(), personal, true);
        cases.push_back(std::move(sealing));
        cases.push_back(std::move(opening));
    }
    return cases;
}

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_SEALING_STEP_CASES_HPP
