// SPDX-License-Identifier: MIT

#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>
#include <tests/unit/support/hooked_store.hpp>
#include <tests/unit/support/restorable_store.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>

// Aggregates that a program holds while the history under them is replaced: no snapshot must be made of them.

using namespace annals;
using bank::Account;

namespace {

using Store = unit::RestorableStore<bank::Event>;

struct Bench {
    explicit Bench(int every) : accounts{repository_for<Account>(hooked, EveryNEvents{every})} {}

    Store store;
    unit::HookedStore<Store> hooked{store};
    decltype(repository_for<Account>(hooked, EveryNEvents{1})) accounts;
    decltype(repository_for<Account>(store)) others{repository_for<Account>(store)};

    void deposit(std::int64_t amount, int times, std::string const& id = "a-1") {
        for (; times > 0; --times) {
            others.transact(id, [amount](Account& account) { account.deposit(amount); });
        }
    }
    [[nodiscard]] bool loads_the_truth(std::string const& id = "a-1") {
        std::optional<Account> const loaded = accounts.get_by_id(id);
        std::optional<Account> const replayed = others.get_by_id(id);
        return loaded.has_value() == replayed.has_value() &&
               (!loaded || (loaded->state() == replayed->state() && loaded->version() == replayed->version()));
    }
    [[nodiscard]] Version snapshot_version() {
        auto const account = accounts.get_by_id("a-1");
        return account ? account->snapshot_mark().version : Version{};
    }
};

template <class Accounts>
void save_one(Accounts& accounts, Account& account) {
    account.deposit(1);
    accounts.save(account);
}

} // namespace

TEST_CASE("snapshots: none is taken of an aggregate that outlived its history") {
    Bench bench{10};
    bench.deposit(1, 6);
    Account held = bench.accounts.get_by_id("a-1").value();
    SECTION("another has taken its place before the save") {
        bench.store.restore(4);
        bench.deposit(2, 2);
        for (int i = 0; i < 3; ++i) {
            held.deposit(1);
        }
        save_one(bench.accounts, held); // version 6 is as expected
    }
    SECTION("it was saved, which took no snapshot, before the save that is to take one") {
        bench.store.restore(4);
        bench.deposit(2, 2);
        for (int i = 0; i < 4; ++i) {
            save_one(bench.accounts, held);
        }
    }
    SECTION("another has taken the place of what it had stored itself") {
        save_one(bench.accounts, held);
        save_one(bench.accounts, held);
        bench.store.restore(7);
        bench.deposit(2, 1);
        save_one(bench.accounts, held);
        save_one(bench.accounts, held);
    }
    REQUIRE(bench.store.head() == Position{10});
    CHECK(bench.snapshot_version() == Version{});
    CHECK(bench.loads_the_truth());
    CHECK(bench.accounts.failed_snapshots() == 0);

    // One that was loaded afterwards is as good as any.
    bench.accounts.transact("a-1", [](Account& account) {
        for (int i = 0; i < 10; ++i) {
            account.deposit(1);
        }
    });
    CHECK(bench.snapshot_version() == Version{20});
    CHECK(bench.loads_the_truth());
}

TEST_CASE("snapshots: none is taken of an aggregate that was new to a history that is gone") {
    Bench bench{3};
    Account held{"a-1"};
    save_one(bench.accounts, held);
    save_one(bench.accounts, held);
    bench.store.restore(0);
    bench.deposit(2, 2);
    save_one(bench.accounts, held);
    CHECK(bench.snapshot_version() == Version{});
    CHECK(bench.loads_the_truth());
}

TEST_CASE("snapshots: an aggregate that is held and saved again and again has one each time it is due") {
    Bench bench{4};
    bench.deposit(1, 3);
    Account held = bench.accounts.get_by_id("a-1").value();
    bench.hooked.events_read = 0;
    save_one(bench.accounts, held);
    CHECK(bench.hooked.events_read == 2); // the one it was loaded with, and its own
    for (int snapshot = 8; snapshot < 30; snapshot += 4) {
        bench.hooked.events_read = 0;
        save_one(bench.accounts, held);
        save_one(bench.accounts, held);
        save_one(bench.accounts, held);
        CHECK(bench.hooked.events_read == 0); // only who takes one must be sure
        save_one(bench.accounts, held);
        CHECK(bench.hooked.events_read == 5);
        CHECK(bench.snapshot_version() == Version{snapshot});
    }
}

TEST_CASE("snapshots: one is taken of a history that was read by hand, if its events are known") {
    Bench bench{4};
    bench.deposit(1, 3);
    Account with_ids{"a-1"};
    with_ids.load_from_history(bench.store.get_events({"Account", "a-1"}));
    SECTION("events with their envelopes") {
        save_one(bench.accounts, with_ids);
        CHECK(bench.snapshot_version() == Version{4});
    }
    SECTION("events alone") {
        Account without_ids{"a-1"};
        for (auto const& event : bench.store.get_events({"Account", "a-1"})) {
            without_ids.replay(event.version, event.payload);
        }
        save_one(bench.accounts, without_ids);
        CHECK(bench.snapshot_version() == Version{});
    }
    SECTION("one alone after others") {
        bench.deposit(1, 1);
        with_ids.replay(Version{4}, bank::Deposited{99});
        for (int i = 0; i < 4; ++i) {
            save_one(bench.accounts, with_ids);
        }
        CHECK(bench.snapshot_version() == Version{});
    }
    CHECK(bench.loads_the_truth());
}

TEST_CASE("snapshots: in a long random run with restored histories, loading is replaying") {
    std::mt19937 random{2026};
    auto const below = [&random](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    Bench bench{3};
    std::map<std::string, Account> held;
    int wrong_saves = 0;
    for (int step = 0; step < 3'000; ++step) {
        std::string const id = "a-" + std::to_string(below(3));
        switch (below(6)) {
        case 0:
            held.insert_or_assign(id, bench.accounts.get_by_id(id).value_or(Account{id}));
            break;
        case 1: {
            auto const head = static_cast<int>(bench.store.head().first());
            bench.store.restore(static_cast<std::size_t>(std::max(0, head - below(4))));
            bench.deposit(below(100), below(4), id); // so that the streams are as long, or longer
            break;
        }
        case 2:
            bench.accounts.transact(id, [&](Account& account) { account.deposit(below(100)); });
            break;
        default: {
            Account& account = held.try_emplace(id, id).first->second;
            account.deposit(below(100));
            try {
                bench.accounts.save(account);
                wrong_saves += bench.others.get_by_id(id)->state() == account.state() ? 0 : 1;
            } catch (ConcurrencyError const&) {
                held.erase(id);
            }
        }
        }
        if (!bench.loads_the_truth(id)) {
            CAPTURE(step, id);
            FAIL("a snapshot lies");
        }
    }
    CHECK(wrong_saves > 0); // the histories were replaced under aggregates in hand
}
