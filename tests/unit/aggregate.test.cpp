// SPDX-License-Identifier: MIT

#include <annals/aggregate.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>

#include <chrono>
#include <concepts>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

using annals::Aggregate;
using annals::CorruptData;
using annals::SourcedEvent;
using annals::UsageError;
using annals::Version;
using bank::Account;

namespace {

template <class A, class E>
concept CanCallHandler = requires(A& aggregate, E const& event) { aggregate.apply_event(event); };
template <class A, class E>
concept CanRaise = requires(A& aggregate, E event) { aggregate.raise_event(event); };

template <class Event>
SourcedEvent<Event> stored(std::string id, std::int64_t version, Event event) {
    return {
        annals::new_event_id(),
        {"Account", std::move(id)},
        Version{version},
        annals::Position{version},
        {},
        {},
        std::move(event)
    };
}

std::vector<SourcedEvent<bank::Event>> history_of(std::string const& id, std::int64_t deposits) {
    std::vector<SourcedEvent<bank::Event>> history;
    history.push_back(stored<bank::Event>(id, 1, bank::Opened{"Ada"}));
    for (std::int64_t i = 1; i <= deposits; ++i) {
        history.push_back(stored<bank::Event>(id, i + 1, bank::Deposited{i}));
    }
    return history;
}

/// Has state before its handler throws, as careless handlers have.
struct Good {};
struct Bad {};
class Fragile final : public Aggregate<int, std::variant<Good, Bad>> {
public:
    using Aggregate::Aggregate;
    template <class E>
    void raise(E event) {
        raise_event(event);
    }
    int applied = 0;

private:
    void apply_event(Good const&) override { ++applied; }
    void apply_event(Bad const&) override { throw std::runtime_error{"bad"}; }
};

} // namespace

TEST_CASE("aggregate: handlers and raise_event are not for everyone") {
    STATIC_REQUIRE_FALSE(CanCallHandler<Account, bank::Deposited>);
    STATIC_REQUIRE_FALSE(CanRaise<Account, bank::Deposited>);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, Account>);
    STATIC_REQUIRE(std::same_as<Account::id_type, std::string>);
    STATIC_REQUIRE(std::same_as<Account::event_type, bank::Event>);
}

TEST_CASE("aggregate: a new one has an id and nothing else") {
    Account const account{"a-1"};
    CHECK(account.id() == "a-1");
    CHECK(account.version() == Version{});
    CHECK(account.uncommitted_events().empty());
    CHECK(account.snapshot_mark().version == Version{});
    CHECK(account.context().metadata == annals::Metadata{});
}

TEST_CASE("aggregate: a raised event is applied and kept, and the version stays") {
    Account account{"a-1"};
    account.open("Ada");
    account.deposit(7);
    CHECK(account.state() == bank::State{"Ada", 7, {0, 7}});
    CHECK(account.version() == Version{});
    REQUIRE(account.uncommitted_events().size() == 2);
    CHECK(account.uncommitted_events()[0].payload == bank::Event{bank::Opened{"Ada"}});
    CHECK(account.uncommitted_events()[1].payload == bank::Event{bank::Deposited{7}});
    STATIC_REQUIRE(std::
                       same_as<decltype(account.uncommitted_events()), std::span<annals::NewEvent<bank::Event> const>>);
}

TEST_CASE("aggregate: raised events are stamped from the context once") {
    using namespace std::chrono;
    annals::testing::FixedClock clock{annals::Timestamp{seconds{100}}};
    annals::testing::SequentialIds ids;
    Account account{"a-1"};
    account.set_context({{"request-1", "", "ada", {}}, &clock, &ids});

    account.open("Ada");
    clock.advance(seconds{5});
    annals::Metadata const other{"request-2", "", "bob", {{"key", "value"}}};
    account.set_context({other, &clock, &ids});
    account.deposit(1);

    auto const raised = account.uncommitted_events();
    CHECK(raised[0].event_id == annals::testing::SequentialIds::id(1));
    CHECK(raised[0].timestamp == annals::Timestamp{seconds{100}});
    CHECK(raised[0].metadata.user == "ada");
    CHECK(raised[1].event_id == annals::testing::SequentialIds::id(2));
    CHECK(raised[1].timestamp == annals::Timestamp{seconds{105}});
    CHECK(raised[1].metadata == other);
    CHECK(account.context().metadata == other);
}

