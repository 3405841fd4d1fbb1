// SPDX-License-Identifier: MIT

#include <annals/trace.hpp>
#include <tests/catch.hpp>
#include <tests/integration/time_travel/support/basket.hpp>

#include <cstddef>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

// From an event back to what caused it, and on to what it caused.

using namespace baskets;
using annals::EventId;

namespace {

struct Written {
    EventId id{};
    std::string causation_id;
    std::string correlation_id;
};

/// Appends an event that says so of itself.
template <class Store>
void write(Store& store, std::string const& stream, Written const& event) {
    std::vector<annals::NewEvent<annals::EncodedPayload>> const events{
        {event.id,
         annals::system_clock().now(),
         {event.correlation_id, event.causation_id, {}, {}},
         annals::JsonCodec<BasketEvent>{}.encode(NoteWritten{"x"})}
    };
    store.append({"Basket", stream}, annals::ExpectedVersion::any(), events);
}

template <class Trace>
std::vector<EventId> causes_of(Trace const& trace) {
    std::vector<EventId> ids;
    for (auto const& event : trace.causes) {
        ids.push_back(event.event_id);
    }
    return ids;
}

/// By hand, from what was written: each effect with its cause and depth, in order.
struct Expected {
    std::vector<EventId> causes;
    std::vector<std::pair<EventId, std::size_t>> effects;
};

Expected expected(std::vector<Written> const& all, std::size_t of) {
    std::map<std::string, std::size_t> place;
    for (std::size_t i = 0; i < all.size(); ++i) {
        place[annals::to_text(all[i].id)] = i;
    }
    Expected result;
    for (std::size_t at = of; place.count(all[at].causation_id) > 0;) {
        at = place[all[at].causation_id];
        result.causes.insert(result.causes.begin(), all[at].id);
    }
    for (std::size_t i = of + 1; i < all.size(); ++i) {
        std::size_t depth = 1;
        std::size_t at = i;
        for (; place.count(all[at].causation_id) > 0 && place[all[at].causation_id] != of; ++depth) {
            at = place[all[at].causation_id];
        }
        if (all[at].causation_id == annals::to_text(all[of].id)) {
            result.effects.emplace_back(all[i].id, depth);
        }
    }
    return result;
}

template <class Place>
void check_random_trees() {
    Place const place;
    auto store = place.store();
    std::mt19937 dice{3};
    std::vector<Written> all;
    for (std::size_t i = 0; i < 60; ++i) {
        std::string cause;
        if (i > 0 && dice() % 5 != 0) {
            cause = annals::to_text(all[dice() % i].id);
        } else if (dice() % 2 == 0) {
            cause = dice() % 2 == 0 ? "command 17" : annals::to_text(annals::new_event_id());
        }
        all.push_back({annals::new_event_id(), cause, "request " + std::to_string(dice() % 3)});
        write(store, "b" + std::to_string(dice() % 4), all.back());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto const trace = annals::trace(store, all[i].id);
        Expected const wanted = expected(all, i);
        CHECK(trace.event.event_id == all[i].id);
        CHECK(causes_of(trace) == wanted.causes);
        std::vector<std::pair<EventId, std::size_t>> effects;
        for (auto const& effect : trace.effects) {
            effects.emplace_back(effect.event.event_id, effect.depth);
            CHECK(annals::to_text(effect.cause) == effect.event.metadata.causation_id);
        }
        CHECK(effects == wanted.effects);
    }

    std::vector<EventId> same;
    annals::for_each_correlated(store, "request 1", [&](auto const& event) { same.push_back(event.event_id); });
    std::vector<EventId> wanted;
    for (auto const& event : all) {
        if (event.correlation_id == "request 1") {
            wanted.push_back(event.id);
        }
    }
    CHECK(same == wanted);
    CHECK_THROWS_AS(annals::trace(store, annals::new_event_id()), annals::EventNotFound);
}

} // namespace

TEST_CASE("in memory, causes and effects are found") { check_random_trees<MemoryPlace>(); }
TEST_CASE("in SQLite, causes and effects are found") { check_random_trees<SqlitePlace>(); }
TEST_CASE("postgres: causes and effects are found") { check_random_trees<PostgresPlace>(); }

TEST_CASE("causes that go in a circle end") {
    annals::SqliteEventStore store{":memory:"};
    EventId const a = annals::new_event_id();
    EventId const b = annals::new_event_id();
    EventId const itself = annals::new_event_id();
    write(store, "b", {a, annals::to_text(b), {}});
    write(store, "b", {b, annals::to_text(a), {}});
    write(store, "b", {itself, annals::to_text(itself), {}});

    CHECK(causes_of(annals::trace(store, a)) == std::vector{b});
    CHECK(causes_of(annals::trace(store, b)) == std::vector{a});
    CHECK(annals::trace(store, a).effects.size() == 1);
    CHECK(annals::trace(store, b).effects.empty());
    CHECK(annals::trace(store, itself).causes.empty());
    CHECK(annals::trace(store, itself).effects.empty());
}

TEST_CASE("ids in capitals name the same cause, other texts none") {
    annals::SqliteEventStore store{":memory:"};
    EventId const cause = annals::parse_event_id("0190163d-8694-739b-aea5-966c26f8ad91");
    EventId const effect = annals::new_event_id();
    write(store, "b", {cause, "0190163d_8694-739b-aea5-966c26f8ad91", {}});
    write(store, "b", {effect, "0190163D-8694-739B-AEA5-966C26F8AD91", {}});
    CHECK(causes_of(annals::trace(store, effect)) == std::vector{cause});
    CHECK(annals::trace(store, cause).effects.size() == 1);
}
