// SPDX-License-Identifier: MIT

#include <annals/decider.hpp>
#include <annals/memory.hpp>
#include <annals/repository.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account_codec.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

using namespace annals;
using bank::Account;

namespace {

using Typed = InMemoryEventStore<bank::Event>;
using Encoded = InMemoryEventStore<EncodedPayload>;

Account account_with(std::string id, std::vector<std::int64_t> const& deposits) {
    Account account{std::move(id)};
    account.open("Ada");
    for (std::int64_t const amount : deposits) {
        account.deposit(amount);
    }
    return account;
}

template <class Range>
std::size_t count(Range range) {
    std::size_t events = 0;
    for (auto const& event : range) {
        static_cast<void>(event);
        ++events;
    }
    return events;
}

} // namespace

TEMPLATE_TEST_CASE("repository: what is saved is loaded", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);

    Account account = account_with("a-1", {5, 7});
    AppendResult const result = accounts.save(account);
    CHECK(result.version == Version{3});
    CHECK(result.position == store.head());
    CHECK_FALSE(result.already_appended);
    CHECK(account.version() == Version{3});
    CHECK(account.uncommitted_events().empty());

    std::optional<Account> loaded = accounts.get_by_id("a-1");
    REQUIRE(loaded);
    CHECK(loaded->id() == "a-1");
    CHECK(loaded->state() == account.state());
    CHECK(loaded->version() == Version{3});
    CHECK(loaded->uncommitted_events().empty());

    loaded->withdraw(2);
    CHECK(accounts.save(*loaded).version == Version{4});
    CHECK(accounts.get_by_id("a-1")->balance() == 10);
}

TEMPLATE_TEST_CASE("repository: an aggregate without events is not there", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    CHECK_FALSE(accounts.exists("a-1"));
    CHECK_FALSE(accounts.get_by_id("a-1"));
    CHECK_FALSE(accounts.get_as_of("a-1", Version{5}));
    CHECK_FALSE(accounts.get_as_of("a-1", Timestamp{}));
    CHECK(count(accounts.get_events("a-1")) == 0);

    Account account{"a-1"};
    AppendResult const nothing = accounts.save(account);
    CHECK(nothing.version == Version{});
    CHECK(nothing.position == Position{});
    CHECK_FALSE(accounts.exists("a-1"));

    account.deposit(1);
    accounts.save(account);
    CHECK(accounts.exists("a-1"));
    CHECK_FALSE(accounts.exists("a-2"));
}

TEST_CASE("repository: an id that is no name is refused before the store sees it") {
    Typed store;
    auto accounts = repository_for<Account>(store);
    for (std::string const& id : {std::string{}, std::string(256, 'x'), std::string{"a\0b", 3}, std::string{"\xFF"}}) {
        CHECK_THROWS_AS(accounts.get_by_id(id), InvalidInput);
        CHECK_THROWS_AS(accounts.exists(id), InvalidInput);
        CHECK_THROWS_AS(accounts.transact(id, [](Account& a) { a.deposit(1); }), InvalidInput);
        Account account{id};
        account.deposit(1);
        CHECK_THROWS_AS(accounts.save(account), InvalidInput);
        CHECK(account.uncommitted_events().size() == 1);
    }
    CHECK(store.head() == Position{});
}

TEST_CASE("repository: saving without events asks nothing of the store") {
    Typed store;
    unit::HookedStore hooked{store};
    auto accounts = repository_for<Account>(hooked);
    Account account = account_with("a-1", {1});
    accounts.save(account);
    CHECK(hooked.appends == 1);
    AppendResult const result = accounts.save(account, ExpectedVersion::no_stream());
    CHECK(result.version == Version{2});
    CHECK(hooked.appends == 1);
}