TEST_CASE("aggregate: committing moves the version past the events and forgets them") {
    Account account{"a-1"};
    account.open("Ada");
    account.deposit(7);
    account.mark_committed();
    CHECK(account.version() == Version{2});
    CHECK(account.uncommitted_events().empty());
    CHECK(account.balance() == 7);

    account.withdraw(3);
    CHECK(account.version() == Version{2});
    account.mark_committed();
    CHECK(account.version() == Version{3});
}

TEST_CASE("aggregate: committing nothing changes nothing") {
    Account fresh{"a-1"};
    fresh.mark_committed();
    CHECK(fresh.version() == Version{});

    Account account{"a-1"};
    account.load_from_history(history_of("a-1", 4));
    account.mark_committed();
    CHECK(account.version() == Version{5});
    account.deposit(1);
    account.mark_committed();
    account.mark_committed();
    CHECK(account.version() == Version{6});
}

TEST_CASE("aggregate: an exception of the domain raises nothing") {
    Account account{"a-1"};
    account.deposit(1);
    CHECK_THROWS_AS(account.withdraw(2), bank::Overdrawn);
    CHECK(account.uncommitted_events().size() == 1);
    CHECK(account.balance() == 1);
}

TEST_CASE("aggregate: a handler that throws leaves its event out") {
    Fragile aggregate{1};
    CHECK_THROWS_AS(aggregate.raise(Bad{}), std::runtime_error);
    CHECK(aggregate.uncommitted_events().empty());
    aggregate.raise(Good{});
    CHECK_THROWS_AS(aggregate.raise(Bad{}), std::runtime_error);
    aggregate.raise(Good{});
    CHECK(aggregate.uncommitted_events().size() == 2);
    CHECK(aggregate.applied == 2);
    aggregate.mark_committed();
    CHECK(aggregate.version() == Version{2});
}

TEST_CASE("aggregate: an id source or clock that throws raises nothing and applies nothing") {
    class Broken final : public annals::EventIdSource {
        annals::EventId next() override { throw std::runtime_error{"no ids"}; }
    };
    Broken ids;
    Account account{"a-1"};
    account.set_context({{}, &annals::system_clock(), &ids});
    CHECK_THROWS_AS(account.deposit(1), std::runtime_error);
    CHECK(account.uncommitted_events().empty());
    CHECK(account.balance() == 0);
}

TEST_CASE("aggregate: history gives state and version") {
    Account account{"a-1"};
    account.load_from_history(history_of("a-1", 3));
    CHECK(account.state() == bank::State{"Ada", 6, {0, 1, 2, 3}});
    CHECK(account.version() == Version{4});
    CHECK(account.uncommitted_events().empty());

    account.load_from_history(std::vector<SourcedEvent<bank::Event>>{});
    account.load_from_history(std::vector{stored<bank::Event>("a-1", 5, bank::Withdrawn{6})});
    CHECK(account.balance() == 0);
    CHECK(account.version() == Version{5});
}

TEST_CASE("aggregate: replaying is what raising was") {
    Account raised{"a-1"};
    raised.open("Ada");
    raised.deposit(5);
    raised.withdraw(2);
    Account replayed{"a-1"};
    std::int64_t version = 0;
    for (auto const& event : raised.uncommitted_events()) {
        replayed.replay(Version{++version}, event.payload);
    }
    CHECK(replayed.state() == raised.state());
    CHECK(replayed.version() == Version{3});
}

TEST_CASE("aggregate: a hole in the history is corrupt data and changes nothing") {
    for (std::int64_t const wrong :
         {std::int64_t{1}, std::int64_t{3}, std::int64_t{5}, (std::numeric_limits<std::int64_t>::max)()}) {
        Account account{"a-1"};
        account.load_from_history(history_of("a-1", 2));
        CHECK_THROWS_AS(account.replay(Version{wrong}, bank::Deposited{100}), CorruptData);
        CHECK(account.version() == Version{3});
        CHECK(account.balance() == 3);
    }
    Account fresh{"a-1"};
    CHECK_THROWS_AS(fresh.replay(Version{}, bank::Opened{}), CorruptData);
    CHECK_THROWS_AS(fresh.replay(Version{2}, bank::Opened{}), CorruptData);
    CHECK(fresh.state() == bank::State{});

    auto history = history_of("a-1", 4);
    history.erase(history.begin() + 2);
    CHECK_THROWS_AS(fresh.load_from_history(history), CorruptData);
    CHECK(fresh.version() == Version{2});
}

