// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/repository.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

using namespace annals;
using bank::Account;
using std::chrono::milliseconds;

namespace {

using Store = InMemoryEventStore<bank::Event>;
using Hooked = unit::HookedStore<Store>;

RepositoryOptions patient(int attempts) {
    return {{attempts, milliseconds{0}, milliseconds{0}, milliseconds{60'000}}, {}};
}

/// The account has been opened already.
void deposit_by_another(Store& store, std::string const& id = "a-1") {
    auto others = repository_for<Account>(store);
    Account account = *others.get_by_id(id);
    account.deposit(1);
    others.save(account);
}

/// Lets another writer add an event before each of the next `times` appends.
void let_another_win(Hooked& hooked, Store& store, std::string id, int times) {
    hooked.before_append = [&store, id = std::move(id), times]() mutable {
        if (times-- > 0) {
            deposit_by_another(store, id);
        }
    };
}

/// Throws the same error `times` times.
template <class Error>
auto throwing(Error error, int times) {
    return [error, times]() mutable {
        if (times-- > 0) {
            throw error;
        }
    };
}

AppendOutcomeUnknown const outcome_unknown{"the connection died", {}};
StoreError const busy{"annals: the database is busy", "5", true};
StoreError const broken{"annals: the disk is full", "13", false};

Account opened(Store& store) {
    auto accounts = repository_for<Account>(store);
    return accounts.transact("a-1", [](Account& account) { account.deposit(100); });
}

} // namespace

TEST_CASE("transact: it loads and decides and saves and returns the aggregate") {
    Store store;
    auto accounts = repository_for<Account>(store);
    Account const account = accounts.transact("a-1", [](Account& a) {
        CHECK(a.version() == Version{});
        a.open("Ada");
        a.deposit(5);
    });
    CHECK(account.version() == Version{2});
    CHECK(account.balance() == 5);
    CHECK(account.uncommitted_events().empty());
    CHECK(accounts.transact("a-1", [](Account& a) { a.withdraw(2); }).balance() == 3);
    CHECK(accounts.get_by_id("a-1")->balance() == 3);
}

TEST_CASE("transact: a command that raises nothing writes nothing") {
    Store store;
    Hooked hooked{store};
    auto accounts = repository_for<Account>(hooked);
    CHECK(accounts.transact("a-1", [](Account&) {}).version() == Version{});
    CHECK(hooked.appends == 0);
}

TEST_CASE("transact: an exception of the domain passes through untouched") {
    Store store;
    opened(store);
    Hooked hooked{store};
    auto accounts = repository_for<Account>(hooked);
    int runs = 0;
    try {
        accounts.transact("a-1", [&runs](Account& account) {
            ++runs;
            account.deposit(1);
            account.withdraw(1'000);
        });
        FAIL("must throw");
    } catch (bank::Overdrawn const& error) {
        CHECK(std::string{error.what()} == "not enough money");
    }
    CHECK_THROWS_AS(
        accounts.transact(
            "a-1",
            [&runs](Account&) {
                ++runs;
                throw 42;
            }
        ),
        int
    );
    CHECK(runs == 2);
    CHECK(hooked.appends == 0);
    CHECK(store.head() == Position{1});
}

TEST_CASE("transact: even an error of the library is not retried if the command throws it") {
    Store store;
    Hooked hooked{store};
    auto accounts = repository_for<Account>(hooked, {}, patient(10));
    int runs = 0;
    ConcurrencyError const other{{"Other", "1"}, ExpectedVersion::no_stream(), Version{1}};
    CHECK_THROWS_AS(
        accounts.transact(
            "a-1",
            [&](Account&) {
                ++runs;
                throw other;
            }
        ),
        ConcurrencyError
    );
    CHECK_THROWS_AS(
        accounts.transact(
            "a-1",
            [&](Account&) {
                ++runs;
                throw busy;
            }
        ),
        StoreError
    );
    CHECK_THROWS_AS(
        accounts.transact(
            "a-1",
            [&](Account&) {
                ++runs;
                throw outcome_unknown;
            }
        ),
        AppendOutcomeUnknown
    );
    CHECK(runs == 3);
    CHECK(hooked.appends == 0);
}

TEST_CASE("transact: a lost race is run again on the fresh aggregate") {
    for (int const lost : {1, 2, 5}) {
        Store store;
        opened(store);
        Hooked hooked{store};
        let_another_win(hooked, store, "a-1", lost);
        auto accounts = repository_for<Account>(hooked, {}, patient(10));

        std::vector<std::int64_t> balances;
        Account const account = accounts.transact("a-1", [&balances](Account& a) {
            balances.push_back(a.balance());
            a.withdraw(10);
        });
        CHECK(balances.size() == static_cast<std::size_t>(lost) + 1);
        CHECK(balances.front() == 100);
        CHECK(balances.back() == 100 + lost);
        CHECK(account.balance() == 90 + lost);
        CHECK(account.version() == Version{2 + lost});
        CHECK(accounts.get_by_id("a-1")->balance() == 90 + lost);
        CHECK(hooked.appends == static_cast<std::size_t>(lost) + 1);
    }
}

TEST_CASE("transact: it gives up after its attempts with the last refusal") {
    Store store;
    opened(store);
    Hooked hooked{store};
    let_another_win(hooked, store, "a-1", 1'000);
    auto accounts = repository_for<Account>(hooked, {}, patient(4));
    int runs = 0;
    try {
        accounts.transact("a-1", [&runs](Account& account) { ++runs, account.withdraw(10); });
        FAIL("must give up");
    } catch (ConcurrencyError const& error) {
        CHECK(error.stream() == StreamName{"Account", "a-1"});
        CHECK(error.expected() == ExpectedVersion::exactly(Version{4}));
        CHECK(error.actual() == Version{5});
    }
    CHECK(runs == 4);
    CHECK(store.stream_version({"Account", "a-1"}) == Version{5});
}

TEST_CASE("transact: it gives up when the time is over") {
    Store store;
    opened(store);
    Hooked hooked{store};
    let_another_win(hooked, store, "a-1", 1'000);
    auto accounts =
        repository_for<Account>(hooked, {}, {{1'000, milliseconds{20}, milliseconds{20}, milliseconds{100}}, {}});
    int runs = 0;
    auto const begin = std::chrono::steady_clock::now();
    CHECK_THROWS_AS(
        accounts.transact("a-1", [&runs](Account& account) { ++runs, account.withdraw(10); }), ConcurrencyError
    );
    CHECK(std::chrono::steady_clock::now() - begin < milliseconds{2'000});
    CHECK(runs >= 2);
    CHECK(runs <= 11);
}

TEST_CASE("transact: one attempt is one attempt") {
    for (int const attempts : {1, 0, -1}) {
        Store store;
        opened(store);
        Hooked hooked{store};
        let_another_win(hooked, store, "a-1", 1);
        auto accounts = repository_for<Account>(hooked, {}, patient(attempts));
        CHECK_THROWS_AS(accounts.transact("a-1", [](Account& a) { a.withdraw(1); }), ConcurrencyError);
        CHECK(hooked.appends == 1);
    }
}

TEST_CASE("transact: after an unknown outcome the same events are sent again") {
    for (bool const was_written : {false, true}) {
        CAPTURE(was_written);
        Store store;
        opened(store);
        Hooked hooked{store};
        (was_written ? hooked.after_append : hooked.before_append) = throwing(outcome_unknown, 3);
        auto accounts = repository_for<Account>(hooked, {}, patient(10));
        int runs = 0;
        Account const account = accounts.transact("a-1", [&runs](Account& a) {
            ++runs;
            a.withdraw(10);
            a.withdraw(20);
        });
        CHECK(runs == 1);
        CHECK(hooked.appends == 4);
        CHECK(hooked.sent[3] == hooked.sent[0]);
        CHECK(account.version() == Version{3});
        CHECK(account.uncommitted_events().empty());
        CHECK(store.stream_version({"Account", "a-1"}) == Version{3});
        CHECK(accounts.get_by_id("a-1")->balance() == 70);
    }
}

TEST_CASE("transact: an outcome that stays unknown is told") {
    Store store;
    opened(store);
    Hooked hooked{store};
    hooked.after_append = throwing(outcome_unknown, 1'000);
    auto accounts = repository_for<Account>(hooked, {}, patient(3));
    CHECK_THROWS_AS(accounts.transact("a-1", [](Account& a) { a.withdraw(10); }), AppendOutcomeUnknown);
    CHECK(hooked.appends == 3);
}

TEST_CASE("transact: an outcome once unknown is not told as nothing written") {
    Store store;
    opened(store);
    Hooked hooked{store};
    hooked.after_append = throwing(AppendOutcomeUnknown{"the connection died", {testing::SequentialIds::id(7)}}, 1);
    int appends = 0;
    StoreError failure = busy;
    SECTION("busy until the attempts are used up") {}
    SECTION("broken") { failure = broken; }
    hooked.before_append = [&] {
        if (++appends > 1) {
            throw failure;
        }
    };
    auto accounts = repository_for<Account>(hooked, {}, patient(3));
    try {
        accounts.transact("a-1", [](Account& a) { a.withdraw(10); });
        FAIL("must throw");
    } catch (AppendOutcomeUnknown const& error) {
        CHECK(error.event_ids() == std::vector<EventId>{testing::SequentialIds::id(7)});
    }
    CHECK(store.stream_version({"Account", "a-1"}) == Version{2}); // it was written indeed
}

TEST_CASE("transact: an unknown outcome that was none and a lost race run the command again") {
    Store store;
    opened(store);
    Hooked hooked{store};
    int appends = 0;
    hooked.before_append = [&] {
        if (++appends == 1) {
            deposit_by_another(store);
            throw outcome_unknown;
        }
    };
    auto accounts = repository_for<Account>(hooked, {}, patient(10));
    int runs = 0;
    Account const account = accounts.transact("a-1", [&runs](Account& a) { ++runs, a.withdraw(10); });
    CHECK(runs == 2);
    CHECK(appends == 3);
    CHECK(account.balance() == 91);
    CHECK(store.stream_version({"Account", "a-1"}) == Version{3});
}

TEST_CASE("transact: a written event is found although others wrote since") {
    Store store;
    opened(store);
    Hooked hooked{store};
    int appends = 0;
    hooked.after_append = [&] {
        if (++appends == 1) {
            deposit_by_another(store);
            throw outcome_unknown;
        }
    };
    auto accounts = repository_for<Account>(hooked, {}, patient(10));
    int runs = 0;
    Account const account = accounts.transact("a-1", [&runs](Account& a) { ++runs, a.withdraw(10); });
    CHECK(runs == 1);
    CHECK(account.version() == Version{2});
    CHECK(account.balance() == 90); // as it was stored, without what came later
    CHECK(accounts.get_by_id("a-1")->balance() == 91);
}

TEST_CASE("transact: a busy store is asked again and a broken one is not") {
    Store store;
    opened(store);
    Hooked hooked{store};
    auto accounts = repository_for<Account>(hooked, {}, patient(3));

    hooked.before_append = throwing(busy, 2);
    int runs = 0;
    CHECK(accounts.transact("a-1", [&runs](Account& a) { ++runs, a.withdraw(10); }).balance() == 90);
    CHECK(runs == 1);
    CHECK(hooked.appends == 3);
    CHECK(hooked.sent[2] == hooked.sent[0]);

    hooked.before_append = throwing(busy, 3);
    try {
        accounts.transact("a-1", [](Account& a) { a.withdraw(10); });
        FAIL("must give up");
    } catch (StoreError const& error) {
        CHECK(error.native_code() == "5");
    }
    CHECK(hooked.appends == 6);

    hooked.before_append = throwing(broken, 1);
    CHECK_THROWS_AS(accounts.transact("a-1", [](Account& a) { a.withdraw(10); }), StoreError);
    CHECK(hooked.appends == 7);

    hooked.before_append = throwing(InvalidInput{"annals: no"}, 1);
    CHECK_THROWS_AS(accounts.transact("a-1", [](Account& a) { a.withdraw(10); }), InvalidInput);
    CHECK(hooked.appends == 8);
    CHECK(accounts.get_by_id("a-1")->balance() == 90);
}

TEST_CASE("transact: each attempt has the metadata") {
    Store store;
    opened(store);
    Hooked hooked{store};
    let_another_win(hooked, store, "a-1", 2);
    auto options = patient(10);
    options.context.metadata.user = "default";
    auto accounts = repository_for<Account>(hooked, {}, options);
    Metadata const mine{"request-1", "command-1", "ada", {{"tenant", "x"}}};
    Account const account = accounts.transact("a-1", mine, [](Account& a) { a.withdraw(10); });
    CHECK(account.context().metadata == mine);
    Metadata last;
    for (auto const& event : accounts.get_events("a-1", Version{3})) {
        last = event.metadata;
    }
    CHECK(last == mine);
    CHECK(accounts.transact("a-2", [](Account& a) { a.deposit(1); }).context().metadata.user == "default");
}

TEST_CASE("transact: no update is lost among eight threads", "[concurrency]") {
    constexpr int threads = 8;
    constexpr int each = 100;
    Store store;
    opened(store);
    RepositoryOptions const options{{100'000, milliseconds{0}, milliseconds{2}, milliseconds{120'000}}, {}};
    auto accounts = repository_for<Account>(store, EveryNEvents{10}, options);
    std::atomic<int> refused{0};
    std::atomic<int> failed{0};
    std::vector<std::thread> running;
    for (int i = 0; i < threads; ++i) {
        running.emplace_back([&accounts, &refused, &failed, i] {
            for (int n = 0; n < each; ++n) {
                try {
                    accounts.transact("a-1", [i](Account& a) {
                        std::this_thread::yield(); // so that others come between
                        i % 2 == 0 ? a.deposit(2) : a.withdraw(1);
                    });
                } catch (bank::Overdrawn const&) {
                    ++refused;
                } catch (...) {
                    ++failed;
                }
            }
        });
    }
    for (std::thread& thread : running) {
        thread.join();
    }
    CHECK(failed == 0);
    Account const account = *accounts.get_by_id("a-1");
    CHECK(account.version() == Version{1 + threads * each - refused});
    CHECK(account.balance() == 100 + 4 * each * 2 - (4 * each - refused));
    CHECK(accounts.failed_snapshots() == 0);
    std::int64_t expected = 0;
    for (auto const& event : accounts.get_events("a-1")) {
        REQUIRE(event.version == Version{++expected});
    }
}

TEST_CASE("transact: readers see whole histories while others write", "[concurrency]") {
    Store store;
    opened(store);
    RepositoryOptions const options{{100'000, milliseconds{0}, milliseconds{1}, milliseconds{120'000}}, {}};
    auto accounts = repository_for<Account>(store, EveryNEvents{7}, options);
    std::atomic<bool> done{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            Version last;
            while (!done) {
                std::optional<Account> const account = accounts.get_by_id("a-1");
                // One pair of events a commit: the sum of the journal is 100 after each.
                if (!account || account->balance() != 100 || account->version() < last) {
                    ++wrong;
                    return;
                }
                last = account->version();
                Position position;
                for (auto const& event : store.read_all({}, 1'000)) {
                    wrong += position < event.position ? 0 : 1;
                    position = event.position;
                }
            }
        });
    }
    std::vector<std::thread> writers;
    for (int i = 0; i < 2; ++i) {
        writers.emplace_back([&accounts] {
            for (int n = 0; n < 200; ++n) {
                accounts.transact("a-1", [](Account& a) {
                    a.deposit(1);
                    a.withdraw(1);
                });
            }
        });
    }
    for (std::thread& thread : writers) {
        thread.join();
    }
    done = true;
    for (std::thread& thread : readers) {
        thread.join();
    }
    CHECK(wrong == 0);
    CHECK(store.head() == Position{801});
}
