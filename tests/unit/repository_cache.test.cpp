// SPDX-License-Identifier: MIT

#include <annals/decider.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/cached_bench.hpp>

#include <optional>
#include <string>
#include <variant>

// What a repository that keeps aggregates reads, keeps and drops.

using namespace annals;
using bank::Account;
using unit::deposit;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;
template <class Store, class Policy = NeverSnapshot>
using Bench = unit::CachedBench<Store, Policy>;

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
