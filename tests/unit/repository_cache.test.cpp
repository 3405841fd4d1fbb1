// SPDX-License-Identifier: MIT

#include <annals/cached_aggregates.hpp>
#include <annals/decider.hpp>
#include <annals/memory.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What a repository that keeps aggregates reads, keeps and drops.

using namespace annals;
using bank::Account;
using std::chrono::seconds;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

/// A repository with a cache whose reads are counted, beside one without it over the same store.
template <class Store, class Policy = NeverSnapshot>
struct Bench {
    explicit Bench(std::size_t capacity = 10, Policy policy = {})
        : accounts{repository_for<Account>(hooked, policy, {{}, {{}, &clock}}, CachedAggregates{capacity})} {}

    Store store;
    unit::HookedStore<Store> hooked{store};
    testing::FixedClock clock{Timestamp{}};
    decltype(repository_for<Account>(hooked, std::declval<Policy>(), {}, CachedAggregates{})) accounts;
    decltype(repository_for<Account>(store)) others{repository_for<Account>(store)};

    /// The events that one load reads. What it gives must be what replaying gives.
    std::size_t events_read(std::string const& id = "a-1") {
        hooked.events_read = 0;
        std::optional<Account> const loaded = accounts.get_by_id(id);
        std::optional<Account> const replayed = others.get_by_id(id);
        REQUIRE(loaded.has_value() == replayed.has_value());
        if (loaded) {
            CHECK(loaded->id() == id);
            CHECK(loaded->version() == replayed->version());
            CHECK(loaded->state() == replayed->state());
            CHECK(loaded->uncommitted_events().empty());
            CHECK(loaded->context().clock == &clock);
            CHECK(loaded->context().metadata == Metadata{});
        }
        return hooked.events_read;
    }
};

template <class Accounts>
void deposit(Accounts& accounts, int times, std::string const& id = "a-1") {
    accounts.transact(id, [times](Account& account) {
        for (int i = 1; i <= times; ++i) {
            account.deposit(i);
        }
    });
}

} // namespace

TEMPLATE_TEST_CASE("cached: a load reads the last event seen, and those after it", "", Typed, Encoded) {
    Bench<TestType> bench;
    CHECK(bench.events_read() == 0);
    deposit(bench.others, 9);
    CHECK(bench.events_read() == 9);
    CHECK(bench.events_read() == 1);
    deposit(bench.others, 4); // a stale state is brought up to date
    CHECK(bench.events_read() == 5);
    CHECK(bench.events_read() == 1);
}

TEMPLATE_TEST_CASE("cached: each event of its own is read once as well", "", Typed, Encoded) {
    Bench<TestType> bench;
    deposit(bench.accounts, 3);
    CHECK(bench.events_read() == 3);
    for (int i = 0; i < 5; ++i) {
        bench.hooked.events_read = 0;
        deposit(bench.accounts, 2);
        CHECK(bench.hooked.events_read == (i == 0 ? 1 : 3));
    }
    CHECK(bench.events_read() == 3);
    CHECK(bench.events_read() == 1);
}

TEST_CASE("cached: what a codec does not keep is not kept here either") {
    struct WholeTens : bank::TextCodec {
        [[nodiscard]] EncodedPayload encode(bank::Event const& event) const {
            return TextCodec::encode(bank::Deposited{std::get<bank::Deposited>(event).amount / 10 * 10});
        }
    };
    Encoded store;
    auto accounts = repository_for<Account>(store, WholeTens{}, NeverSnapshot{}, {}, CachedAggregates{});
    for (int i = 0; i < 3; ++i) {
        accounts.transact("a-1", [](Account& account) { account.deposit(19); });
        CHECK(accounts.get_by_id("a-1")->balance() == 10 * (i + 1));
    }
}

TEST_CASE("cached: as many aggregates are kept as there is room for, those used last") {
    Bench<Typed> bench{2};
    for (std::string const id : {"a", "b", "c"}) {
        deposit(bench.others, 5, id);
    }
    CHECK(bench.events_read("a") == 5);
    CHECK(bench.events_read("b") == 5);
    CHECK(bench.events_read("a") == 1);
    CHECK(bench.events_read("c") == 5); // in the place of b
    CHECK(bench.events_read("a") == 1);
    CHECK(bench.events_read("c") == 1);
    CHECK(bench.events_read("b") == 5); // in the place of a
    CHECK(bench.events_read("c") == 1);
    CHECK(bench.events_read("a") == 5);
}

TEST_CASE("cached: a repository without room reads everything each time") {
    Bench<Typed> bench{0};
    deposit(bench.others, 5);
    CHECK(bench.events_read() == 5);
    CHECK(bench.events_read() == 5);
}

