// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <functional>
#include <new>
#include <string>
#include <vector>

using namespace annals;
using bank::Account;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

/// What can go wrong with an append, and whether the events may have been written all the same.
struct Failure {
    char const* name;
    std::function<void()> strike;
    bool may_be_written;
};

std::vector<Failure> const& failures() {
    static std::vector<Failure> const all{
        {"invalid input", [] { throw InvalidInput{"annals: no"}; }, false},
        {"a busy store", [] { throw StoreError{"annals: busy", "5", true}; }, false},
        {"a broken store", [] { throw StoreError{"annals: broken", "13", false}; }, false},
        {"corrupt data", [] { throw CorruptData{"a page is damaged"}; }, false},
        {"no memory", [] { throw std::bad_alloc{}; }, false},
        {"something that is no exception", [] { throw 42; }, false},
        {"an unknown outcome", [] { throw AppendOutcomeUnknown{"the connection died", {}}; }, true},
    };
    return all;
}

/// All that one can see of an aggregate from outside.
struct Visible {
    explicit Visible(Account const& account)
        : state{account.state()}, version{account.version()}, mark{account.snapshot_mark().version} {
        for (auto const& event : account.uncommitted_events()) {
            ids.push_back(event.event_id);
            payloads.push_back(event.payload);
        }
    }
    bank::State state;
    Version version;
    Version mark;
    std::vector<EventId> ids;
    std::vector<bank::Event> payloads;
    friend bool operator==(Visible const&, Visible const&) = default;
};

template <class Store>
std::vector<EventId> stored_ids(Store const& store) {
    std::vector<EventId> ids;
    for (auto const& event : store.get_all_events()) {
        ids.push_back(event.event_id);
    }
    return ids;
}

Account raised(std::string id) {
    Account account{std::move(id)};
    account.open("Ada");
    account.deposit(1);
    account.deposit(2);
    return account;
}

} // namespace

TEMPLATE_TEST_CASE("save: after any failure the aggregate is as it was and can be saved", "", Typed, Encoded) {
    for (Failure const& failure : failures()) {
        for (bool const is_written : {false, true}) {
            if (is_written && !failure.may_be_written) {
                continue;
            }
            CAPTURE(failure.name, is_written);
            TestType store;
            unit::HookedStore hooked{store};
            auto accounts = repository_for<Account>(hooked, EveryNEvents{1});

            Account account = raised("a-1");
            accounts.save(account);
            account.withdraw(3);
            account.deposit(4);
            Visible const before{account};
            std::vector<EventId> expected = stored_ids(store);
            expected.insert(expected.end(), before.ids.begin(), before.ids.end());

            (is_written ? hooked.after_append : hooked.before_append) = failure.strike;
            for (int attempt = 0; attempt < 2; ++attempt) {
                bool thrown = false;
                try {
                    accounts.save(account);
                } catch (...) {
                    thrown = true;
                }
                CHECK(thrown);
                CHECK(Visible{account} == before);
            }
            CHECK(stored_ids(store).size() == (is_written ? 5 : 3));

            hooked.before_append = nullptr;
            hooked.after_append = nullptr;
            AppendResult const result = accounts.save(account);
            CHECK(result.already_appended == is_written);
            CHECK(result.version == Version{5});
            CHECK(account.version() == Version{5});
            CHECK(account.uncommitted_events().empty());
            CHECK(account.snapshot_mark().version == Version{5});
            CHECK(stored_ids(store) == expected);
            CHECK(accounts.get_by_id("a-1")->state() == before.state);

            account.deposit(8);
            CHECK(accounts.save(account).version == Version{6});
        }
    }
}

TEMPLATE_TEST_CASE("save_all: after any failure the aggregates are as they were and can be saved", "", Typed, Encoded) {
    for (Failure const& failure : failures()) {
        for (bool const is_written : {false, true}) {
            if (is_written && !failure.may_be_written) {
                continue;
            }
            CAPTURE(failure.name, is_written);
            TestType store;
            unit::HookedStore hooked{store};
            auto accounts = repository_for<Account>(hooked);

            std::vector<Account> all{raised("a-1"), raised("a-2"), raised("a-3")};
            std::vector<Visible> const before(all.begin(), all.end());
            (is_written ? hooked.after_append : hooked.before_append) = failure.strike;
            bool thrown = false;
            try {
                accounts.save_all(all);
            } catch (...) {
                thrown = true;
            }
            CHECK(thrown);
            CHECK(std::vector<Visible>(all.begin(), all.end()) == before);
            CHECK(stored_ids(store).size() == (is_written ? 9 : 0));

            hooked.before_append = nullptr;
            hooked.after_append = nullptr;
            for (AppendResult const& result : accounts.save_all(all)) {
                CHECK(result.already_appended == is_written);
                CHECK(result.version == Version{3});
            }
            CHECK(stored_ids(store).size() == 9);
            for (Account const& account : all) {
                CHECK(account.version() == Version{3});
                CHECK(account.uncommitted_events().empty());
            }
        }
    }
}

TEST_CASE("save: an event raised after an unknown outcome is told apart and nothing is written twice") {
    Typed store;
    unit::HookedStore hooked{store};
    auto accounts = repository_for<Account>(hooked);
    Account account = raised("a-1");
    hooked.after_append = [] { throw AppendOutcomeUnknown{"the connection died", {}}; };
    CHECK_THROWS_AS(accounts.save(account), AppendOutcomeUnknown);
    hooked.after_append = nullptr;
    account.deposit(4);
    CHECK_THROWS_AS(accounts.save(account), IdempotencyMismatch);
    CHECK(account.uncommitted_events().size() == 4);
    CHECK(stored_ids(store).size() == 3);
}

TEST_CASE("transact: after any failure nothing is there twice") {
    for (Failure const& failure : failures()) {
        for (bool const is_written : {false, true}) {
            if (is_written && !failure.may_be_written) {
                continue;
            }
            CAPTURE(failure.name, is_written);
            Typed store;
            unit::HookedStore hooked{store};
            auto accounts = repository_for<Account>(hooked, {}, {{1, {}, {}, {}}, {}}); // no retries
            (is_written ? hooked.after_append : hooked.before_append) = failure.strike;
            bool thrown = false;
            try {
                accounts.transact("a-1", [](Account& account) { account.deposit(1); });
            } catch (...) {
                thrown = true;
            }
            CHECK(thrown);
            CHECK(hooked.appends == 1);
            CHECK(stored_ids(store).size() == (is_written ? 1 : 0));
        }
    }
}

TEST_CASE("transact: a store that fails while it is read is not asked again and nothing is decided") {
    for (Failure const& failure : failures()) {
        CAPTURE(failure.name);
        Typed store;
        unit::HookedStore hooked{store};
        hooked.before_read = failure.strike;
        auto accounts = repository_for<Account>(hooked);
        bool decided = false;
        bool thrown = false;
        try {
            accounts.transact("a-1", [&decided](Account&) { decided = true; });
        } catch (...) {
            thrown = true;
        }
        CHECK(thrown);
        CHECK_FALSE(decided);
    }
}
