// SPDX-License-Identifier: MIT

#include <annals/event_feed.hpp>
#include <annals/subscription.hpp>
#include <tests/catch.hpp>
#include <tests/integration/subscriptions/support/following.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// Which events a feed and a subscription hand over: from where on, of what, to the last one.

using namespace following;
using namespace std::chrono_literals;
using annals::EventFeed;
using annals::EventFilter;
using annals::FeedStart;
using annals::StreamName;
using annals::Subscription;

namespace {

/// Some of what a log holds: two aggregates, two streams of the one, two types of events.
template <class Store>
void append_mixture(Store& store, int rounds) {
    for (int i = 0; i < rounds; ++i) {
        append(store, {"Account", "a0"}, i % 3 == 0 ? "Closed" : "Deposited");
        append(store, {"Shop", "a0"}, "Deposited");
        append(store, {"Account", "a1"}, "Closed");
    }
}

struct Choice {
    std::string what;
    EventFilter filter;
    std::optional<StreamName> stream;
};

std::vector<Choice> choices() {
    return {
        {"all", {}, {}},
        {"a stream", {}, StreamName{"Account", "a0"}},
        {"a stream that is made later", {}, StreamName{"Account", "new"}},
        {"a type of a stream", EventFilter::types({"Closed"}), StreamName{"Account", "a0"}},
        {"a category", EventFilter::category("Account"), {}},
        {"types", EventFilter::types({"Closed", "Other"}), {}},
        {"types of categories", EventFilter::category_without("Account", {"Closed"}) | EventFilter::category("Shop"), {}
        },
        {"what there is not", EventFilter::category("Nothing"), {}}
    };
}

template <class Store>
[[nodiscard]] Ids all_there(EventFeed<Store>& feed) {
    Ids ids;
    while (auto const* const event = feed.next(0ms)) {
        ids.push_back(event->event_id);
    }
    return ids;
}

/// A feed and a subscription that were told the same.
template <class Store>
struct Pair {
    Pair(Store& store, FeedStart start, Choice chosen, std::size_t batch_size)
        : choice{std::move(chosen)}, batch{batch_size}, from{start.position().value_or(store.head())},
          feed{store, options(start)}, subscription{store, seen, options(start)}, pulled{all_there(feed)} {}

    [[nodiscard]] annals::FeedOptions options(FeedStart start) const {
        return {start, choice.filter, choice.stream, batch, 5ms, {}};
    }
    [[nodiscard]] Ids wanted_of(Store const& store) const {
        return ids_of(store, [this](auto const& event) {
            return event.position > from && (!choice.stream || event.stream == *choice.stream) &&
                   choice.filter.admits(event.aggregate_type(), event.payload.type);
        });
    }

    Choice choice;
    std::size_t batch;
    annals::Position from;
    Seen seen;
    EventFeed<Store> feed;
    Subscription<Store> subscription;
    Ids pulled;
};

template <class Place>
void check_choices(std::size_t batch) {
    Place const place;
    auto store = place.store();
    using Store = decltype(store);
    append_mixture(store, 10);
    std::vector<std::unique_ptr<Pair<Store>>> pairs;
    for (FeedStart const start : {FeedStart::beginning(), FeedStart::after(annals::Position{13}), FeedStart::end()}) {
        for (Choice const& choice : choices()) {
            pairs.push_back(std::make_unique<Pair<Store>>(store, start, choice, batch));
            CHECK(pairs.back()->feed.is_caught_up());
        }
    }
    append_mixture(store, 4);
    append(store, {"Account", "new"}, "Closed");
    std::vector<Ids> expected;
    for (auto const& pair : pairs) {
        CAPTURE(pair->choice.what, batch, pair->from.first());
        expected.push_back(pair->wanted_of(store));
        Ids const more = all_there(pair->feed);
        pair->pulled.insert(pair->pulled.end(), more.begin(), more.end());
        CHECK(pair->pulled == expected.back());
        CHECK(comes_true([&] { return pair->seen.size() >= expected.back().size(); }));
    }
    REQUIRE(pairs.front()->subscription.when_caught_up(30s)); // time enough for something to come twice
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        CAPTURE(pairs[i]->choice.what, batch, pairs[i]->from.first());
        pairs[i]->subscription.stop();
        CHECK(pairs[i]->seen.ids() == expected[i]);
    }

    // Others go on from where they stand.
    append_mixture(store, 2);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        Pair<Store> const& pair = *pairs[i];
        CAPTURE(pair.choice.what, batch, pair.from.first());
        Ids const all = pair.wanted_of(store);
        Ids const news(all.begin() + static_cast<std::ptrdiff_t>(expected[i].size()), all.end());
        for (annals::Position const position : {pair.feed.position(), pair.subscription.position()}) {
            EventFeed<Store> next{store, pair.options(FeedStart::after(position))};
            CHECK(all_there(next) == news);
        }
    }
}

/// Has handlers of its own, as a projection has.
struct Deposits {
    using events = bank::Account;
    static constexpr bool takes_subset = true;
    std::shared_ptr<std::vector<std::int64_t>> amounts;
    void handle(bank::Deposited const& event) const { amounts->push_back(event.amount); }
};

template <class Place>
void check_typed() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 4, 1);
    append(store, {"Account", "a0"}, "Closed");
    append(store, {"Shop", "a0"}, "Deposited");
    auto const amounts = std::make_shared<std::vector<std::int64_t>>();
    Subscription subscription{store, Deposits{amounts}, {.poll = 5ms}};
    bank::deposit(store, 2, 1);
    REQUIRE(subscription.when_caught_up(30s));
    subscription.stop();
    CHECK(*amounts == std::vector<std::int64_t>{1, 2, 3, 4, 1, 2});
}

template <class Place>
void check_refusals() {
    Place const place;
    auto store = place.store();
    using Store = decltype(store);
    CHECK_THROWS_AS((EventFeed<Store>{store, {.batch = 0}}), annals::UsageError);
    CHECK_THROWS_AS((EventFeed<Store>{store, {.poll = 0ms}}), annals::UsageError);
    CHECK_THROWS_AS((Subscription{store, Seen{}, {.poll = -1ms}}), annals::UsageError);
}

} // namespace

TEST_CASE("Feeds and subscriptions hand over what was asked for", "[concurrency]") {
    check_choices<projections::SqlitePlace>(GENERATE(as<std::size_t>{}, 1, 4, 500));
}
TEST_CASE("postgres: feeds and subscriptions hand over what was asked for") {
    check_choices<projections::PostgresPlace>(GENERATE(as<std::size_t>{}, 1, 4, 500));
}

TEST_CASE("A subscription with typed handlers is given what they take", "[concurrency]") {
    check_typed<projections::SqlitePlace>();
}
TEST_CASE("postgres: a subscription with typed handlers is given what they take") {
    check_typed<projections::PostgresPlace>();
}

TEST_CASE("Feeds and subscriptions refuse options that make no sense") { check_refusals<projections::SqlitePlace>(); }
TEST_CASE("postgres: feeds and subscriptions refuse options that make no sense") {
    check_refusals<projections::PostgresPlace>();
}
