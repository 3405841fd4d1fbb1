// SPDX-License-Identifier: MIT

#include <annals/cached_aggregates.hpp>
#include <annals/repository.hpp>
#include <annals/snapshot_writer.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>
#include <tests/unit/support/hooked_store.hpp>
#include <tests/unit/support/restorable_store.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace annals;
using bank::Account;

namespace {

using Store = unit::RestorableStore<bank::Event>;

/// Closed, it holds up who comes, until it is opened.
class Gate {
public:
    void close() { set(true); }
    void open() { set(false); }
    void pass() {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !is_closed_; });
    }
    /// Until somebody stands before it.
    void wait_for_arrivals(int arrivals) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return arrived_ >= arrivals; });
    }

private:
    void set(bool is_closed) {
        std::lock_guard const lock{mutex_};
        is_closed_ = is_closed;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_closed_ = false;
    int arrived_ = 0;
};

/// Snapshots whose saves go through a gate, and fail on demand.
class GatedSnapshots {
public:
    using payload_type = bank::State;
    struct Shared {
        Gate gate;
        bool fails = false;
        std::mutex mutex;
        std::vector<Version> saved;
        InMemorySnapshotStore<bank::State> kept;
    };

    explicit GatedSnapshots(Shared& shared) : shared_{&shared} {}

    std::optional<Snapshot<bank::State>> load(StreamName const& stream) { return shared_->kept.load(stream); }
    void save(Snapshot<bank::State> const& snapshot) {
        shared_->gate.pass();
        if (shared_->fails) {
            throw std::runtime_error{"the disk is full"};
        }
        std::lock_guard const lock{shared_->mutex};
        shared_->saved.push_back(snapshot.version);
        shared_->kept.save(snapshot);
    }
    void remove(StreamName const& stream) { shared_->kept.remove(stream); }

private:
    Shared* shared_;
};

struct Bench {
    using Hooked = unit::HookedStore<Store>;
    using Policy = SnapshotWriter::Background<EveryNEvents>;

    explicit Bench(std::size_t capacity = 1'000) : writer{capacity} {}
    ~Bench() { snapshots.gate.open(); }

    Store store;
    Hooked hooked{store};
    GatedSnapshots::Shared snapshots;
    SnapshotWriter writer;
    EventSourcedRepository<Account, Hooked, NoCodec, Policy, GatedSnapshots> accounts{
        hooked, NoCodec{}, writer.in_background(EveryNEvents{1}), GatedSnapshots{snapshots}, {}
    };

    void deposit(std::string const& id, int times = 1) {
        for (; times > 0; --times) {
            accounts.transact(id, [](Account& account) { account.deposit(1); });
        }
    }
    [[nodiscard]] std::optional<Version> snapshot(std::string const& id) {
        auto const found = snapshots.kept.load({"Account", id});
        return found ? std::optional{found->version} : std::nullopt;
    }
};

} // namespace

TEST_CASE("snapshot writer: a save does not wait for the snapshot, which comes all the same", "[concurrency]") {
    Bench bench;
    bench.snapshots.gate.close();
    bench.deposit("a");
    bench.snapshots.gate.wait_for_arrivals(1);
    CHECK(bench.accounts.get_by_id("a")->version() == Version{1});
    CHECK_FALSE(bench.snapshot("a"));
    bench.snapshots.gate.open();
    bench.writer.flush();
    CHECK(bench.snapshot("a") == Version{1});
    CHECK(bench.accounts.get_by_id("a")->snapshot_mark().version == Version{1});
    CHECK(bench.accounts.get_by_id("a")->balance() == 1);
}

TEST_CASE("snapshot writer: of the snapshots of a stream that wait, the last is written", "[concurrency]") {
    Bench bench;
    bench.snapshots.gate.close();
    bench.deposit("first");
    bench.snapshots.gate.wait_for_arrivals(1);
    bench.deposit("a", 5);
    bench.deposit("b", 2);
    bench.snapshots.gate.open();
    bench.writer.flush();
    CHECK(bench.snapshots.saved == std::vector<Version>{Version{1}, Version{5}, Version{2}});
    CHECK(bench.writer.dropped() == 0);
}

TEST_CASE("snapshot writer: streams of one name in two stores are two streams", "[concurrency]") {
    Bench bench;
    Store other_store;
    GatedSnapshots::Shared others;
    EventSourcedRepository<Account, Store, NoCodec, Bench::Policy, GatedSnapshots> other{
        other_store, NoCodec{}, bench.writer.in_background(EveryNEvents{1}), GatedSnapshots{others}, {}
    };
    bench.snapshots.gate.close();
    bench.deposit("first");
    bench.snapshots.gate.wait_for_arrivals(1);
    bench.deposit("a", 2);
    other.transact("a", [](Account& account) { account.deposit(1); });
    bench.snapshots.gate.open();
    bench.writer.flush();
    CHECK(bench.snapshot("a") == Version{2});
    CHECK(others.kept.load({"Account", "a"})->version == Version{1});
}

TEST_CASE("snapshot writer: what finds no room is dropped and counted, and nothing else is lost", "[concurrency]") {
    Bench bench{2};
    bench.snapshots.gate.close();
    bench.deposit("first");
    bench.snapshots.gate.wait_for_arrivals(1);
    bench.deposit("a");
    bench.deposit("b");
    bench.deposit("c");
    CHECK(bench.writer.dropped() == 1);
    bench.deposit("b"); // takes the place of the other
    CHECK(bench.writer.dropped() == 1);
    bench.snapshots.gate.open();
    bench.writer.flush();
    CHECK(bench.snapshot("a") == Version{1});
    CHECK(bench.snapshot("b") == Version{2});
    CHECK_FALSE(bench.snapshot("c"));
    CHECK(bench.accounts.get_by_id("c")->balance() == 1);
    bench.deposit("c");
    bench.writer.flush();
    CHECK(bench.snapshot("c") == Version{2});
    CHECK_THROWS_AS(SnapshotWriter{0}, InvalidInput);
}

