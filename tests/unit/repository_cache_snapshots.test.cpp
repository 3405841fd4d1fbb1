// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/unit/support/cached_bench.hpp>

#include <chrono>
#include <optional>

// Snapshots beside aggregates that are kept.

using std::chrono::seconds;
using namespace annals;
using bank::Account;
using unit::deposit;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
template <class Store, class Policy = NeverSnapshot>
using Bench = unit::CachedBench<Store, Policy>;

} // namespace

namespace {

/// Counts how often it is asked.
class CountedSnapshots {
public:
    using payload_type = bank::State;

    explicit CountedSnapshots(int& loads) : loads_{&loads} {}

    std::optional<Snapshot<bank::State>> load(StreamName const& stream) {
        ++*loads_;
        return kept_.load(stream);
    }
    void save(Snapshot<bank::State> const& snapshot) { kept_.save(snapshot); }
    void remove(StreamName const& stream) { kept_.remove(stream); }

private:
    InMemorySnapshotStore<bank::State> kept_;
    int* loads_;
};

} // namespace

TEST_CASE("cached: snapshots are for what is not kept") {
    Typed store;
    int loads = 0;
    EventSourcedRepository<Account, Typed, NoCodec, EveryNEvents, CountedSnapshots, CachedAggregates> accounts{
        store, NoCodec{}, EveryNEvents{4}, CountedSnapshots{loads}, {}, CachedAggregates{}
    };
    deposit(accounts, 5);
    CHECK(loads == 1);
    for (int i = 0; i < 3; ++i) { // the stream ends where the snapshot was taken
        CHECK(accounts.get_by_id("a-1")->snapshot_mark().version == Version{5});
        CHECK(loads == 2);
    }
    deposit(accounts, 2);
    CHECK(accounts.get_by_id("a-1")->snapshot_mark().version == Version{5});
    CHECK(accounts.get_by_id("a-1")->balance() == 15 + 3);
    CHECK(loads == 2);
}

TEST_CASE("cached: a snapshot that was just taken is not taken again") {
    Bench<Typed, SnapshotAfter> bench{10, SnapshotAfter{seconds{60}}};
    for (int i = 0; i < 5; ++i) {
        deposit(bench.accounts, 1);
        CHECK(bench.accounts.get_by_id("a-1")->snapshot_mark().version == Version{1});
    }
    bench.clock.advance(seconds{60});
    for (int i = 0; i < 5; ++i) {
        deposit(bench.accounts, 1);
        CHECK(bench.accounts.get_by_id("a-1")->snapshot_mark().version == Version{6});
    }
}
