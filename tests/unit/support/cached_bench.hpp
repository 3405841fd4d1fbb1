// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_SUPPORT_CACHED_BENCH_HPP
#define ANNALS_TESTS_UNIT_SUPPORT_CACHED_BENCH_HPP

#include <annals/cached_aggregates.hpp>
#include <annals/memory.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>
#include <tests/unit/support/account_codec.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace unit {

/// A repository with a cache whose reads are counted, beside one without it over the same store.
template <class Store, class Policy = annals::NeverSnapshot>
struct CachedBench {
    explicit CachedBench(std::size_t capacity = 10, Policy policy = {})
        : accounts{annals::repository_for<bank::Account>(
              hooked, policy, {{}, {{}, &clock}}, annals::CachedAggregates{capacity}
          )} {}

    Store store;
    HookedStore<Store> hooked{store};
    annals::testing::FixedClock clock{annals::Timestamp{}};
    decltype(annals::repository_for<bank::Account>(hooked, std::declval<Policy>(), {}, annals::CachedAggregates{})
    ) accounts;
    decltype(annals::repository_for<bank::Account>(store)) others{annals::repository_for<bank::Account>(store)};

    /// The events that one load reads. What it gives must be what replaying gives.
    std::size_t events_read(std::string const& id = "a-1") {
        hooked.events_read = 0;
        std::optional<bank::Account> const loaded = accounts.get_by_id(id);
        std::optional<bank::Account> const replayed = others.get_by_id(id);
        REQUIRE(loaded.has_value() == replayed.has_value());
        if (loaded) {
            CHECK(loaded->id() == id);
            CHECK(loaded->version() == replayed->version());
            CHECK(loaded->state() == replayed->state());
            CHECK(loaded->uncommitted_events().empty());
            CHECK(loaded->context().clock == &clock);
            CHECK(loaded->context().metadata == annals::Metadata{});
        }
        return hooked.events_read;
    }
};

/// So many deposits of 1, 2, 3, ... in one save.
template <class Accounts>
void deposit(Accounts& accounts, int times, std::string const& id = "a-1") {
    accounts.transact(id, [times](bank::Account& account) {
        for (int i = 1; i <= times; ++i) {
            account.deposit(i);
        }
    });
}

} // namespace unit

#endif // ANNALS_TESTS_UNIT_SUPPORT_CACHED_BENCH_HPP
