// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/repository.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

using namespace annals;
using bank::Account;
using std::chrono::seconds;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

/// Shares its snapshots with the test, counts, and fails on demand.
template <class State>
class ObservedSnapshots {
public:
    using payload_type = State;
    struct Shared {
        InMemorySnapshotStore<State> kept;
        int loads = 0;
        int saves = 0;
        std::function<void()> on_load;
        std::function<void()> on_save;
    };

    explicit ObservedSnapshots(Shared& shared) : shared_{&shared} {}

    std::optional<Snapshot<State>> load(StreamName const& stream) {
        ++shared_->loads;
        if (shared_->on_load) {
            shared_->on_load();
        }
        return shared_->kept.load(stream);
    }
    void save(Snapshot<State> const& snapshot) {
        ++shared_->saves;
        if (shared_->on_save) {
            shared_->on_save();
        }
        shared_->kept.save(snapshot);
    }
    void remove(StreamName const& stream) { shared_->kept.remove(stream); }

private:
    Shared* shared_;
};

/// A store with accounts, and a repository over it whose snapshots and reads can be seen.
template <class Store, class Policy>
struct Bench {
    using State = std::conditional_t<std::is_same_v<Store, Encoded>, EncodedPayload, bank::State>;
    using Codec = std::conditional_t<std::is_same_v<Store, Encoded>, bank::TextCodec, NoCodec>;
    using Hooked = unit::HookedStore<Store>;
    using Repository = EventSourcedRepository<Account, Hooked, Codec, Policy, ObservedSnapshots<State>>;

    explicit Bench(Policy policy)
        : accounts{hooked, Codec{}, policy, ObservedSnapshots<State>{snapshots}, {{}, {{}, &clock}}} {}

    Store store;
    Hooked hooked{store};
    typename ObservedSnapshots<State>::Shared snapshots;
    testing::FixedClock clock{Timestamp{}};
    Repository accounts;

    void deposit(std::int64_t amount, int times = 1) {
        for (; times > 0; --times) {
            accounts.transact("a-1", [amount](Account& account) { account.deposit(amount); });
        }
    }
    std::optional<Snapshot<State>> snapshot() { return snapshots.kept.load({"Account", "a-1"}); }

    /// The events that one load reads.
    std::size_t events_read() {
        hooked.events_read = 0;
        static_cast<void>(accounts.get_by_id("a-1"));
        return hooked.events_read;
    }
};

template <class Store, class Policy>
Bench<Store, Policy> bench_with(Policy policy) {
    return Bench<Store, Policy>{policy};
}

/// Whether loading gives what replaying everything gives.
template <class B>
bool loads_the_truth(B& bench) {
    std::optional<Account> const loaded = bench.accounts.get_by_id("a-1");
    std::optional<Account> const replayed = bench.accounts.get_as_of("a-1", Version{1'000'000});
    return loaded && loaded->state() == replayed->state() && loaded->version() == replayed->version();
}

} // namespace

TEMPLATE_TEST_CASE("snapshots: a load reads the snapshot's event and those after it", "", Typed, Encoded) {
    auto bench = bench_with<TestType>(EveryNEvents{10});
    bench.deposit(1, 9);
    CHECK_FALSE(bench.snapshot());
    CHECK(bench.events_read() == 9);

    bench.deposit(1);
    REQUIRE(bench.snapshot());
    CHECK(bench.snapshot()->version == Version{10});
    CHECK(bench.snapshot()->stream == StreamName{"Account", "a-1"});
    CHECK(bench.events_read() == 1);

    bench.deposit(1, 4);
    CHECK(bench.snapshots.saves == 1);
    CHECK(bench.events_read() == 5);
    CHECK(loads_the_truth(bench));
    CHECK(bench.accounts.get_by_id("a-1")->snapshot_mark().version == Version{10});
    CHECK(bench.accounts.get_by_id("a-1")->balance() == 14);

    bench.deposit(1, 6);
    CHECK(bench.snapshot()->version == Version{20});
    CHECK(bench.events_read() == 1);
    CHECK(bench.accounts.failed_snapshots() == 0);
}

