// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/projection.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// Live projections: read models that are folded on demand and not kept.

using namespace annals;
using bank::Account;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

/// Remembers what it was handed.
struct Journal {
    using events = Account;

    std::vector<EventId> ids{};
    std::vector<Position> positions{};
    std::vector<Version> versions{};
    std::int64_t sum = 0;
    Position poison{}; ///< cannot handle the event there

    void handle(bank::Opened const&, EventFacts const& at) { note(at); }
    void handle(bank::Deposited const& event, EventFacts const& at) {
        note(at);
        sum += event.amount;
    }
    void handle(bank::Withdrawn const& event, EventFacts const& at) {
        note(at);
        sum -= event.amount;
    }

private:
    void note(EventFacts const& at) {
        if (at.position == poison) {
            throw std::runtime_error{"poison"};
        }
        CHECK_FALSE(at.is_live);
        ids.push_back(at.event_id);
        positions.push_back(at.position);
        versions.push_back(at.version);
    }
};

/// Takes one type of event, in whatever streams.
struct Deposits {
    using events = bank::Event;
    static constexpr bool takes_subset = true;

    std::int64_t sum = 0;

    void handle(bank::Deposited const& event) { sum += event.amount; }
};

/// Takes some events of an aggregate.
struct Withdrawals {
    using events = Account;
    static constexpr bool takes_subset = true;

    std::int64_t sum = 0;

    void handle(bank::Withdrawn const& event) { sum += event.amount; }
};

template <class Store>
void deposit(Store& store, std::int64_t amount, int times) {
    auto accounts = repository_for<Account>(store);
    for (; times > 0; --times) {
        accounts.transact("a-" + std::to_string(times % 3), [amount](Account& account) { account.deposit(amount); });
    }
}

void append(Encoded& store, StreamName const& stream, EncodedPayload payload) {
    NewEvent<EncodedPayload> const event{new_event_id(), Timestamp{}, {}, std::move(payload)};
    store.append(stream, ExpectedVersion::any(), std::span{&event, 1});
}

template <class Events>
std::vector<EventId> ids_of(Events&& events) {
    std::vector<EventId> ids;
    for (auto const& event : events) {
        ids.push_back(event.event_id);
    }
    return ids;
}

} // namespace

TEMPLATE_TEST_CASE("project: every event is handed over in global order", "", Typed, Encoded) {
    TestType store;
    deposit(store, 2, 10);
    Journal journal;
    Position const end = project(store, journal);
    CHECK(end == store.head());
    CHECK(journal.ids == ids_of(store.get_all_events()));
    CHECK(journal.sum == 20);
    CHECK(std::is_sorted(journal.positions.begin(), journal.positions.end()));

    deposit(store, 1, 3);
    CHECK(project(store, journal, end) == Position{13});
    CHECK(journal.ids == ids_of(store.get_all_events()));
    CHECK(project(store, journal, Position{13}) == Position{13});
    CHECK(journal.ids.size() == 13);
}

TEMPLATE_TEST_CASE("project: the events of one stream, from a version on", "", Typed, Encoded) {
    TestType store;
    deposit(store, 2, 9);
    StreamName const stream{"Account", "a-1"};
    Journal journal;
    CHECK(project(store, journal, stream) == Version{3});
    CHECK(journal.ids == ids_of(store.get_events(stream)));
    CHECK(journal.sum == 6);
    CHECK(project(store, journal, stream, Version{3}) == Version{3});
    CHECK(journal.ids.size() == 3);

    Journal rest;
    CHECK(project(store, rest, stream, Version{2}) == Version{3});
    CHECK(rest.versions == std::vector<Version>{Version{3}});
    CHECK(project(store, rest, StreamName{"Account", "nobody"}) == Version{});
    CHECK(rest.ids.size() == 1);
}

TEMPLATE_TEST_CASE("project: an empty store hands over nothing", "", Typed, Encoded) {
    TestType const store;
    Journal journal;
    CHECK(project(store, journal) == Position{});
    CHECK(project(store, journal, Position{7}) == Position{7});
    CHECK(journal.ids.empty());
}

TEST_CASE("project: what the projection does not name is passed over") {
    Encoded store;
    append(store, {"Other", "o-1"}, {"Foreign", 1, "secret"});
    deposit(store, 5, 1);
    append(store, {"Other", "o-1"}, {"Deposited", 1, "100"});
    repository_for<Account>(store).transact("a-1", [](Account& account) { account.withdraw(2); });
    append(store, {"Other", "o-1"}, {"Foreign", 1, "secret"});

    Journal of_accounts;
    CHECK(project(store, of_accounts) == Position{4});
    CHECK(of_accounts.sum == 3);
    CHECK(of_accounts.positions == std::vector<Position>{Position{2}, Position{4}});
    Deposits anywhere;
    CHECK(project(store, anywhere) == Position{3});
    CHECK(anywhere.sum == 105);
    Withdrawals some;
    CHECK(project(store, some) == Position{4});
    CHECK(some.sum == 2);
    Withdrawals of_stream;
    CHECK(project(store, of_stream, StreamName{"Account", "a-1"}) == Version{2});
    CHECK(of_stream.sum == 2);
    Journal of_other;
    CHECK(project(store, of_other, StreamName{"Other", "o-1"}) == Version{3});
    CHECK(of_other.ids.empty());
}

TEST_CASE("project: an event that cannot be read stops it after the ones before") {
    Encoded store;
    deposit(store, 5, 2);
    Journal journal;
    SECTION("a payload that does not fit") {
        append(store, {"Account", "a-1"}, {"Deposited", 1, "secret"});
        CHECK_THROWS_AS(project(store, journal), DecodeError);
        Deposits deposits;
        CHECK_THROWS_AS(project(store, deposits), DecodeError);
        CHECK(deposits.sum == 10);
    }
    SECTION("a type that the aggregate does not know") {
        append(store, {"Account", "a-1"}, {"Frozen", 1, ""});
        CHECK_THROWS_AS(project(store, journal), UnknownEventType);
        Withdrawals some; // nobody has said that this one is not wanted
        CHECK_THROWS_AS(project(store, some), UnknownEventType);
        Deposits deposits;
        CHECK_NOTHROW(project(store, deposits));
    }
    CHECK(journal.ids.size() == 2);
}

TEST_CASE("project: what the projection throws passes through, after the events before") {
    Typed store;
    deposit(store, 1, 20);
    Journal journal;
    journal.poison = Position{16};
    CHECK_THROWS_WITH(project(store, journal), "poison");
    CHECK(journal.ids.size() == 15);
    journal.poison = Position{};
    CHECK(project(store, journal, journal.positions.back()) == Position{20});
    CHECK(journal.ids == ids_of(store.get_all_events()));
}
