// SPDX-License-Identifier: MIT

#include <annals/projection_runner.hpp>
#include <annals/subscription.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/integration/subscriptions/support/following.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

// From what is there to what comes: no gap and no repetition, whatever is appended meanwhile.

using namespace following;
using namespace std::chrono_literals;
using annals::FeedStart;
using annals::Position;
using annals::Subscription;

namespace {

template <class Store>
[[nodiscard]] bool grows(Store const& store) {
    Position const head = store.head();
    return comes_true([&] { return store.head() > head; });
}

/// Goes on, after each stop, from where the subscription stood.
struct Honest {
    template <class Store, class Pause>
    static void follow(Store& store, Seen const& seen, Pause const& stop_writers) {
        Position position;
        for (int round = 0; round < 8; ++round) {
            Subscription subscription{store, seen, {.start = FeedStart::after(position), .batch = 5, .poll = 5ms}};
            CHECK(grows(store));
            subscription.stop();
            position = subscription.position();
            CHECK(grows(store));
        }
        Subscription last{store, seen, {.start = FeedStart::after(position), .batch = 5, .poll = 5ms}};
        CHECK(grows(store));
        stop_writers();
        CHECK(last.when_caught_up(30s));
    }
};

/// Broken: reads what there is, and is then told of what comes.
struct Naive {
    template <class Store, class Pause>
    static void follow(Store& store, Seen const& seen, Pause const& stop_writers) {
        for (auto const& event : store.read_all()) {
            seen(event);
        }
        CHECK(grows(store)); // as it may between any two lines
        Subscription news{store, seen, {.start = FeedStart::end(), .poll = 5ms}};
        CHECK(grows(store));
        stop_writers();
        CHECK(news.when_caught_up(30s));
    }
};

/// Broken: notes its place before the event is handed over, and stops at any time.
struct Forgetful {
    template <class Store, class Pause>
    static void follow(Store& store, Seen const& seen, Pause const& stop_writers) {
        CHECK(grows(store));
        stop_writers();
        Position position;
        {
            annals::EventFeed<Store> feed{store};
            CHECK(feed.next(30s) != nullptr);
            position = feed.position();
        }
        annals::EventFeed<Store> feed{store, {.start = FeedStart::after(position)}};
        while (auto const* const event = feed.next(0ms)) {
            seen(*event);
        }
    }
};

/// A store to which others append between any two steps of who reads it, for a while.
template <class Store>
class Restless : public Store {
public:
    template <class Place>
    explicit Restless(Place const& place) : Store{place.store()}, others_{place.store()} {}

    [[nodiscard]] Position head() const {
        append_one();
        Position const head = Store::head();
        append_one();
        return head;
    }
    template <class... Arguments>
    [[nodiscard]] auto read_all(Arguments const&... arguments) const {
        append_one();
        return Store::read_all(arguments...);
    }

private:
    void append_one() const {
        if (left_ > 0) {
            --left_;
            append(others_, {"Account", "a" + std::to_string(left_ % 3)});
        }
    }

    mutable int left_ = 60;
    mutable Store others_;
};

struct Outcome {
    std::size_t lost = 0;
    std::size_t repeated = 0;
    bool is_in_order = true;
};

template <class Follower, class Place>
[[nodiscard]] Outcome follow_writers() {
    Place const place;
    auto store = place.store();
    bank::deposit(store, 50);
    Seen const seen;
    Writers<Place> writers{place, 3};
    Follower::follow(store, seen, [&] { writers.stop(); });
    Ids const log = ids_of(store);
    Ids const ids = seen.ids();
    std::set<annals::EventId> const distinct(ids.begin(), ids.end());
    Outcome outcome{log.size() - distinct.size(), ids.size() - distinct.size(), true};
    auto place_in_log = log.begin();
    for (annals::EventId const& id : ids) {
        place_in_log = std::find(place_in_log, log.end(), id);
        outcome.is_in_order = outcome.is_in_order && place_in_log != log.end();
    }
    return outcome;
}

template <class Place>
void check_honest() {
    Outcome const outcome = follow_writers<Honest, Place>();
    CHECK(outcome.lost == 0);
    CHECK(outcome.repeated == 0);
    CHECK(outcome.is_in_order);
}

template <class Place>
void check_restless_store(std::size_t batch) {
    using Store = decltype(std::declval<Place const&>().store());
    Place const place;
    bank::Totals const totals{place.tables()};
    Restless<Store> store{place};
    annals::EventFeed<Restless<Store>> feed{store, {.batch = batch}};
    Ids ids;
    while (auto const* const event = feed.next(0ms)) {
        ids.push_back(event->event_id);
    }
    CHECK(ids.size() == 60);
    CHECK(ids == ids_of(store));

    Restless<Store> other{place};
    auto quiet = place.store();
    while (quiet.head() < Position{120}) {
        annals::ProjectionRunner{other, totals, {.batch = batch}}.catch_up();
    }
    annals::ProjectionRunner{other, totals, {.batch = batch}}.catch_up();
    CHECK(projections::lines(place, quiet) == bank::fold(quiet));
}

} // namespace

TEST_CASE("What is appended between any two steps of a reader reaches it") {
    check_restless_store<projections::SqlitePlace>(GENERATE(as<std::size_t>{}, 1, 2, 500));
}
TEST_CASE("postgres: what is appended between any two steps of a reader reaches it") {
    check_restless_store<projections::PostgresPlace>(GENERATE(as<std::size_t>{}, 1, 2, 500));
}

TEST_CASE("A subscription goes from the past to the present without a gap", "[concurrency]") {
    check_honest<projections::SqlitePlace>();
}
TEST_CASE("postgres: a subscription goes from the past to the present without a gap") {
    check_honest<projections::PostgresPlace>();
}

TEST_CASE("The test of subscriptions notices a gap between past and present", "[concurrency]") {
    CHECK(follow_writers<Naive, projections::SqlitePlace>().lost > 0);
    CHECK(follow_writers<Forgetful, projections::SqlitePlace>().lost > 0);
}
TEST_CASE("postgres: the test of subscriptions notices a gap between past and present") {
    CHECK(follow_writers<Naive, projections::PostgresPlace>().lost > 0);
    CHECK(follow_writers<Forgetful, projections::PostgresPlace>().lost > 0);
}