TEST_CASE("snapshots: one carries the event's id and the time it was taken") {
    auto bench = bench_with<Typed>(EveryNEvents{3});
    bench.clock.advance(seconds{50});
    Account account{"a-1"};
    account.set_context({{}, &bench.clock, &uuid_v7_ids()});
    account.deposit(1);
    account.deposit(2);
    account.deposit(4);
    EventId const last = account.uncommitted_events()[2].event_id;
    bench.clock.advance(seconds{7});
    bench.accounts.save(account);

    REQUIRE(bench.snapshot());
    CHECK(bench.snapshot()->event_id == last);
    CHECK(bench.snapshot()->taken_at == Timestamp{seconds{57}});
    CHECK(bench.snapshot()->state == account.state());
    CHECK(account.snapshot_mark().version == Version{3});
    CHECK(account.snapshot_mark().taken_at == Timestamp{seconds{57}});
    CHECK(bench.accounts.get_by_id("a-1")->snapshot_mark().taken_at == Timestamp{seconds{57}});
}

TEST_CASE("snapshots: none are asked for or taken where the policy is never") {
    auto bench = bench_with<Typed>(NeverSnapshot{});
    bench.deposit(1, 20);
    CHECK(bench.snapshots.loads == 0);
    CHECK(bench.snapshots.saves == 0);
    CHECK(bench.events_read() == 20);
}

TEMPLATE_TEST_CASE("snapshots: one that does not fit is ignored and history replayed", "", Typed, Encoded) {
    auto bench = bench_with<TestType>(EveryNEvents{5});
    bench.deposit(1, 7);
    REQUIRE(bench.snapshot());
    auto forged = *bench.snapshot();
    auto const damage = [&bench, &forged] {
        bench.snapshots.kept.save(forged);
        CHECK(bench.events_read() >= 7);
        CHECK(loads_the_truth(bench));
        Account const account = *bench.accounts.get_by_id("a-1");
        CHECK(account.balance() == 7);
        CHECK(account.version() == Version{7});
        CHECK(account.snapshot_mark().version == Version{});
        CHECK(account.context().clock == &bench.clock);
    };

    SECTION("of a version that the stream has not reached") {
        forged.version = Version{8};
        damage();
    }
    SECTION("of a version far away") {
        forged.version = Version{(std::numeric_limits<std::int64_t>::max)()};
        damage();
    }
    SECTION("of version 0") {
        forged.version = Version{};
        damage();
    }
    SECTION("of an earlier version than its event") {
        forged.version = Version{4};
        damage();
    }
    SECTION("of another event") {
        forged.event_id = new_event_id();
        damage();
    }
    SECTION("of a nil event") {
        forged.event_id = EventId{};
        damage();
    }
    SECTION("that the aggregate will not take back") {
        if constexpr (std::is_same_v<TestType, Encoded>) {
            forged.state.data = "nobody,1";
        } else {
            forged.state = bank::State{"nobody", 1, {1}};
        }
        damage();
    }
    SECTION("that the codec cannot read") {
        if constexpr (std::is_same_v<TestType, Encoded>) {
            forged.state.schema_version = 1;
            damage();
            forged.state = {"Other", 2, "Ada,1"};
            damage();
        }
    }
}

TEST_CASE("snapshots: without one the aggregate is replayed") {
    auto bench = bench_with<Typed>(EveryNEvents{5});
    bench.deposit(1, 7);
    bench.snapshots.kept.remove({"Account", "a-1"});
    CHECK(bench.events_read() == 7);
    CHECK(loads_the_truth(bench));
    bench.deposit(1, 3);
    CHECK(bench.snapshot()->version == Version{10});
}

