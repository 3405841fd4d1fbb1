// SPDX-License-Identifier: MIT

#include <annals/cached_aggregates.hpp>
#include <annals/memory.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>

#include <span>
#include <string>
#include <vector>

// Streams that hold an event which the aggregate's variant has no type for.

using namespace annals;
using bank::Account;

namespace {

using Store = InMemoryEventStore<EncodedPayload>;

[[nodiscard]] RepositoryOptions skipping() { return {{}, {}, UnknownEvents::skip}; }

/// Two deposits around something that only a later release knows.
void fill(Store& store) {
    std::vector<NewEvent<EncodedPayload>> const events{
        {new_event_id(), {}, {}, {"Deposited", 1, "5"}},
        {new_event_id(), {}, {}, {"InterestPaid", 1, "1"}},
        {new_event_id(), {}, {}, {"Deposited", 1, "7"}},
    };
    store.append({"Account", "a-1"}, ExpectedVersion::no_stream(), events);
}

} // namespace

TEST_CASE("unknown events: a repository refuses them unless it is told to skip them") {
    Store store;
    fill(store);
    auto refusing = repository_for<Account>(store, bank::TextCodec{}, NeverSnapshot{});
    CHECK_THROWS_AS(refusing.get_by_id("a-1"), UnknownEventType);
    CHECK_THROWS_AS(refusing.get_as_of("a-1", Version{2}), UnknownEventType);
    CHECK(refusing.get_as_of("a-1", Version{1})->balance() == 5);

    auto accounts = repository_for<Account>(store, bank::TextCodec{}, NeverSnapshot{}, skipping());
    CHECK(accounts.get_by_id("a-1")->balance() == 12);
    CHECK(accounts.get_by_id("a-1")->version() == Version{3});
    CHECK(accounts.get_as_of("a-1", Version{2})->balance() == 5);
    CHECK(accounts.get_as_of("a-1", Version{2})->version() == Version{2});
    std::vector<Version> versions;
    for (auto const& event : accounts.get_events("a-1")) {
        versions.push_back(event.version);
    }
    CHECK(versions == std::vector<Version>{Version{1}, Version{3}});

    accounts.transact("a-1", [](Account& account) { account.deposit(1); });
    CHECK(accounts.get_by_id("a-1")->balance() == 13);
    CHECK(accounts.get_by_id("a-1")->version() == Version{4});
}

TEST_CASE("unknown events: kept aggregates move past them as others do") {
    Store store;
    fill(store);
    auto accounts = repository_for<Account>(store, bank::TextCodec{}, NeverSnapshot{}, skipping(), CachedAggregates{});
    for (int i = 0; i < 3; ++i) {
        CHECK(accounts.get_by_id("a-1")->balance() == 12 + i);
        accounts.transact("a-1", [](Account& account) { account.deposit(1); });
    }
}

TEST_CASE("unknown events: an event that is known but does not fit is never skipped") {
    Store store;
    NewEvent<EncodedPayload> const event{new_event_id(), {}, {}, {"Deposited", 1, "much"}};
    store.append({"Account", "a-1"}, ExpectedVersion::any(), std::span{&event, 1});
    auto accounts = repository_for<Account>(store, bank::TextCodec{}, NeverSnapshot{}, skipping());
    CHECK_THROWS_AS(accounts.get_by_id("a-1"), DecodeError);
}

TEST_CASE("unknown events: a repository that takes snapshots does not skip them") {
    Store store;
    CHECK_THROWS_AS(repository_for<Account>(store, bank::TextCodec{}, EveryNEvents{10}, skipping()), UsageError);
    CHECK_NOTHROW(repository_for<Account>(store, bank::TextCodec{}, EveryNEvents{10}, RepositoryOptions{}));
}
