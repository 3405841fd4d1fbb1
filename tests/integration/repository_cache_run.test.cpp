// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/support/teller.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

// Two processes write, roll back and restore at random; what is kept must not tell.

using namespace projections;
using namespace cached;
using annals::CachedAggregates;
using annals::repository_for;

namespace {

template <class Place>
void check_random_run(int steps) {
    Place const place;
    auto ann = teller_at(place);
    auto ben = teller_at(place);
    std::mt19937 random{2026};
    auto const below = [&random](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    using Transaction = typename decltype(ann.store)::transaction_type;
    for (int step = 0; step < steps; ++step) {
        auto& writer = below(2) == 0 ? ann : ben;
        auto& other = &writer == &ann ? ben : ann;
        std::string const id = "a-" + std::to_string(below(3));
        switch (below(6)) {
        case 0:
            other.plain.transact(id, [](Account& account) { account.deposit(7); });
            break;
        case 1: {
            Account account = writer.accounts.get_by_id(id).value_or(Account{id});
            account.deposit(1);
            other.deposit(id, 2);
            CHECK_THROWS_AS(writer.accounts.save(account), annals::ConcurrencyError);
            break;
        }
        case 2: {
            bool const is_kept = below(2) == 0;
            try {
                writer.store.transact([&](Transaction& transaction) {
                    auto accounts = repository_for<Account>(transaction, CachedAggregates{});
                    for (int i = 0; i < 3; ++i) {
                        accounts.transact(id, [&](Account& account) { account.deposit(below(100)); });
                    }
                    if (!is_kept) {
                        throw ChangedMyMind{"no"};
                    }
                });
            } catch (ChangedMyMind const&) {
                CHECK_FALSE(is_kept);
            }
            break;
        }
        case 3:
            if (below(2) == 0) {
                restore(
                    place, other.store, annals::Position{std::max<std::int64_t>(0, other.store.head().first() - 5)}
                );
                for (int i = below(6); i > 0; --i) { // so that the streams are as long, or longer
                    other.plain.transact(id, [](Account& account) { account.deposit(9); });
                }
                break;
            }
            [[fallthrough]];
        default:
            writer.deposit(id, below(100));
        }
        std::string const seen = "a-" + std::to_string(below(3));
        if (ann.events_read(seen) < 0 || ben.events_read(seen) < 0) {
            CAPTURE(step, seen);
            FAIL("what is kept lies");
        }
    }
}

} // namespace

TEST_CASE("cached: nothing tells it from a repository without while two processes write", "[sqlite]") {
    check_random_run<SqlitePlace>(400);
}
TEST_CASE("postgres: cached: nothing tells it from a repository without while two processes write") {
    check_random_run<PostgresPlace>(120);
}
