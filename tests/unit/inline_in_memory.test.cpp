// SPDX-License-Identifier: MIT

#include <annals/inline_projections.hpp>
#include <annals/memory.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

// Read models that are objects, brought up to date by the appends to a store in memory.

using namespace annals;
using namespace std::chrono_literals;
using bank::Account;

namespace {

using Store = InMemoryEventStore<bank::Event>;

template <int Version>
struct BalancesOf {
    static constexpr std::string_view name = "balances";
    static constexpr int version = Version;
    static constexpr bool takes_subset = true;
    using events = Account;

    void handle(bank::Deposited const& event, EventFacts const& at) {
        if (event.amount == refused_amount) {
            throw std::runtime_error{"refused"};
        }
        balances[std::string{at.aggregate_id()}] += event.amount;
        news += at.is_live ? 1 : 0;
    }

    std::int64_t refused_amount = 0;
    std::map<std::string, std::int64_t> balances{};
    int news = 0;
};
using Balances = BalancesOf<1>;
using Balances2 = BalancesOf<2>;

template <class Accounts>
void deposit(Accounts& accounts, std::string const& id, std::int64_t amount) {
    accounts.transact(id, [amount](Account& account) { account.deposit(amount); });
}

} // namespace

TEST_CASE("inline in memory: the read model has what was there, and each append when it returns") {
    Store store;
    auto plain = repository_for<Account>(store);
    deposit(plain, "ann", 1);

    Balances balances;
    InlineProjections bank_store{store, std::ref(balances)};
    static_assert(EventStore<decltype(bank_store)>);
    CHECK(balances.balances.at("ann") == 1);
    CHECK(balances.news == 0);
    auto accounts = repository_for<Account>(bank_store);
    deposit(accounts, "ann", 2);
    CHECK(balances.balances.at("ann") == 3);
    deposit(accounts, "ben", 4);
    CHECK(balances.balances.at("ben") == 4);
    CHECK(balances.news == 2);
    CHECK_NOTHROW(ProjectionControl{store}.wait_for(store.head(), "balances", 0ms));

    Balances another;
    InlineProjections another_store{store, std::ref(another)};
    CHECK(another.balances == balances.balances);
}

TEST_CASE("inline in memory: nothing is appended when a handler throws") {
    Store store;
    Balances balances{.refused_amount = 13};
    InlineProjections bank_store{store, std::ref(balances)};
    auto accounts = repository_for<Account>(bank_store);
    deposit(accounts, "ann", 1);
    CHECK_THROWS_AS(deposit(accounts, "ann", 13), std::runtime_error);
    CHECK(store.head() == Position{1});
    CHECK(store.stream_version({"Account", "ann"}) == Version{1});
    CHECK(balances.balances.at("ann") == 1);
    deposit(accounts, "ann", 2);
    CHECK(balances.balances.at("ann") == 3);
}

TEST_CASE("inline in memory: an append that is repeated is counted once") {
    Store store;
    Balances balances;
    InlineProjections bank_store{store, std::ref(balances)};
    NewEvent<bank::Event> const event{new_event_id(), system_clock().now(), {}, bank::Deposited{5}};
    CHECK(!bank_store.append({"Account", "ann"}, ExpectedVersion::no_stream(), std::span{&event, 1}).already_appended);
    CHECK(bank_store.append({"Account", "ann"}, ExpectedVersion::no_stream(), std::span{&event, 1}).already_appended);
    CHECK(balances.balances.at("ann") == 5);
}

TEST_CASE("inline in memory: a newer definition fences out the older one, and runners stay away") {
    Store store;
    Balances old_balances;
    InlineProjections old_store{store, std::ref(old_balances)};
    auto old_accounts = repository_for<Account>(old_store);
    deposit(old_accounts, "ann", 1);
    Balances2 balances;
    InlineProjections bank_store{store, std::ref(balances)};
    CHECK_THROWS_AS(deposit(old_accounts, "ann", 2), FencedOut);
    CHECK(store.head() == Position{1});
    CHECK_THROWS_AS((ProjectionRunner{store, std::ref(balances)}.catch_up()), UsageError);
}

TEST_CASE("inline in memory: threads may append at once", "[concurrency]") {
    Store store;
    Balances balances;
    InlineProjections bank_store{store, std::ref(balances)};
    auto const work = [&](std::string const& id) {
        auto accounts = repository_for<Account>(bank_store);
        for (int i = 0; i < 200; ++i) {
            deposit(accounts, id, 1);
        }
    };
    std::thread first{work, "ann"};
    std::thread second{work, "ben"};
    first.join();
    second.join();
    CHECK(balances.balances == std::map<std::string, std::int64_t>{{"ann", 200}, {"ben", 200}});
}