TEMPLATE_TEST_CASE("repository: an aggregate as of a version", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store, EveryNEvents{1});
    Account account = account_with("a-1", {1, 10, 100});
    accounts.save(account);

    CHECK_FALSE(accounts.get_as_of("a-1", Version{}));
    CHECK(accounts.get_as_of("a-1", Version{1})->state() == bank::State{"Ada", 0, {0}});
    CHECK(accounts.get_as_of("a-1", Version{3})->balance() == 11);
    CHECK(accounts.get_as_of("a-1", Version{3})->version() == Version{3});
    CHECK(accounts.get_as_of("a-1", Version{4})->balance() == 111);
    CHECK(accounts.get_as_of("a-1", Version{1'000})->version() == Version{4});
}

TEMPLATE_TEST_CASE("repository: an aggregate as of a time", "", Typed, Encoded) {
    using std::chrono::seconds;
    TestType store;
    testing::FixedClock clock{Timestamp{seconds{100}}};
    auto accounts = repository_for<Account>(store, {}, {{}, {{}, &clock}});
    for (std::int64_t const amount : {1, 10, 100}) {
        accounts.transact("a-1", [amount](Account& a) { a.deposit(amount); });
        clock.advance(seconds{10});
    }
    auto const balance_at = [&accounts](std::int64_t second) {
        std::optional<Account> const account = accounts.get_as_of("a-1", Timestamp{seconds{second}});
        return account ? account->balance() : -1;
    };
    CHECK(balance_at(99) == -1);
    CHECK(balance_at(100) == 1);
    CHECK(balance_at(109) == 1);
    CHECK(balance_at(110) == 11);
    CHECK(balance_at(120) == 111);
    CHECK(balance_at(1'000'000) == 111);
}

TEST_CASE("repository: as of a time ends before the first later event although earlier ones follow") {
    using std::chrono::seconds;
    Typed store;
    testing::FixedClock clock{Timestamp{seconds{100}}};
    auto accounts = repository_for<Account>(store, {}, {{}, {{}, &clock}});
    for (int const step : {+50, -100, 0}) { // raised at 100, 150 and 50
        accounts.transact("a-1", [](Account& a) { a.deposit(1); });
        clock.advance(seconds{step});
    }
    CHECK(accounts.get_as_of("a-1", Timestamp{seconds{120}})->version() == Version{1});
    CHECK(accounts.get_as_of("a-1", Timestamp{seconds{150}})->version() == Version{3});
    CHECK_FALSE(accounts.get_as_of("a-1", Timestamp{seconds{60}}));
}

TEMPLATE_TEST_CASE("repository: an aggregate's events", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    Account account = account_with("a-1", {5, 7});
    Account other = account_with("a-2", {1});
    std::vector<EventId> ids;
    for (auto const& event : account.uncommitted_events()) {
        ids.push_back(event.event_id);
    }
    accounts.save(other);
    accounts.save(account);

    std::int64_t version = 0;
    for (SourcedEvent<bank::Event> const& event : accounts.get_events("a-1")) {
        CHECK(event.event_id == ids[static_cast<std::size_t>(version)]);
        CHECK(event.version == Version{++version});
        CHECK(event.stream == StreamName{"Account", "a-1"});
    }
    CHECK(version == 3);
    for (SourcedEvent<bank::Event> const& event : accounts.get_events("a-1", Version{2})) {
        CHECK(event.payload == bank::Event{bank::Deposited{7}});
    }
    CHECK(count(accounts.get_events("a-1", Version{1})) == 2);
    CHECK(count(accounts.get_events("a-1", Version{3})) == 0);
    CHECK(count(accounts.get_events("a-1", Version{1'000})) == 0);
}

TEMPLATE_TEST_CASE("repository: of two who load the same version one is refused", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    Account account = account_with("a-1", {100});
    accounts.save(account);

    Account winner = *accounts.get_by_id("a-1");
    Account loser = *accounts.get_by_id("a-1");
    winner.withdraw(60);
    loser.deposit(1);
    loser.withdraw(60);
    accounts.save(winner);
    bank::State const state_before = loser.state();

    try {
        accounts.save(loser);
        FAIL("must be refused");
    } catch (ConcurrencyError const& error) {
        CHECK(error.stream() == StreamName{"Account", "a-1"});
        CHECK(error.expected() == ExpectedVersion::exactly(Version{2}));
        CHECK(error.actual() == Version{3});
    }
    CHECK(loser.version() == Version{2});
    CHECK(loser.uncommitted_events().size() == 2);
    CHECK(loser.state() == state_before);
    CHECK(store.stream_version({"Account", "a-1"}) == Version{3});

    Account again = *accounts.get_by_id("a-1");
    again.deposit(1);
    CHECK(accounts.save(again).version == Version{4});
    CHECK(accounts.get_by_id("a-1")->balance() == 41);
}

TEST_CASE("repository: a new aggregate is refused where one is") {
    Typed store;
    auto accounts = repository_for<Account>(store);
    Account first = account_with("a-1", {});
    Account second = account_with("a-1", {});
    accounts.save(first);
    try {
        accounts.save(second);
        FAIL("must be refused");
    } catch (ConcurrencyError const& error) {
        CHECK(error.expected() == ExpectedVersion::no_stream());
        CHECK(error.actual() == Version{1});
    }
}

TEST_CASE("repository: saving with an expectation of one's own") {
    Typed store;
    auto accounts = repository_for<Account>(store);
    Account account = account_with("a-1", {});
    CHECK_THROWS_AS(accounts.save(account, ExpectedVersion::stream_exists()), ConcurrencyError);
    CHECK_THROWS_AS(accounts.save(account, ExpectedVersion::exactly(Version{1})), ConcurrencyError);
    CHECK(account.uncommitted_events().size() == 1);
    accounts.save(account, ExpectedVersion::no_stream());
    CHECK(account.version() == Version{1});

    account.deposit(1);
    CHECK_THROWS_AS(accounts.save(account, ExpectedVersion::no_stream()), ConcurrencyError);
    accounts.save(account, ExpectedVersion::stream_exists());
    account.deposit(2);
    accounts.save(account, ExpectedVersion::exactly(Version{2}));
    account.deposit(4);
    accounts.save(account, ExpectedVersion::any());
    CHECK(account.version() == Version{4});
    CHECK(accounts.get_by_id("a-1")->balance() == 7);

    // `any` and `stream_exists` admit what this object has not seen.
    Account blind{"a-1"};
    blind.deposit(8);
    AppendResult const result = accounts.save(blind, ExpectedVersion::any());
    CHECK(result.version == Version{5});
    CHECK(blind.uncommitted_events().empty());
    CHECK(accounts.get_by_id("a-1")->balance() == 15);
}

TEMPLATE_TEST_CASE("repository: saving the copy of an aggregate says that it is saved", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    Account account = account_with("a-1", {1});
    Account copy = account;
    accounts.save(account);
    AppendResult const again = accounts.save(copy);
    CHECK(again.already_appended);
    CHECK(again.version == Version{2});
    CHECK(copy.version() == Version{2});
    CHECK(copy.uncommitted_events().empty());
    CHECK(store.stream_version({"Account", "a-1"}) == Version{2});
}

TEMPLATE_TEST_CASE("repository: several aggregates are saved in one commit", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    std::vector<Account> both{account_with("a-1", {1}), account_with("a-2", {2, 3})};
    auto const results = accounts.save_all(both);
    REQUIRE(results.size() == 2);
    CHECK(results[0].version == Version{2});
    CHECK(results[1].version == Version{3});
    CHECK(both[0].version() == Version{2});
    CHECK(both[1].uncommitted_events().empty());
    CHECK(accounts.get_by_id("a-2")->balance() == 5);

    both[0].withdraw(1);
    both[1].deposit(1);
    accounts.save_all(both);
    CHECK(accounts.get_by_id("a-1")->balance() == 0);
    CHECK(accounts.get_by_id("a-2")->balance() == 6);
    CHECK(accounts.save_all({}).empty());
}

TEMPLATE_TEST_CASE("repository: if one of several is refused none is saved", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    Account first = account_with("a-2", {1});
    accounts.save(first);
    Position const head = store.head();

    std::vector<Account> both{account_with("a-1", {1}), account_with("a-2", {2}), account_with("a-3", {3})};
    CHECK_THROWS_AS(accounts.save_all(both), ConcurrencyError);
    CHECK(store.head() == head);
    for (Account const& account : both) {
        CHECK(account.version() == Version{});
        CHECK(account.uncommitted_events().size() == 2);
    }
    CHECK_FALSE(accounts.exists("a-1"));
    CHECK_FALSE(accounts.exists("a-3"));

    std::vector<Account> twice{account_with("b-1", {}), account_with("b-1", {})};
    CHECK_THROWS_AS(accounts.save_all(twice), InvalidInput);
    CHECK(store.head() == head);
}

TEST_CASE("repository: an aggregate without events is a condition on the others") {
    Typed store;
    auto accounts = repository_for<Account>(store);
    Account first = account_with("a-1", {1});
    accounts.save(first);
    std::vector<Account> both{*accounts.get_by_id("a-1"), account_with("a-2", {1})};
    CHECK(accounts.save_all(both)[0].version == Version{2});
    CHECK(both[0].version() == Version{2});

    both[1].deposit(1);
    first.deposit(1);
    accounts.save(first);
    CHECK_THROWS_AS(accounts.save_all(both), ConcurrencyError);
    CHECK(accounts.get_by_id("a-2")->version() == Version{2});
}

TEST_CASE("repository: what has no encoding is refused and stays") {
    Encoded store;
    auto accounts = repository_for<Account>(store);
    Account account{"a-1"};
    account.open("unspeakable");
    CHECK_THROWS_AS(accounts.save(account), InvalidInput);
    CHECK(account.uncommitted_events().size() == 1);
    std::vector<Account> both{account_with("a-2", {1}), account};
    CHECK_THROWS_AS(accounts.save_all(both), InvalidInput);
    CHECK(both[0].uncommitted_events().size() == 2);
    CHECK_THROWS_AS(accounts.transact("a-1", [](Account& a) { a.open("unspeakable"); }), InvalidInput);
    CHECK(store.head() == Position{});
}

TEST_CASE("repository: a stored event that does not fit is an error that names it") {
    Encoded store;
    auto accounts = repository_for<Account>(store);
    auto const append = [&store](std::string id, EncodedPayload payload) {
        NewEvent<EncodedPayload> const event{new_event_id(), Timestamp{}, {}, std::move(payload)};
        store.append({"Account", std::move(id)}, ExpectedVersion::any(), std::span{&event, 1});
    };
    append("a-1", {"Deposited", 1, "5"});
    append("a-1", {"Gone", 1, "secret"});
    append("a-2", {"Deposited", 1, "secret"});
    try {
        static_cast<void>(accounts.get_by_id("a-1"));
        FAIL("must be refused");
    } catch (UnknownEventType const& error) {
        CHECK(error.stream() == StreamName{"Account", "a-1"});
        CHECK(error.version() == Version{2});
        CHECK(error.type() == "Gone");
        CHECK_THAT(error.what(), !Catch::Matchers::ContainsSubstring("secret"));
    }
    CHECK_THROWS_AS(accounts.get_by_id("a-2"), DecodeError);
    CHECK_THROWS_AS(accounts.transact("a-2", [](Account&) { FAIL("must not be reached"); }), DecodeError);
    CHECK_THROWS_AS(count(accounts.get_events("a-2")), DecodeError);
    CHECK(accounts.get_as_of("a-1", Version{1})->balance() == 5);
}

TEST_CASE("repository: a hole in the history is corrupt data, a missing beginning is gone for good") {
    /// Leaves out one event.
    class Cursor {
    public:
        using value_type = SourcedEvent<bank::Event>;
        Cursor(std::vector<value_type> events, Version gone) : events_{std::move(events)}, gone_{gone} {}
        [[nodiscard]] value_type const* next() {
            while (at_ < events_.size() && events_[at_].version == gone_) {
                ++at_;
            }
            return at_ < events_.size() ? &events_[at_++] : nullptr;
        }

    private:
        std::vector<value_type> events_;
        Version gone_;
        std::size_t at_ = 0;
    };
    /// The same of each stream.
    struct Holed : Typed {
        Version gone{};
        auto get_events(StreamName const& stream, Version after = {}) const {
            std::vector<SourcedEvent<bank::Event>> events;
            for (auto const& event : Typed::get_events(stream, after)) {
                events.push_back(event);
            }
            return EventRange{Cursor{std::move(events), gone}};
        }
    };
    Holed store;
    auto accounts = repository_for<Account>(store);
    Account account = account_with("a-1", {1, 2});
    accounts.save(account);
    store.gone = Version{2};
    CHECK_THROWS_AS(accounts.get_by_id("a-1"), CorruptData);
    CHECK_THROWS_AS(accounts.get_as_of("a-1", Version{3}), CorruptData);
    store.gone = Version{1};
    CHECK_THROWS_AS(accounts.get_by_id("a-1"), StreamTruncated);
    CHECK_THROWS_AS(accounts.get_as_of("a-1", Version{3}), StreamTruncated);
    CHECK_THROWS_AS(accounts.get_as_of("a-1", Version{1}), StreamTruncated);
}

TEST_CASE("repository: clock and ids and metadata come from its options") {
    using std::chrono::seconds;
    Typed store;
    testing::FixedClock clock{Timestamp{seconds{100}}};
    testing::SequentialIds ids;
    auto accounts = repository_for<Account>(store, {}, {{}, {{"", "", "ada", {}}, &clock, &ids}});

    accounts.transact("a-1", [](Account& a) { a.deposit(1); });
    Account loaded = *accounts.get_by_id("a-1");
    CHECK(loaded.context().metadata.user == "ada");
    loaded.deposit(2);
    accounts.save(loaded);
    Account past = *accounts.get_as_of("a-1", Version{1});
    CHECK(past.context().ids == &ids);
    accounts.transact("a-1", Metadata{"request-1", "", "bob", {}}, [](Account& a) { a.deposit(3); });

    std::vector<std::string> users;
    std::uint32_t number = 0;
    for (auto const& event : accounts.get_events("a-1")) {
        CHECK(event.event_id == testing::SequentialIds::id(++number));
        CHECK(event.timestamp == Timestamp{seconds{100}});
        users.push_back(event.metadata.user + event.metadata.correlation_id);
    }
    CHECK(users == std::vector<std::string>{"ada", "ada", "bobrequest-1"});
}

namespace {

struct Ticked {};
struct Tally {
    int ticks = 0;
};
void evolve(Tally& tally, Ticked const&) { ++tally.ticks; }
struct Tick {};
Ticked decide(Tally const& tally, Tick const&) {
    if (tally.ticks == 3) {
        throw std::domain_error{"enough"};
    }
    return {};
}
using TallyAggregate = Decider<int, Tally, std::variant<Ticked>>;

} // namespace

TEST_CASE("repository: deciders are loaded and saved like every aggregate") {
    InMemoryEventStore<std::variant<Ticked>> store;
    auto tallies = repository_for<TallyAggregate>(store, EveryNEvents{2});
    for (int i = 0; i < 3; ++i) {
        tallies.transact(7, [](TallyAggregate& tally) { tally.handle(Tick{}); });
    }
    CHECK_THROWS_AS(tallies.transact(7, [](TallyAggregate& tally) { tally.handle(Tick{}); }), std::domain_error);
    CHECK(tallies.get_by_id(7)->state().ticks == 3);
    CHECK(tallies.get_by_id(7)->snapshot_mark().version == Version{2});
    CHECK(tallies.get_as_of(7, Version{2})->state().ticks == 2);
    CHECK(store.stream_version({"Tally", "7"}) == Version{3});
}

namespace {

/// Another aggregate over the same events: of another type, so with streams of its own.
class Piggybank final : public Aggregate<std::string, bank::Event> {
public:
    using Aggregate::Aggregate;
    void put(std::int64_t amount) { raise_event(bank::Deposited{amount}); }
    std::int64_t sum = 0;

private:
    void apply_event(bank::Opened const&) override {}
    void apply_event(bank::Deposited const& event) override { sum += event.amount; }
    void apply_event(bank::Withdrawn const&) override {}
};

} // namespace

TEMPLATE_TEST_CASE("repository: aggregates of two types share a store and their ids do not meet", "", Typed, Encoded) {
    TestType store;
    auto accounts = repository_for<Account>(store);
    auto piggybanks = repository_for<Piggybank>(store);
    accounts.transact("1", [](Account& account) { account.deposit(5); });
    piggybanks.transact("1", [](Piggybank& piggybank) { piggybank.put(7); });
    CHECK(accounts.get_by_id("1")->balance() == 5);
    CHECK(piggybanks.get_by_id("1")->sum == 7);
    CHECK(accounts.stream_of("1") == StreamName{"Account", "1"});
    CHECK(piggybanks.stream_of("1") == StreamName{"Piggybank", "1"});
    CHECK(store.head() == Position{2});
}
