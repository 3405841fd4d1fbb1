// SPDX-License-Identifier: MIT

#include <annals/inline_projections.hpp>
#include <tests/catch.hpp>
#include <tests/integration/support/teller.hpp>

#include <string_view>
#include <vector>

// What a repository that keeps aggregates reads when others write, roll back and restore.

using namespace projections;
using namespace cached;
using annals::CachedAggregates;
using annals::repository_for;

namespace {

/// Takes back the append whose event it is given.
struct Refusal {
    static constexpr std::string_view name = "refusal";
    using events = Account;

    template <class Transaction>
    void handle(Deposited const&, annals::EventFacts const&, Transaction&) const {
        if (*is_on) {
            throw ChangedMyMind{"no"};
        }
    }

    bool const* is_on;
};

template <class Place>
void check_tails() {
    Place const place;
    auto ann = teller_at(place);
    auto ben = teller_at(place);
    for (int i = 1; i <= 20; ++i) {
        ann.deposit("a", i);
    }
    CHECK(ben.events_read("a") == 20);
    CHECK(ben.events_read("a") == 1);
    CHECK(ann.events_read("a") == 2);
    ann.deposit("a", 1);
    ann.deposit("a", 2);
    CHECK(ben.events_read("a") == 3);
    ben.hooked.events_read = 0;
    ben.deposit("a", 3);
    CHECK(ben.hooked.events_read == 1);
    CHECK(ann.events_read("a") == 3);
}

template <class Place>
void check_rollback() {
    Place const place;
    auto store = place.store();
    bool is_broken = false;
    annals::InlineProjections bank_store{store, Refusal{&is_broken}};
    unit::HookedStore hooked{bank_store};
    auto accounts = repository_for<Account>(hooked, CachedAggregates{});
    auto const deposit = [&] { accounts.transact("a", [](Account& account) { account.deposit(5); }); };
    auto const events_read = [&] {
        hooked.events_read = 0;
        CHECK(accounts.get_by_id("a")->journal() == repository_for<Account>(store).get_by_id("a")->journal());
        return hooked.events_read;
    };
    for (int i = 0; i < 10; ++i) {
        deposit();
    }
    CHECK(events_read() == 2);
    is_broken = true;
    CHECK_THROWS_AS(deposit(), ChangedMyMind);
    CHECK(events_read() == 10);
    is_broken = false;
    deposit();
    CHECK(events_read() == 2);
}

template <class Place>
void check_backup() {
    Place const place;
    auto ann = teller_at(place);
    auto ben = teller_at(place);
    for (int i = 1; i <= 4; ++i) {
        ann.deposit("a", i);
    }
    annals::Position const backup = ann.store.head();
    ann.deposit("a", 5);
    ann.deposit("a", 6);
    REQUIRE(ann.events_read("a") == 2);
    REQUIRE(ben.events_read("a") == 6);

    restore(place, ann.store, backup);
    CHECK(ann.events_read("a") == 4);
    CHECK(ann.events_read("a") == 1);
    ann.deposit("a", 10);
    ann.deposit("a", 20);                 // the history that ben knows is as long, and another
    CHECK(ben.events_read("a") == 1 + 6); // the one that is not as expected, and all
    CHECK(ben.accounts.get_by_id("a")->journal() == std::vector<std::int64_t>{1, 2, 3, 4, 10, 20});
}

} // namespace

TEST_CASE("cached: only what others have written is read", "[sqlite]") { check_tails<SqlitePlace>(); }
TEST_CASE("postgres: cached: only what others have written is read") { check_tails<PostgresPlace>(); }

TEST_CASE("cached: after an append that was rolled back everything is read", "[sqlite]") {
    check_rollback<SqlitePlace>();
}
TEST_CASE("postgres: cached: after an append that was rolled back everything is read") {
    check_rollback<PostgresPlace>();
}

TEST_CASE("cached: a restored backup is read anew", "[sqlite]") { check_backup<SqlitePlace>(); }
TEST_CASE("postgres: cached: a restored backup is read anew") { check_backup<PostgresPlace>(); }
