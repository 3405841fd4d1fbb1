// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/unit/support/cached_bench.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a repository that keeps aggregates reads after an append or a load has failed.

using namespace annals;
using bank::Account;
using unit::deposit;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
template <class Store, class Policy = NeverSnapshot>
using Bench = unit::CachedBench<Store, Policy>;

} // namespace

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