TEST_CASE("snapshot writer: a failure is counted, and the next snapshot is written", "[concurrency]") {
    Bench bench;
    bench.snapshots.fails = true;
    bench.deposit("a", 1);
    bench.writer.flush();
    CHECK(bench.writer.failures() == 1);
    CHECK(bench.accounts.failed_snapshots() == 0);
    bench.snapshots.fails = false;
    bench.deposit("a", 1);
    bench.writer.flush();
    CHECK(bench.writer.failures() == 1);
    CHECK(bench.snapshot("a") == Version{2});
}

TEST_CASE("snapshot writer: what still waits is written before it goes", "[concurrency]") {
    Store store;
    GatedSnapshots::Shared snapshots;
    {
        SnapshotWriter writer;
        EventSourcedRepository<Account, Store, NoCodec, Bench::Policy, GatedSnapshots> accounts{
            store, NoCodec{}, writer.in_background(EveryNEvents{1}), GatedSnapshots{snapshots}, {}
        };
        snapshots.gate.close();
        for (int i = 0; i < 10; ++i) {
            accounts.transact("a-" + std::to_string(i), [](Account& account) { account.deposit(1); });
        }
        snapshots.gate.open();
    }
    CHECK(snapshots.saved.size() == 10);
}

TEST_CASE("snapshot writer: none is written of a history that was replaced meanwhile", "[concurrency]") {
    Bench bench;
    bench.snapshots.gate.close();
    bench.deposit("first");
    bench.snapshots.gate.wait_for_arrivals(1);
    bench.deposit("a", 3);
    bench.store.restore(2);
    auto others = repository_for<Account>(bench.store);
    for (int i = 0; i < 2; ++i) {
        others.transact("a", [](Account& account) { account.deposit(100); });
    }
    bench.snapshots.gate.open();
    bench.writer.flush();
    CHECK_FALSE(bench.snapshot("a"));
    CHECK(bench.writer.failures() == 0);
    CHECK(bench.accounts.get_by_id("a")->balance() == 201);
}

TEST_CASE("snapshot writer: the events are read again by the writer, not by who saves", "[concurrency]") {
    Bench bench;
    bench.snapshots.gate.close();
    bench.deposit("first");
    bench.snapshots.gate.wait_for_arrivals(1);
    bench.hooked.events_read = 0;
    Account account{"a"};
    for (int i = 0; i < 4; ++i) {
        account.deposit(1);
    }
    bench.accounts.save(account);
    CHECK(bench.hooked.events_read == 0);
    bench.snapshots.gate.open();
    bench.writer.flush();
    CHECK(bench.hooked.events_read == 4);
}

TEST_CASE("snapshot writer: beside kept aggregates, a load is the truth before and after", "[concurrency]") {
    Store store;
    SnapshotWriter writer;
    auto accounts = repository_for<Account>(
        store, writer.in_background(AfterReplaying{3}), RepositoryOptions{}, CachedAggregates{.capacity = 10}
    );
    for (int i = 1; i <= 50; ++i) {
        accounts.transact("a", [](Account& account) { account.deposit(1); });
        CHECK(accounts.get_by_id("a")->balance() == i);
    }
    writer.flush();
    CHECK(accounts.get_by_id("a")->balance() == 50);
}

TEST_CASE("snapshot writer: many threads save, and every load is the truth", "[concurrency]") {
    InMemoryEventStore<bank::Event> store;
    SnapshotWriter writer{8};
    auto accounts =
        repository_for<Account>(store, writer.in_background(EveryNEvents{3}), {.retry = {.attempts = 1'000}});
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&accounts, thread] {
            for (int i = 0; i < 60; ++i) {
                accounts.transact("a-" + std::to_string((i + thread) % 5), [](Account& account) {
                    account.deposit(1);
                });
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    writer.flush();
    std::int64_t total = 0;
    for (int i = 0; i < 5; ++i) {
        auto const loaded = accounts.get_by_id("a-" + std::to_string(i));
        auto const replayed = accounts.get_as_of("a-" + std::to_string(i), Version{1'000});
        REQUIRE(loaded.has_value());
        CHECK(loaded->state() == replayed->state());
        CHECK(loaded->snapshot_mark().version > Version{});
        total += loaded->balance();
    }
    CHECK(total == 240);
    CHECK(writer.failures() == 0);
}

namespace {

/// The process is killed before anything is written.
struct KilledBefore {
    [[nodiscard]] bool is_due(SnapshotFacts const&) const { return true; }
    template <class Job>
    void defer(void const*, StreamName const&, Job const&) const {
        ++*deferred;
    }
    int* deferred;
};

} // namespace

TEST_CASE("snapshot writer: a snapshot that never comes costs the events that a load replays") {
    STATIC_REQUIRE(DeferringPolicy<KilledBefore> && DeferringPolicy<SnapshotWriter::Background<NeverSnapshot>>);
    STATIC_REQUIRE_FALSE(DeferringPolicy<EveryNEvents>);
    Store store;
    int deferred = 0;
    auto accounts = repository_for<Account>(store, KilledBefore{&deferred});
    for (int i = 0; i < 5; ++i) {
        accounts.transact("a", [](Account& account) { account.deposit(1); });
    }
    CHECK(deferred == 5);
    CHECK(accounts.get_by_id("a")->balance() == 5);
    CHECK(accounts.get_by_id("a")->snapshot_mark().version == Version{});
}