TEST_CASE("aggregate: the history of another is refused") {
    Account account{"a-1"};
    CHECK_THROWS_AS(account.load_from_history(history_of("a-2", 1)), UsageError);
    CHECK(account.version() == Version{});
    CHECK(account.state() == bank::State{});
}

TEST_CASE("aggregate: history and uncommitted events do not mix") {
    Account account{"a-1"};
    account.deposit(1);
    CHECK_THROWS_AS(account.replay(Version{1}, bank::Deposited{1}), UsageError);
    CHECK_THROWS_AS(account.load_from_history(history_of("a-1", 1)), UsageError);
    CHECK(account.balance() == 1);
    CHECK(account.uncommitted_events().size() == 1);
    account.mark_committed();
    CHECK_NOTHROW(account.replay(Version{2}, bank::Deposited{1}));
}

TEST_CASE("aggregate: a handler that throws in a replay leaves the version behind") {
    Fragile aggregate{1};
    aggregate.replay(Version{1}, Good{});
    CHECK_THROWS_AS(aggregate.replay(Version{2}, Bad{}), std::runtime_error);
    CHECK(aggregate.version() == Version{1});
}

TEST_CASE("aggregate: the last version is the end") {
    Fragile aggregate{1};
    Version const last{(std::numeric_limits<std::int64_t>::max)()};
    aggregate.set_snapshot_mark({last, {}});
    CHECK(aggregate.version() == last);
    CHECK_THROWS_AS(aggregate.raise(Good{}), annals::InvalidInput);
    CHECK(aggregate.uncommitted_events().empty());
    CHECK(aggregate.applied == 0);
}

TEST_CASE("aggregate: copies go their own ways") {
    Account first{"a-1"};
    first.deposit(1);
    Account second = first;
    second.deposit(2);
    CHECK(first.uncommitted_events().size() == 1);
    CHECK(second.uncommitted_events().size() == 2);
    CHECK(second.uncommitted_events()[0].event_id == first.uncommitted_events()[0].event_id);
    CHECK(first.balance() == 1);
    CHECK(second.balance() == 3);

    first = second;
    CHECK(first.balance() == 3);
    Account const third = std::move(second);
    CHECK(third.balance() == 3);
    CHECK(third.uncommitted_events().size() == 2);
}

TEST_CASE("aggregate: the snapshot mark moves the version forwards only") {
    Account account{"a-1"};
    account.set_snapshot_mark({Version{10}, annals::Timestamp{std::chrono::seconds{1}}});
    CHECK(account.version() == Version{10});
    CHECK(account.snapshot_mark().version == Version{10});
    account.replay(Version{11}, bank::Deposited{1});
    account.set_snapshot_mark({Version{11}, {}});
    CHECK(account.version() == Version{11});
    account.set_snapshot_mark({Version{5}, {}});
    CHECK(account.version() == Version{11});
}

namespace {

struct StrongId {
    std::string value;
};
std::string to_string(StrongId const& id) { return "strong-" + id.value; }

template <class Id>
class Counter final : public Aggregate<Id, std::variant<Good>> {
public:
    using Aggregate<Id, std::variant<Good>>::Aggregate;
    int count = 0;

private:
    void apply_event(Good const&) override { ++count; }
};

template <class Id>
void check_id(Id const& id, std::string const& text) {
    using Event = std::variant<Good>;
    Counter<Id> counter{id};
    counter.load_from_history(std::vector{stored<Event>(text, 1, Good{})});
    CHECK(counter.count == 1);
    CHECK_THROWS_AS(counter.load_from_history(std::vector{stored<Event>(text + "x", 2, Good{})}), UsageError);
    CHECK(counter.count == 1);
}

} // namespace