TEST_CASE("cached: what is done with an aggregate is not done to what is kept") {
    Bench<Typed> bench;
    deposit(bench.others, 5);
    CHECK(bench.events_read() == 5);
    for (int i = 0; i < 2; ++i) {
        std::optional<Account> account = bench.accounts.get_by_id("a-1");
        account->deposit(1'000);
        account->set_context({{"somebody else", {}, {}}, &system_clock(), &uuid_v7_ids()});
        CHECK(bench.events_read() == 1);
    }
    auto const refuse = [](Account& account) {
        account.deposit(1);
        account.withdraw(1'000);
    };
    CHECK_THROWS_AS(bench.accounts.transact("a-1", refuse), bank::Overdrawn);
    CHECK(bench.events_read() == 1);
}

TEST_CASE("cached: the past is always replayed") {
    Bench<Typed> bench;
    deposit(bench.others, 5);
    CHECK(bench.events_read() == 5);
    CHECK(bench.accounts.get_as_of("a-1", Version{3})->balance() == 6);
    CHECK(bench.events_read() == 1);
    bench.hooked.events_read = 0;
    CHECK(bench.accounts.get_as_of("a-1", Version{5})->balance() == 15);
    CHECK(bench.hooked.events_read == 5);
    Bench<Typed> another;
    deposit(another.others, 5);
    CHECK(another.accounts.get_as_of("a-1", Version{3})->balance() == 6);
    CHECK(another.events_read() == 5);
}

TEST_CASE("cached: who was not first reads what the other has written") {
    Bench<Typed> bench;
    deposit(bench.others, 5);
    std::optional<Account> account = bench.accounts.get_by_id("a-1");
    account->deposit(1);
    deposit(bench.others, 2);
    CHECK_THROWS_AS(bench.accounts.save(*account), ConcurrencyError);
    CHECK(bench.events_read() == 3);

    bool is_first = true;
    bench.hooked.events_read = 0;
    bench.accounts.transact("a-1", [&](Account& a) {
        if (std::exchange(is_first, false)) {
            deposit(bench.others, 3);
        }
        a.deposit(1);
    });
    CHECK(bench.hooked.events_read == 1 + 4);
    CHECK(bench.events_read() == 2);
}

TEST_CASE("cached: after any other failure of an append everything is read") {
    std::vector<std::function<void()>> const failures{
        [] { throw AppendOutcomeUnknown{"the connection died", {}}; },
        [] { throw StoreError{"annals: broken", "13", false}; },
        [] { throw CorruptData{"a page is damaged"}; },
        [] { throw 42; },
    };
    bool const is_written = GENERATE(false, true);
    for (auto const& strike : failures) {
        Bench<Typed> bench;
        deposit(bench.others, 5);
        deposit(bench.others, 5, "a-2");
        std::vector<Account> both{*bench.accounts.get_by_id("a-1"), *bench.accounts.get_by_id("a-2")};
        for (Account& account : both) {
            account.deposit(1);
        }
        (is_written ? bench.hooked.after_append : bench.hooked.before_append) = strike;
        bool const is_together = GENERATE(false, true);
        CAPTURE(is_written, is_together);
        bool thrown = false;
        try {
            is_together ? static_cast<void>(bench.accounts.save_all(both))
                        : static_cast<void>(bench.accounts.save(both[0]));
        } catch (...) {
            thrown = true;
        }
        CHECK(thrown);
        CHECK(bench.events_read("a-1") == (is_written ? 6 : 5));
        CHECK(bench.events_read("a-1") == 1);
        if (is_together) {
            CHECK(bench.events_read("a-2") == (is_written ? 6 : 5));
        } else {
            CHECK(bench.events_read("a-2") == 1);
        }
    }
}

TEST_CASE("cached: after a failure to read everything is read") {
    Bench<Typed> bench;
    deposit(bench.others, 5);
    CHECK(bench.events_read() == 5);
    bench.hooked.before_read = [] { throw StoreError{"annals: busy", "5", true}; };
    CHECK_THROWS_AS(bench.accounts.get_by_id("a-1"), StoreError);
    bench.hooked.before_read = nullptr;
    CHECK(bench.events_read() == 5);
}

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

namespace {

struct Rung {};
struct Bell {
    int times = 0;
};
void evolve(Bell& bell, Rung const&) { ++bell.times; }
struct Ring {};
std::variant<Rung> decide(Bell const&, Ring const&) { return Rung{}; }

} // namespace

TEST_CASE("cached: deciders are kept as well") {
    InMemoryEventStore<std::variant<Rung>> store;
    unit::HookedStore hooked{store};
    auto bells = repository_for<Decider<int, Bell, std::variant<Rung>>>(hooked, CachedAggregates{.capacity = 1});
    for (int i = 1; i <= 5; ++i) {
        bells.transact(7, [](auto& bell) { bell.handle(Ring{}); });
        CHECK(bells.get_by_id(7)->state().times == i);
    }
    hooked.events_read = 0;
    CHECK(bells.get_by_id(7)->state().times == 5);
    CHECK(hooked.events_read == 1);
}
