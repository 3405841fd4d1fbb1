// SPDX-License-Identifier: MIT

#include <annals/snapshot_writer.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/contract/postgres_fixture.hpp>
#include <tests/integration/support/till.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// A snapshot and the events after it give what all events give, wherever the snapshot was taken.

using annals::EventId;
using annals::StreamName;
using annals::Version;
using till::DecidedTill;
using till::Till;

namespace {

using InMemory = annals::InMemoryEventStore<till::Event>;

class Histories {
public:
    [[nodiscard]] std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>{0, end - 1}(engine_);
    }
    [[nodiscard]] till::Event event() {
        switch (below(4)) {
        case 0:
            return till::Doubled{};
        case 1:
            return till::Labelled{"label " + std::to_string(below(100))};
        default:
            return till::Put{static_cast<std::int64_t>(below(1'000))};
        }
    }
    [[nodiscard]] std::vector<till::Event> events(std::size_t most) {
        std::vector<till::Event> all(1 + below(most));
        for (till::Event& one : all) {
            one = event();
        }
        return all;
    }

private:
    std::mt19937 engine_{2026};
};

/// The state after each of some events, by a loop.
[[nodiscard]] std::vector<till::State> states_after(std::vector<till::Event> const& events) {
    std::vector<till::State> states;
    till::State state;
    for (till::Event const& event : events) {
        std::visit([&state](auto const& one) { evolve(state, one); }, event);
        states.push_back(state);
    }
    return states;
}

template <class Store>
[[nodiscard]] auto stored(till::Event const& event) {
    if constexpr (std::is_same_v<Store, InMemory>) {
        return event;
    } else {
        return annals::JsonCodec<till::Event>{}.encode(event);
    }
}
template <class Store>
[[nodiscard]] auto stored(till::State const& state) {
    if constexpr (std::is_same_v<Store, InMemory>) {
        return state;
    } else {
        return annals::JsonSnapshotCodec<till::State>{}.encode(state);
    }
}

template <class Store>
using codec_for = std::conditional_t<std::is_same_v<Store, InMemory>, annals::NoCodec, annals::JsonCodec<till::Event>>;

/// A repository whose snapshots the test can see.
template <class A, class Policy, class Store, class Snapshots>
[[nodiscard]] auto tills_over(Store& store, Snapshots snapshots, Policy policy) {
    return annals::EventSourcedRepository<A, Store, codec_for<Store>, Policy, Snapshots>{
        store, codec_for<Store>{}, std::move(policy), std::move(snapshots), {}
    };
}

/// Puts a snapshot after each event of random histories in turn, and loads.
template <class A, class Store>
void check_every_version(Store& store, int rounds, std::size_t most) {
    Histories histories;
    auto snapshots = store.template snapshot_store<till::State>();
    auto tills = tills_over<A>(store, snapshots, annals::EveryNEvents{1'000'000});
    int wrong_by_one = 0;
    for (int round = 0; round < rounds; ++round) {
        std::string const id = "till-" + std::to_string(round);
        StreamName const stream = tills.stream_of(id);
        auto const events = histories.events(most);
        auto const states = states_after(events);
        std::vector<annals::NewEvent<typename Store::payload_type>> batch;
        for (till::Event const& event : events) {
            batch.push_back({annals::new_event_id(), annals::Timestamp{}, {}, stored<Store>(event)});
        }
        store.append(stream, annals::ExpectedVersion::no_stream(), batch);
        for (std::size_t i = 0; i < events.size(); ++i) {
            Version const version{static_cast<std::int64_t>(i + 1)};
            snapshots.save({stream, version, batch[i].event_id, {}, stored<Store>(states[i])});
            std::optional<A> const loaded = tills.get_by_id(id);
            CAPTURE(round, i, events.size());
            REQUIRE(loaded.has_value());
            REQUIRE(loaded->version().value() == static_cast<std::int64_t>(events.size()));
            REQUIRE(loaded->state() == states.back());
            REQUIRE(loaded->snapshot_mark().version == version);
            // Who applies the snapshot's own event again is found out.
            till::State twice = states[i];
            for (std::size_t n = i; n < events.size(); ++n) {
                std::visit([&twice](auto const& one) { evolve(twice, one); }, events[n]);
            }
            wrong_by_one += twice == states.back() ? 0 : 1;
        }
    }
    CHECK(wrong_by_one > rounds);
}

/// Lets a repository take snapshots as it will, and compares after each save.
template <class A, class Store, class Policy>
void check_saves(Store& store, std::string const& name, int rounds, Policy policy) {
    Histories histories;
    auto tills = tills_over<A>(store, store.template snapshot_store<till::State>(), policy);
    for (int round = 0; round < rounds; ++round) {
        std::string const id = name + std::to_string(round);
        std::vector<till::Event> all;
        for (int save = 0; save < 12; ++save) {
            auto const events = histories.events(4);
            all.insert(all.end(), events.begin(), events.end());
            A const saved = tills.transact(id, [&events](A& till) {
                for (till::Event const& event : events) {
                    till.handle(event);
                }
            });
            CAPTURE(round, save);
            REQUIRE(saved.state() == states_after(all).back());
            REQUIRE(tills.get_by_id(id)->state() == states_after(all).back());
        }
    }
    CHECK(tills.failed_snapshots() == 0);
}

template <class A, class Store>
void check_foreground_and_background(Store& store, int rounds) {
    check_saves<A>(store, "foreground-", rounds, annals::EveryNEvents{3} || annals::AfterReplaying{5});
    annals::SnapshotWriter writer;
    check_saves<A>(store, "background-", rounds, writer.in_background(annals::EveryNEvents{3}));
    writer.flush();
    CHECK(writer.failures() == 0);
    CHECK(writer.dropped() == 0);
}

} // namespace

TEMPLATE_TEST_CASE("snapshot and tail: every version gives what full replay gives, in memory", "", Till, DecidedTill) {
    InMemory store;
    check_every_version<TestType>(store, 2'000, 16);
}

TEMPLATE_TEST_CASE(
    "snapshot and tail: every version gives what full replay gives, in SQLite", "[sqlite]", Till, DecidedTill
) {
    annals::SqliteEventStore store{":memory:"};
    check_every_version<TestType>(store, 500, 16);
}

TEMPLATE_TEST_CASE(
    "postgres: snapshot and tail: every version gives what full replay gives", "[postgres]", Till, DecidedTill
) {
    annals_tests::PostgresFixture<annals::PostgresEventStore> fixture;
    check_every_version<TestType>(fixture.store(), 20, 16);
}

TEMPLATE_TEST_CASE("snapshot and tail: whatever snapshots are taken, in memory", "[concurrency]", Till, DecidedTill) {
    InMemory store;
    check_foreground_and_background<TestType>(store, 20);
}

TEMPLATE_TEST_CASE(
    "snapshot and tail: whatever snapshots are taken, in SQLite", "[sqlite][concurrency]", Till, DecidedTill
) {
    annals::SqliteEventStore store{":memory:"};
    check_foreground_and_background<TestType>(store, 5);
}

TEMPLATE_TEST_CASE(
    "postgres: snapshot and tail: whatever snapshots are taken", "[postgres][concurrency]", Till, DecidedTill
) {
    annals_tests::PostgresFixture<annals::PostgresEventStore> fixture;
    check_foreground_and_background<TestType>(fixture.store(), 3);
}

TEMPLATE_TEST_CASE(
    "snapshot and tail: of 450 events with a snapshot at 400, those from 401 on are folded",
    "[sqlite]",
    Till,
    DecidedTill
) {
    annals::SqliteEventStore store{":memory:"};
    unit::HookedStore hooked{store};
    auto tills = annals::repository_for<TestType>(hooked, annals::EveryNEvents{400});
    Histories histories;
    std::vector<till::Event> all;
    while (all.size() < 450) {
        std::vector<till::Event> events;
        for (int i = 0; i < 50; ++i) {
            events.push_back(histories.event());
        }
        all.insert(all.end(), events.begin(), events.end());
        tills.transact("spec", [&events](TestType& till) {
            for (till::Event const& event : events) {
                till.handle(event);
            }
        });
    }
    hooked.events_read = 0;
    std::optional<TestType> const loaded = tills.get_by_id("spec");
    CHECK(hooked.events_read == 51); // the snapshot's own, to see that it is there
    CHECK(loaded->state().folded == 50);
    CHECK(loaded->state().totals.size() == 450);
    CHECK(loaded->state() == states_after(all).back());
    CHECK(loaded->snapshot_mark().version == Version{400});

    auto without = annals::repository_for<TestType>(hooked);
    hooked.events_read = 0;
    CHECK(without.get_by_id("spec")->state().folded == 450);
    CHECK(hooked.events_read == 450);
}
