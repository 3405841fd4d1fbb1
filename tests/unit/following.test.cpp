// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/memory/message_bus.hpp>
#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/relay.hpp>
#include <annals/repository.hpp>
#include <annals/subscription.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Feeds, subscriptions, running projections and relays over the store in memory.

using namespace annals;
using namespace std::chrono_literals;
using bank::Account;

namespace {

using Store = InMemoryEventStore<bank::Event>;

void deposit(Store& store, std::string const& id, int times) {
    auto accounts = repository_for<Account>(store);
    for (; times > 0; --times) {
        accounts.transact(id, [](Account& account) { account.deposit(1); });
    }
}

std::vector<Position> read_all_there(EventFeed<Store>& feed) {
    std::vector<Position> positions;
    while (auto const* const event = feed.next(0ms)) {
        positions.push_back(event->position);
    }
    return positions;
}

std::vector<Position> positions(std::int64_t first, std::int64_t last) {
    std::vector<Position> all;
    for (; first <= last; ++first) {
        all.emplace_back(first);
    }
    return all;
}

/// Notes what it was given.
struct Journal {
    static constexpr std::string_view name = "journal";
    static constexpr bool takes_subset = true;
    using events = Account;
    std::vector<Position>* positions;

    void handle(bank::Deposited const&, EventFacts const& at) const { positions->push_back(at.position); }
};

} // namespace

TEST_CASE("feed: hands out what is there and what comes, from where it is told to begin") {
    Store store;
    deposit(store, "a", 5);
    EventFeed<Store> all{store, {.batch = 2}};
    EventFeed<Store> rest{store, {.start = FeedStart::after(Position{3}), .batch = 2}};
    EventFeed<Store> news{store, {.start = FeedStart::end()}};
    EventFeed<Store> one{store, {.stream = StreamName{"Account", "b"}, .batch = 1}};
    CHECK(read_all_there(all) == positions(1, 5));
    CHECK(all.is_caught_up());
    CHECK(read_all_there(rest) == positions(4, 5));
    CHECK(read_all_there(news).empty());
    CHECK(read_all_there(one).empty());

    deposit(store, "b", 2);
    deposit(store, "a", 1);
    CHECK(read_all_there(all) == positions(6, 8));
    CHECK(read_all_there(rest) == positions(6, 8));
    CHECK(read_all_there(news) == positions(6, 8));
    CHECK(read_all_there(one) == positions(6, 7));
    CHECK(all.position() == Position{8});
}

TEST_CASE("feed: what the filter leaves out is passed over for good") {
    Store store;
    deposit(store, "a", 4);
    EventFeed<Store> feed{store, {.filter = EventFilter::category("Other")}};
    CHECK(read_all_there(feed).empty());
    CHECK(feed.position() == Position{4});
}

TEST_CASE("subscription: each event once and in order while others append", "[concurrency]") {
    Store store;
    deposit(store, "a", 10);
    std::mutex mutex;
    std::vector<Position> seen;
    Subscription subscription{store, [&](auto const& event) {
                                  std::lock_guard const lock{mutex};
                                  seen.push_back(event.position);
                              }};
    deposit(store, "a", 200);
    REQUIRE(subscription.when_caught_up(30s));
    subscription.stop();
    CHECK(seen == positions(1, 210));
    CHECK(subscription.position() == Position{210});
    CHECK(subscription.wait(0ms));
    CHECK_FALSE(subscription.when_caught_up(0ms));
}

TEST_CASE("subscription: what its function throws ends it and is thrown by wait", "[concurrency]") {
    Store store;
    deposit(store, "a", 3);
    std::atomic<int> calls{0};
    Subscription subscription{store, [&calls](auto const&) {
                                  if (++calls == 2) {
                                      throw std::runtime_error{"no more"};
                                  }
                              }};
    CHECK_THROWS_WITH(subscription.wait(30s), "no more");
    CHECK(calls == 2);
}

TEST_CASE("runner: of two, one works until it stops, and then the other", "[concurrency]") {
    Store store;
    ProjectionControl control{store};
    std::vector<Position> first_seen;
    std::vector<Position> second_seen;
    ProjectionRunner first{store, Journal{&first_seen}, {.poll = 5ms}};
    ProjectionRunner second{store, Journal{&second_seen}, {.poll = 5ms}};
    deposit(store, "a", 1);
    first.start();
    control.wait_for(store.head(), "journal", 30s);
    second.start();
    deposit(store, "a", 100);
    control.wait_for(store.head(), "journal", 30s);
    first.stop();
    deposit(store, "a", 100);
    control.wait_for(store.head(), "journal", 30s);
    second.stop();
    CHECK(first.wait(0ms));
    CHECK(second.wait(0ms));
    CHECK(first_seen == positions(1, 101));
    CHECK(second_seen == positions(102, 201));
    CHECK(second.progress().state == RunnerState::stopped);
}

