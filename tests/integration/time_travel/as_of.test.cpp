// SPDX-License-Identifier: MIT

#include <annals/as_of.hpp>
#include <annals/testing/fakes.hpp>
#include <tests/catch.hpp>
#include <tests/integration/time_travel/support/basket.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

// What was so, at every version, time and position there was.

using namespace baskets;
using annals::Position;
using annals::Timestamp;
using annals::Version;

namespace {

/// All that was ever done, in the order of the log.
using History = std::vector<annals::SourcedEvent<BasketEvent>>;

template <class Store>
void live(Store& store, unsigned seed) {
    std::mt19937 dice{seed};
    annals::testing::FixedClock clock{Timestamp{std::chrono::seconds{1'000}}};
    auto basket_of = annals::repository_for<Basket>(
        store,
        annals::NeverSnapshot{},
        annals::RepositoryOptions{.retry = {}, .context = {.metadata = {}, .clock = &clock}}
    );
    for (int i = 0; i < 40; ++i) {
        // Clocks stand still and go back; some events share a commit.
        clock.advance(std::chrono::seconds{static_cast<int>(dice() % 4) - 1});
        basket_of.transact("b" + std::to_string(dice() % 3), [&](Basket& basket) {
            for (auto n = dice() % 3 + 1; n > 0; --n) {
                basket.do_as(any_event(dice));
            }
        });
    }
}

template <class Store>
[[nodiscard]] History history_of(Store const& store) {
    History all;
    for (auto const& event : annals::decode_events(store.get_all_events(), annals::JsonCodec<BasketEvent>{})) {
        all.push_back(event);
    }
    return all;
}

/// By hand: the state after those events of a basket that come before the first that lies beyond.
template <class IsBeyond>
[[nodiscard]] BasketState folded(History const& history, std::string const& id, IsBeyond&& is_beyond) {
    BasketState state;
    for (auto const& event : history) {
        if (event.aggregate_id() == id) {
            if (is_beyond(event)) {
                break;
            }
            fold_into(state, event.payload);
        }
    }
    return state;
}

template <class Range>
[[nodiscard]] BasketState folded(Range&& events) {
    BasketState state;
    for (auto const& event : events) {
        fold_into(state, event.payload);
    }
    return state;
}

struct Notes {
    using events = Basket;
    static constexpr bool takes_subset = true;
    void handle(NoteWritten const& written) { all.push_back(written.note); }
    std::vector<std::string> all;
};

template <class Place>
void check_every_past() {
    unsigned const seed = GENERATE(1U, 2U, 3U);
    CAPTURE(seed);
    Place const place;
    auto store = place.store();
    live(store, seed);
    History const history = history_of(store);
    auto baskets = annals::repository_for<Basket>(store);
    auto const state_of = [&](auto const& aggregate) { return aggregate ? aggregate->state() : BasketState{}; };

    for (auto const& moment : history) {
        std::string const& id = moment.aggregate_id();
        auto const by_version = folded(history, id, [&](auto const& e) { return e.version > moment.version; });
        CHECK(state_of(baskets.get_as_of(id, moment.version)) == by_version);
        CHECK(folded(annals::until(baskets.get_events(id), moment.version)) == by_version);

        for (auto const shift : {-1, 0, 1}) {
            Timestamp const time = moment.timestamp + std::chrono::seconds{shift};
            auto const by_time = folded(history, id, [&](auto const& e) { return e.timestamp > time; });
            CHECK(state_of(baskets.get_as_of(id, time)) == by_time);
            CHECK(folded(annals::until(baskets.get_events(id), time)) == by_time);
        }

        Notes notes;
        std::vector<std::string> expected;
        Position last{};
        for (auto const& event : history) {
            if (auto const* note = std::get_if<NoteWritten>(&event.payload);
                note && event.position <= moment.position) {
                expected.push_back(note->note);
                last = event.position;
            }
        }
        CHECK(annals::project_as_of(store, notes, moment.position) == last);
        CHECK(notes.all == expected);
    }
}

} // namespace

TEST_CASE("in memory, baskets are as they were at every version, time and position") {
    check_every_past<MemoryPlace>();
}
TEST_CASE("in SQLite, baskets are as they were at every version, time and position") {
    check_every_past<SqlitePlace>();
}
TEST_CASE("postgres: baskets are as they were at every version, time and position") {
    check_every_past<PostgresPlace>();
}

TEST_CASE("a range that was cut off stays at its end") {
    annals::InMemoryEventStore<annals::EncodedPayload> store;
    live(store, 7);
    auto range = annals::until(store.get_all_events(), Position{3});
    auto at = range.begin();
    std::size_t count = 0;
    for (; at != range.end(); ++at) {
        ++count;
    }
    CHECK(count == 3);
    auto empty = annals::until(store.get_all_events(), Position{});
    CHECK(empty.begin() == empty.end());
    auto all = annals::until(store.get_all_events(), store.head());
    count = 0;
    for (auto const& event : all) {
        count += event.version > Version{} ? 1U : 0U;
    }
    CHECK(static_cast<std::int64_t>(count) == store.head().first());
}
