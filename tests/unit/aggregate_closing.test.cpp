// SPDX-License-Identifier: MIT

#include <annals/aggregate.hpp>
#include <annals/decider.hpp>
#include <annals/detail/typed_streams.hpp>
#include <annals/memory/event_store.hpp>
#include <tests/catch.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

// Histories whose beginning is gone: they may begin with an event that closes the books.

using namespace annals;

namespace {

struct Deposited {
    std::int64_t amount = 0;
};
/// Says that it closes the books.
struct BooksClosed {
    static constexpr bool closes_books = true;
    std::int64_t total = 0;
};
/// Says that it does not.
struct Audited {
    static constexpr bool closes_books = false;
};
using Event = std::variant<Deposited, BooksClosed, Audited>;

class Account final : public Aggregate<std::string, Event> {
public:
    using Aggregate::Aggregate;
    void deposit(std::int64_t amount) { raise_event(Deposited{amount}); }
    [[nodiscard]] std::int64_t total() const { return total_; }

private:
    void apply_event(Deposited const& event) override { total_ += event.amount; }
    void apply_event(BooksClosed const& event) override { total_ = event.total; }
    void apply_event(Audited const&) override {}

    std::int64_t total_ = 0;
};

struct State {
    std::int64_t total = 0;
};
void evolve(State& state, Deposited const& event) { state.total += event.amount; }
void evolve(State& state, BooksClosed const& event) { state.total = event.total; }
void evolve(State&, Audited const&) {}
struct Decided final : Decider<std::string, State, Event> {
    using Decider::Decider;
    [[nodiscard]] std::int64_t total() const { return state().total; }
};

StreamName const stream{"Account", "a-1"};

SourcedEvent<Event> stored(std::int64_t version, Event event) {
    return {new_event_id(), stream, Version{version}, Position{version}, {}, {}, std::move(event)};
}

/// The stream that a history is said to lack the beginning of, and where it begins; nothing else may be thrown.
template <class F>
std::string truncation_of(F&& replay) {
    try {
        replay();
    } catch (StreamTruncated const& error) {
        return to_text(error.stream()) + " from " + to_text(error.first());
    }
    return "";
}

} // namespace

TEMPLATE_TEST_CASE("closed books: a new aggregate begins with them at any version", "", Account, Decided) {
    for (std::int64_t const first : {1, 2, 57}) {
        TestType account{"a-1"};
        account.replay(Version{first}, Event{BooksClosed{100}});
        CHECK(account.version() == Version{first});
        account.replay(Version{first + 1}, Event{Deposited{5}});
        CHECK(account.total() == 105);
        CHECK(account.version() == Version{first + 1});
    }
    TestType split{"a-1"};
    split.replay(Version{57}, std::vector<Event>{BooksClosed{100}, Deposited{1}});
    CHECK(split.total() == 101);
    CHECK(split.version() == Version{57});

    TestType loaded{"a-1"};
    loaded.load_from_history(std::vector{stored(57, BooksClosed{100}), stored(58, Deposited{1})});
    CHECK(loaded.total() == 101);
    CHECK(loaded.version() == Version{58});
    CHECK(loaded.seen_events().last == Version{58});
}

TEMPLATE_TEST_CASE("closed books: no other event is a beginning, and nothing has changed", "", Account, Decided) {
    for (Event const& event : {Event{Deposited{5}}, Event{Audited{}}}) {
        TestType account{"a-1"};
        CHECK_THROWS_AS(account.replay(Version{57}, event), CorruptData);
        CHECK_THROWS_AS(account.replay(Version{57}, std::vector<Event>{event, BooksClosed{1}}), CorruptData);
        CHECK(truncation_of([&] {
                  account.load_from_history(std::vector{stored(57, event)});
              }) == "Account/a-1 from 57");
        CHECK(account.version() == Version{});
        CHECK(account.total() == 0);
    }
    TestType account{"a-1"};
    CHECK_THROWS_AS(account.replay(Version{57}, std::vector<Event>{}), CorruptData);
    CHECK_THROWS_AS(account.replay(Version{}, Event{BooksClosed{}}), CorruptData);
    CHECK_THROWS_AS(account.load_from_history(std::vector{stored(0, BooksClosed{})}), CorruptData);
}

TEMPLATE_TEST_CASE("closed books: a hole in a history is damage, whatever comes after it", "", Account, Decided) {
    TestType account{"a-1"};
    account.replay(Version{1}, Event{Deposited{5}});
    for (std::int64_t const wrong : {1, 3, 57}) {
        CHECK_THROWS_AS(account.replay(Version{wrong}, Event{BooksClosed{100}}), CorruptData);
        CHECK_THROWS_AS(account.load_from_history(std::vector{stored(wrong, BooksClosed{100})}), CorruptData);
    }
    CHECK(account.total() == 5);
    CHECK(account.version() == Version{1});
    account.replay(Version{2}, Event{BooksClosed{100}});
    CHECK(account.total() == 100);
}

TEST_CASE("closed books: not over events that were raised") {
    Account account{"a-1"};
    account.deposit(1);
    CHECK_THROWS_AS(account.replay(Version{57}, Event{BooksClosed{100}}), UsageError);
    CHECK(account.total() == 1);
}

TEMPLATE_TEST_CASE("closed books: the streams of a repository say what is gone", "", Account, Decided) {
    InMemoryEventStore<Event> store;
    detail::TypedStreams<TestType, InMemoryEventStore<Event>, NoCodec> const streams{store, {}};
    TestType account{"a-1"};
    CHECK(truncation_of([&] { streams.replay(account, stored(57, Deposited{5})); }) == "Account/a-1 from 57");
    streams.replay(account, stored(57, BooksClosed{100}));
    CHECK_THROWS_AS(streams.replay(account, stored(59, Deposited{5})), CorruptData);
    streams.replay(account, stored(58, Deposited{5}));
    CHECK(account.total() == 105);
}