TEST_CASE("snapshots: a failure to write one is counted and the events are saved") {
    auto bench = bench_with<Typed>(EveryNEvents{1});
    bench.snapshots.on_save = [] { throw StoreError{"annals: the disk is full", "13", false}; };
    Account account{"a-1"};
    account.deposit(1);
    CHECK(bench.accounts.save(account).version == Version{1});
    CHECK(account.version() == Version{1});
    CHECK(account.uncommitted_events().empty());
    CHECK(account.snapshot_mark().version == Version{});
    CHECK(bench.accounts.failed_snapshots() == 1);

    bench.snapshots.on_save = [] { throw 42; };
    account.deposit(1);
    bench.accounts.save(account);
    CHECK(bench.accounts.failed_snapshots() == 2);
    std::vector<Account> both{*bench.accounts.get_by_id("a-1"), Account{"a-2"}};
    both[0].deposit(1);
    both[1].deposit(1);
    bench.accounts.save_all(both);
    CHECK(bench.accounts.failed_snapshots() == 4);

    bench.snapshots.on_save = nullptr;
    bench.deposit(1);
    CHECK(bench.accounts.failed_snapshots() == 4);
    CHECK(bench.snapshot()->version == Version{4});
    CHECK(loads_the_truth(bench));
}

TEST_CASE("snapshots: a clock or policy that throws costs the snapshot alone") {
    auto const policy = SnapshotWhen{[](SnapshotFacts const& facts) -> bool {
        if (facts.now == Version{1}) {
            throw std::runtime_error{"no opinion"};
        }
        return true;
    }};
    auto bench = bench_with<Typed>(policy);
    bench.deposit(1);
    CHECK(bench.accounts.failed_snapshots() == 1);
    CHECK_FALSE(bench.snapshot());
    bench.deposit(1);
    CHECK(bench.snapshot()->version == Version{2});
}

TEST_CASE("snapshots: one that cannot be read is as good as none, and counted") {
    auto bench = bench_with<Typed>(EveryNEvents{5});
    bench.deposit(1, 7);
    std::uint64_t failed = 0;
    auto const is_ignored = [&](std::function<void()> failure) {
        bench.snapshots.on_load = std::move(failure);
        CHECK(bench.events_read() == 7);
        bench.snapshots.on_load = nullptr;
        CHECK(bench.accounts.failed_snapshots() == ++failed);
        CHECK(bench.events_read() == 3);
        CHECK(loads_the_truth(bench));
    };
    is_ignored([] { throw StoreError{"annals: no such table", "1", false}; });
    is_ignored([] { throw StoreError{"annals: the database is busy", "5", true}; });
    is_ignored([] { throw CorruptData{"annals: a damaged page"}; });
    is_ignored([] { throw std::runtime_error{"not the library's"}; });

    SECTION("a database that is gone is not hidden: the events cannot be read either") {
        bench.snapshots.on_load = [] { throw StoreError{"annals: the server is gone", "08006", true}; };
        bench.hooked.before_read = [] { throw StoreError{"annals: the server is gone", "08006", true}; };
        CHECK_THROWS_AS(bench.accounts.get_by_id("a-1"), StoreError);
    }
    SECTION("when the time is over, no more is spent on the events") {
        bench.snapshots.on_load = [] { throw DeadlineExceeded{"annals: too late"}; };
        CHECK_THROWS_AS(bench.accounts.get_by_id("a-1"), DeadlineExceeded);
        CHECK(bench.accounts.failed_snapshots() == failed);
    }
    SECTION("nor when memory is out") {
        bench.snapshots.on_load = [] { throw std::bad_alloc{}; };
        CHECK_THROWS_AS(bench.accounts.get_by_id("a-1"), std::bad_alloc);
    }
}

TEST_CASE("snapshots: save_all takes those that are due") {
    auto bench = bench_with<Typed>(EveryNEvents{3});
    std::vector<Account> both{Account{"a-1"}, Account{"a-2"}, Account{"a-3"}};
    for (int i = 0; i < 3; ++i) {
        both[0].deposit(1);
    }
    both[1].deposit(1);
    bench.accounts.save_all(both);
    CHECK(bench.snapshots.saves == 1);
    CHECK(bench.snapshot()->version == Version{3});
    CHECK(both[0].snapshot_mark().version == Version{3});
    CHECK(both[1].snapshot_mark().version == Version{});
}

