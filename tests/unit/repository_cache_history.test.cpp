// SPDX-License-Identifier: MIT

#include <annals/cached_aggregates.hpp>
#include <annals/memory.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>
#include <tests/unit/support/hooked_store.hpp>
#include <tests/unit/support/restorable_store.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// A repository that keeps aggregates gives what one without gives, whatever becomes of the store.

using namespace annals;
using bank::Account;

namespace {

using Store = InMemoryEventStore<bank::Event>;
using Event = NewEvent<bank::Event>;
using Restorable = unit::RestorableStore<bank::Event>;

struct Bench {
    Restorable store;
    unit::HookedStore<Restorable> hooked{store};
    decltype(repository_for<Account>(hooked, CachedAggregates{})
    ) accounts{repository_for<Account>(hooked, CachedAggregates{2})};
    decltype(repository_for<Account>(store)) others{repository_for<Account>(store)};

    [[nodiscard]] bool agrees_on(std::string const& id) {
        std::optional<Account> const kept = accounts.get_by_id(id);
        std::optional<Account> const replayed = others.get_by_id(id);
        return kept.has_value() == replayed.has_value() &&
               (!kept || (kept->state() == replayed->state() && kept->version() == replayed->version()));
    }
};

template <class Accounts>
void deposit(Accounts& accounts, std::int64_t amount, int times, std::string const& id = "a-1") {
    for (; times > 0; --times) {
        accounts.transact(id, [amount](Account& account) { account.deposit(amount); });
    }
}

} // namespace

TEST_CASE("cached: what is kept of another history is dropped") {
    Bench bench;
    deposit(bench.others, 1, 6);
    REQUIRE(bench.agrees_on("a-1"));
    SECTION("the stream is gone") {
        bench.store.restore(0);
        CHECK(bench.agrees_on("a-1"));
        CHECK_FALSE(bench.accounts.get_by_id("a-1"));
        deposit(bench.accounts, 2, 6);
    }
    SECTION("the stream is shorter") {
        bench.store.restore(4);
        CHECK(bench.agrees_on("a-1"));
        CHECK(bench.accounts.get_by_id("a-1")->version() == Version{4});
    }
    SECTION("the stream is as long") {
        bench.store.restore(4);
        deposit(bench.others, 2, 2);
    }
    SECTION("the stream is longer") {
        bench.store.restore(4);
        deposit(bench.others, 2, 5);
    }
    SECTION("the event stands at another version") {
        std::vector<Event> last;
        for (auto const& event : bench.store.get_events({"Account", "a-1"}, Version{5})) {
            last.push_back({event.event_id, event.timestamp, event.metadata, event.payload});
        }
        bench.store.restore(4);
        deposit(bench.others, 2, 2);
        bench.store.append({"Account", "a-1"}, ExpectedVersion::any(), last);
    }
    CHECK(bench.agrees_on("a-1"));
    deposit(bench.accounts, 3, 2);
    CHECK(bench.agrees_on("a-1"));
    bench.hooked.events_read = 0;
    CHECK(bench.agrees_on("a-1"));
    CHECK(bench.hooked.events_read == 1);
}

TEST_CASE("cached: an aggregate that outlived its history is not kept when it is saved") {
    Bench bench;
    deposit(bench.others, 1, 6);
    std::optional<Account> account = bench.accounts.get_by_id("a-1");
    account->deposit(1);
    bench.store.restore(4);
    deposit(bench.others, 2, 2);
    bench.accounts.save(*account); // version 6 is as expected
    CHECK(bench.agrees_on("a-1"));
    CHECK(bench.accounts.get_by_id("a-1")->balance() == 4 + 2 * 2 + 1);
}

TEST_CASE("cached: nothing tells it from a repository without in a long random run") {
    std::mt19937 random{2026};
    auto const below = [&random](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    Bench bench;
    auto second = repository_for<Account>(bench.hooked, EveryNEvents{3}, {}, CachedAggregates{1});
    int const steps = 1'500;
    for (int step = 0; step < steps; ++step) {
        std::string const id = "a-" + std::to_string(below(3));
        switch (below(8)) {
        case 0:
            deposit(bench.others, below(100), 1 + below(3), id);
            break;
        case 1:
            deposit(second, below(100), 1, id);
            break;
        case 2: {
            Account early = bench.accounts.get_by_id(id).value_or(Account{id});
            early.deposit(below(100));
            deposit(second, below(100), below(2), id);
            try {
                bench.accounts.save(
                    early, below(2) == 0 ? ExpectedVersion::any() : ExpectedVersion::exactly(early.version())
                );
            } catch (ConcurrencyError const&) {
                CHECK_FALSE(early.uncommitted_events().empty());
            }
            break;
        }
        case 3: {
            Account account = bench.accounts.get_by_id(id).value_or(Account{id});
            account.deposit(below(100));
            bench.hooked.after_append = [] { throw AppendOutcomeUnknown{"the connection died", {}}; };
            CHECK_THROWS_AS(bench.accounts.save(account), AppendOutcomeUnknown);
            bench.hooked.after_append = nullptr;
            break;
        }
        case 4:
            if (below(2) == 0) {
                auto const head = static_cast<int>(bench.store.head().first());
                bench.store.restore(static_cast<std::size_t>(std::max(0, head - below(6))));
                deposit(bench.others, below(100), below(6), id); // so that the streams are as long, or longer
            }
            break;
        default:
            bench.accounts.transact(id, [&](Account& account) {
                account.open("owner-" + std::to_string(step));
                account.deposit(below(100));
            });
        }
        std::string const seen = "a-" + std::to_string(below(3));
        std::optional<Account> const other = second.get_by_id(seen);
        if (!bench.agrees_on(seen) || (other && other->state() != bench.others.get_by_id(seen)->state())) {
            CAPTURE(step, seen);
            FAIL("what is kept lies");
        }
    }
}

TEST_CASE("cached: threads share what is kept and lose no update", "[concurrency]") {
    constexpr int each = 60;
    Store store;
    RepositoryOptions const options{{100'000, {}, std::chrono::milliseconds{1}, std::chrono::seconds{100}}, {}};
    auto accounts = repository_for<Account>(store, {}, options, CachedAggregates{2});
    std::atomic<int> wrong{0};
    std::vector<std::thread> running;
    for (int i = 0; i < 3; ++i) {
        running.emplace_back([&, i] {
            for (int n = 0; n < each; ++n) {
                std::string const id = "a-" + std::to_string((n + i) % 3);
                try {
                    accounts.transact(id, [](Account& account) {
                        account.deposit(1);
                        std::this_thread::yield(); // so that others come between
                        account.deposit(2);
                    });
                    std::optional<Account> const account = accounts.get_by_id(id);
                    auto const pairs = static_cast<std::int64_t>(account->state().journal.size()) / 2;
                    wrong += account->balance() == 3 * pairs && account->version() == Version{2 * pairs} ? 0 : 1;
                } catch (...) {
                    ++wrong;
                }
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    CHECK(wrong == 0);
    for (std::string const id : {"a-0", "a-1", "a-2"}) {
        CHECK(accounts.get_by_id(id)->version() == Version{2 * each});
        CHECK(accounts.get_by_id(id)->balance() == 3 * each);
    }
}