TEST_CASE("relay: publishes all events in order, and goes on where it stood") {
    Store store;
    deposit(store, "a", 3);
    InProcessBus bus;
    std::vector<EventId> published;
    bool is_down = false;
    bus.subscribe([&](Message const& message) {
        if (is_down) {
            throw std::runtime_error{"down"};
        }
        published.push_back(message.id);
    });
    auto const format = [](SourcedEvent<bank::Event> const& event) {
        return Message{event.event_id, message_key(event.stream), "accounts", {}, "x"};
    };
    Relay{store, bus, "to-bus", format}.catch_up();
    CHECK(published.size() == 3);

    deposit(store, "a", 2);
    is_down = true;
    CHECK_THROWS_AS((Relay{store, bus, "to-bus", format, {}, {.first_wait = 1ms}}.catch_up(50ms)), DeadlineExceeded);
    CHECK(published.size() == 3);
    is_down = false;
    Relay{store, bus, "to-bus", format}.catch_up();
    std::vector<EventId> stored;
    for (auto const& event : store.get_all_events()) {
        stored.push_back(event.event_id);
    }
    CHECK(published == stored);
    CHECK(ProjectionControl{store}.status("to-bus").at(0).position == store.head());
}

TEST_CASE("relay: an event that no message can be made of stops it there, and holds nothing back before it") {
    Store store;
    deposit(store, "a", 5);
    InProcessBus bus;
    std::vector<EventId> published;
    bus.subscribe([&](Message const& message) { published.push_back(message.id); });
    bool is_mended = false;
    auto const format = [&](SourcedEvent<bank::Event> const& event) {
        if (event.version == Version{4} && !is_mended) {
            throw std::runtime_error{"no words"};
        }
        return Message{event.event_id, message_key(event.stream), "accounts", {}, "x"};
    };
    CHECK_THROWS_AS((Relay{store, bus, "to-bus", format, {}, {.first_wait = 1ms}}.catch_up()), ProjectionFailed);
    CHECK(published.size() == 3);
    auto const failure = ProjectionControl{store}.status("to-bus").at(0).failure;
    REQUIRE(failure);
    CHECK(failure->position == Position{4});

    is_mended = true;
    Relay{store, bus, "to-bus", format}.catch_up();
    std::vector<EventId> stored;
    for (auto const& event : store.get_all_events()) {
        stored.push_back(event.event_id);
    }
    CHECK(published == stored);
}

TEST_CASE("relay: what was put aside is published when it is replayed, and forgotten when the bus has confirmed") {
    Store store;
    deposit(store, "a", 3);
    InProcessBus bus;
    std::vector<Position> published;
    bool is_down = false;
    bus.subscribe([&](Message const& message) {
        if (is_down) {
            throw std::runtime_error{"down"};
        }
        published.emplace_back(std::stoll(message.body));
    });
    bool is_mended = false;
    auto const format = [&](SourcedEvent<bank::Event> const& event) {
        if (event.version == Version{2} && !is_mended) {
            throw std::runtime_error{"no words"};
        }
        std::string body = std::to_string(event.position.first());
        return Message{event.event_id, message_key(event.stream), "accounts", {}, std::move(body)};
    };
    Relay relay{store, bus, "to-bus", format, {}, {.on_poison = PoisonPolicy::put_aside, .first_wait = 1ms}};
    relay.catch_up();
    CHECK(published == std::vector{Position{1}, Position{3}});

    ProjectionControl const control{store};
    CHECK_THROWS_WITH(relay.replay_dead_letters(), "no words");
    is_mended = true;
    is_down = true;
    CHECK_THROWS(relay.replay_dead_letters());
    CHECK(control.dead_letters("to-bus").size() == 1);
    is_down = false;
    CHECK(relay.replay_dead_letters() == 1);
    CHECK(published == std::vector{Position{1}, Position{3}, Position{2}});
    CHECK(control.dead_letters("to-bus").empty());
    CHECK(relay.replay_dead_letters() == 0);
}

TEST_CASE(
    "feed: it looks at the log when the hint tells it to or its polling interval is over, and no oftener",
    "[concurrency]"
) {
    struct Observed : Store {
        mutable int looks = 0;
        [[nodiscard]] Position head() const {
            ++looks;
            return Store::head();
        }
    } store;
    std::atomic<int> waits = 0;
    auto const hint = [&waits](std::chrono::milliseconds) { return ++waits % 10 == 0; };
    EventFeed<Observed> feed{store, {.poll = 1h, .hint = hint}};
    std::thread stopper{[&] {
        while (waits < 100) {
            std::this_thread::yield();
        }
        feed.interrupt();
    }};
    CHECK(feed.next(1h) == nullptr);
    stopper.join();
    CHECK(store.looks <= waits / 10 + 2);
}