TEST_CASE("snapshots: none is taken of a state that has not seen all events") {
    auto bench = bench_with<Typed>(EveryNEvents{1});
    bench.deposit(1, 3);
    Account blind{"a-1"};
    blind.deposit(1);
    bench.accounts.save(blind, ExpectedVersion::any());
    CHECK(bench.snapshot()->version == Version{3});
    CHECK(loads_the_truth(bench));
    CHECK(bench.accounts.get_by_id("a-1")->balance() == 4);
}

TEST_CASE("snapshots: policies see the facts of the save") {
    std::vector<SnapshotFacts> seen;
    auto bench = bench_with<Typed>(SnapshotWhen{[&seen](SnapshotFacts const& facts) {
        seen.push_back(facts);
        return seen.size() == 2;
    }});
    bench.clock.advance(seconds{10});
    bench.deposit(1);
    bench.clock.advance(seconds{10});
    bench.accounts.transact("a-1", [](Account& account) {
        account.deposit(1);
        account.deposit(1);
    });
    bench.clock.advance(seconds{10});
    bench.deposit(1);

    REQUIRE(seen.size() == 3);
    CHECK(seen[0].before == Version{});
    CHECK(seen[0].now == Version{1});
    CHECK(seen[0].snapshot == Version{});
    CHECK(seen[0].time == Timestamp{seconds{10}});
    CHECK(seen[1].before == Version{1});
    CHECK(seen[1].now == Version{3});
    CHECK(seen[2].before == Version{3});
    CHECK(seen[2].now == Version{4});
    CHECK(seen[2].snapshot == Version{3});
    CHECK(seen[2].snapshot_time == Timestamp{seconds{20}});
    CHECK(seen[2].time == Timestamp{seconds{30}});
}

TEST_CASE("snapshots: policies see how long the load took, until there is a snapshot") {
    static constexpr std::chrono::milliseconds delay{2};
    std::vector<std::chrono::nanoseconds> seen;
    auto bench = bench_with<Typed>(SnapshotWhen{[&seen](SnapshotFacts const& facts) {
        seen.push_back(facts.load_time);
        return seen.size() == 3;
    }});
    bench.deposit(1);
    bench.hooked.before_read = [] { std::this_thread::sleep_for(delay); };
    Account held = bench.accounts.get_by_id("a-1").value();
    CHECK(held.snapshot_mark().load_time >= delay);
    auto const save_one = [&bench](Account& account) {
        account.deposit(1);
        bench.accounts.save(account);
    };
    save_one(held);
    save_one(held);
    save_one(held);
    Account unloaded{"a-2"};
    save_one(unloaded);
    REQUIRE(seen.size() == 5);
    CHECK(seen[1] >= delay);
    CHECK(seen[2] == seen[1]);
    CHECK(held.snapshot_mark().version == Version{3}); // taken by the third save in all
    CHECK(seen[3] == std::chrono::nanoseconds{});
    CHECK(seen[4] == std::chrono::nanoseconds{});
}