TEST_CASE("aggregate: ids of every kind") {
    check_id<std::string>("o-1", "o-1");
    check_id<int>(-5, "-5");
    check_id<std::uint64_t>((std::numeric_limits<std::uint64_t>::max)(), "18446744073709551615");
    annals::EventId const uuid = annals::new_event_id();
    check_id(uuid, annals::to_text(uuid));
    check_id(StrongId{"7"}, "strong-7");
}

namespace {

template <int I>
struct Numbered {
    int value = I;
};
using TwentyEvents = std::variant<
    Numbered<0>,
    Numbered<1>,
    Numbered<2>,
    Numbered<3>,
    Numbered<4>,
    Numbered<5>,
    Numbered<6>,
    Numbered<7>,
    Numbered<8>,
    Numbered<9>,
    Numbered<10>,
    Numbered<11>,
    Numbered<12>,
    Numbered<13>,
    Numbered<14>,
    Numbered<15>,
    Numbered<16>,
    Numbered<17>,
    Numbered<18>,
    Numbered<19>>;

class Wide final : public Aggregate<int, TwentyEvents> {
public:
    using Aggregate::Aggregate;
    template <int... I>
    void raise_all(std::integer_sequence<int, I...>) {
        (raise_event(Numbered<I>{}), ...);
    }
    std::vector<int> seen;

private:
    template <int I>
    void see(Numbered<I> const& event) {
        seen.push_back(event.value == I ? I : -1);
    }
    void apply_event(Numbered<0> const& e) override { see(e); }
    void apply_event(Numbered<1> const& e) override { see(e); }
    void apply_event(Numbered<2> const& e) override { see(e); }
    void apply_event(Numbered<3> const& e) override { see(e); }
    void apply_event(Numbered<4> const& e) override { see(e); }
    void apply_event(Numbered<5> const& e) override { see(e); }
    void apply_event(Numbered<6> const& e) override { see(e); }
    void apply_event(Numbered<7> const& e) override { see(e); }
    void apply_event(Numbered<8> const& e) override { see(e); }
    void apply_event(Numbered<9> const& e) override { see(e); }
    void apply_event(Numbered<10> const& e) override { see(e); }
    void apply_event(Numbered<11> const& e) override { see(e); }
    void apply_event(Numbered<12> const& e) override { see(e); }
    void apply_event(Numbered<13> const& e) override { see(e); }
    void apply_event(Numbered<14> const& e) override { see(e); }
    void apply_event(Numbered<15> const& e) override { see(e); }
    void apply_event(Numbered<16> const& e) override { see(e); }
    void apply_event(Numbered<17> const& e) override { see(e); }
    void apply_event(Numbered<18> const& e) override { see(e); }
    void apply_event(Numbered<19> const& e) override { see(e); }
};

} // namespace

TEST_CASE("aggregate: a variant of twenty events") {
    Wide aggregate{1};
    aggregate.raise_all(std::make_integer_sequence<int, 20>{});
    REQUIRE(aggregate.seen.size() == 20);
    for (int i = 0; i < 20; ++i) {
        CHECK(aggregate.seen[static_cast<std::size_t>(i)] == i);
    }
    CHECK(aggregate.uncommitted_events()[19].payload.index() == 19);
}

namespace {

/// Events that convert into each other must still find their own handlers.
struct Wet {};
struct Rain {
    operator Wet() const { return {}; } // NOLINT(google-explicit-constructor)
};
struct HeavyRain : Rain {};
class Weather final : public Aggregate<int, std::variant<Wet, Rain, HeavyRain>> {
public:
    using Aggregate::Aggregate;
    void be_all() {
        raise_event(Rain{});
        Wet const wet;
        raise_event(wet);
        raise_event(HeavyRain{});
    }
    std::string log;

private:
    void apply_event(Wet const&) override { log += 'w'; }
    void apply_event(Rain const&) override { log += 'r'; }
    void apply_event(HeavyRain const&) override { log += 'h'; }
};

} // namespace

TEST_CASE("aggregate: events that convert into each other find their own handlers") {
    Weather weather{1};
    weather.be_all();
    CHECK(weather.log == "rwh");
}