TEST_CASE("snapshots: a load that was slow has a snapshot taken") {
    auto bench = bench_with<Typed>(SlowLoad{std::chrono::milliseconds{2}} || AfterReplaying{1'000});
    bench.hooked.before_read = [] { std::this_thread::sleep_for(std::chrono::milliseconds{2}); };
    bench.deposit(1, 3);
    CHECK(bench.snapshot()->version == Version{3});
    auto quick = bench_with<Typed>(SlowLoad{std::chrono::hours{1}} || AfterReplaying{4});
    quick.deposit(1, 3);
    CHECK_FALSE(quick.snapshot());
    quick.deposit(1);
    CHECK(quick.snapshot()->version == Version{4});
    quick.deposit(1, 3);
    CHECK(quick.snapshot()->version == Version{4});
}

TEST_CASE("snapshots: an elapsed time is measured by the injected clock") {
    auto bench = bench_with<Typed>(EveryNEvents{100} || SnapshotAfter{seconds{60}});
    bench.deposit(1); // there is none yet
    CHECK(bench.snapshot()->version == Version{1});
    bench.clock.advance(seconds{59});
    bench.deposit(1);
    CHECK(bench.snapshot()->version == Version{1});
    bench.clock.advance(seconds{1});
    bench.deposit(1);
    CHECK(bench.snapshot()->version == Version{3});
    CHECK(bench.snapshot()->taken_at == Timestamp{seconds{60}});
    bench.deposit(1, 97);
    CHECK(bench.snapshot()->version == Version{100});
}

TEMPLATE_TEST_CASE("snapshots: snapshot and tail give what full replay gives", "", Typed, Encoded) {
    std::mt19937 random{2024};
    auto const below = [&random](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    for (int round = 0; round < 60; ++round) {
        auto bench = bench_with<TestType>(EveryNEvents{1 + below(9)});
        for (int save = 0; save < 30; ++save) {
            bench.accounts.transact("a-1", [&](Account& account) {
                for (int n = below(4); n > 0; --n) {
                    switch (below(3)) {
                    case 0:
                        account.open("owner-" + std::to_string(below(10)));
                        break;
                    case 1:
                        account.deposit(below(100));
                        break;
                    default:
                        account.withdraw(account.balance() > 0 ? below(static_cast<int>(account.balance())) : 0);
                    }
                }
            });
            if (bench.accounts.exists("a-1") && !loads_the_truth(bench)) {
                CAPTURE(round, save);
                FAIL("the snapshot lies");
            }
        }
    }
}

TEST_CASE("snapshots: every version of a snapshot gives the same aggregate") {
    auto bench = bench_with<Typed>(EveryNEvents{1'000});
    bench.deposit(3, 25);
    std::vector<EventId> ids;
    for (auto const& event : bench.accounts.get_events("a-1")) {
        ids.push_back(event.event_id);
    }
    for (std::int64_t version = 1; version <= 25; ++version) {
        Account const past = *bench.accounts.get_as_of("a-1", Version{version});
        bench.snapshots.kept.save(
            {{"Account", "a-1"}, Version{version}, ids[static_cast<std::size_t>(version - 1)], {}, past.snapshot()}
        );
        CHECK(bench.events_read() == static_cast<std::size_t>(25 - version + 1));
        CHECK(loads_the_truth(bench));
    }
}

TEST_CASE("snapshots: repositories over the in-memory store have their own") {
    Typed store;
    unit::HookedStore hooked{store};
    auto first = repository_for<Account>(hooked, EveryNEvents{1});
    auto second = repository_for<Account>(hooked, EveryNEvents{1});
    first.transact("a-1", [](Account& account) { account.deposit(1); });
    CHECK(first.get_by_id("a-1")->snapshot_mark().version == Version{1});
    CHECK(second.get_by_id("a-1")->snapshot_mark().version == Version{});
}

namespace {

/// A store of a user's own, with what the concept asks for and nothing more.
class Minimal {
public:
    using payload_type = bank::Event;
    AppendResult
    append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<bank::Event> const> events) {
        return store_.append(stream, expected, events);
    }
    std::vector<AppendResult> append(std::span<StreamAppend<bank::Event> const> commit) {
        return store_.append(commit);
    }
    auto get_events(StreamName const& stream, Version after = {}) const { return store_.get_events(stream, after); }
    auto read_all(Position after, std::size_t limit) const { return store_.read_all(after, limit); }
    auto get_all_events() const { return store_.get_all_events(); }
    Version stream_version(StreamName const& stream) const { return store_.stream_version(stream); }
    Position head() const { return store_.head(); }

private:
    Typed store_;
};

} // namespace

TEST_CASE("snapshots: a store without a place for them serves repositories that take none") {
    STATIC_REQUIRE(EventStore<Minimal>);
    Minimal store;
    auto accounts = repository_for<Account>(store);
    accounts.transact("a-1", [](Account& account) { account.deposit(5); });
    CHECK(accounts.get_by_id("a-1")->balance() == 5);
}
