// SPDX-License-Identifier: MIT

#include <annals/detail/earlier_append.hpp>
#include <tests/catch.hpp>

#include <map>
#include <optional>
#include <span>
#include <vector>

using namespace annals;
using detail::StoredUnderId;

namespace {

/// What a store knows, written down by hand.
struct Known {
    std::map<EventId, StoredUnderId> events;

    auto find(std::vector<StreamAppend<int>> const& commit) const {
        return detail::find_earlier_append(
            std::span<StreamAppend<int> const>{commit},
            [this](NewEvent<int> const& event) -> std::optional<StoredUnderId> {
                auto const found = events.find(event.event_id);
                return found == events.end() ? std::nullopt : std::optional{found->second};
            },
            [](StreamName const&) { return Version{9}; }
        );
    }
};

StreamName const one{"Account", "1"};
StreamName const two{"Account", "2"};

std::vector<NewEvent<int>> events_of(int count) {
    std::vector<NewEvent<int>> events;
    for (int i = 0; i < count; ++i) {
        events.push_back({new_event_id(), {}, {}, i});
    }
    return events;
}

ExpectedVersion after(std::int64_t version) { return ExpectedVersion::exactly(Version{version}); }

/// Three events as they stand at versions 5 to 7 of stream one, positions 50 to 52.
struct Stored {
    std::vector<NewEvent<int>> events = events_of(3);
    Known known;

    Stored() {
        for (std::int64_t i = 0; i < 3; ++i) {
            known.events.emplace(
                events[static_cast<std::size_t>(i)].event_id, StoredUnderId{one, Version{5 + i}, Position{50 + i}, true}
            );
        }
    }
    StoredUnderId& entry(std::size_t i) { return known.events.at(events[i].event_id); }
};

} // namespace

TEST_CASE("earlier append: new events were not appended before") {
    CHECK_FALSE(Stored{}.known.find({}));
    auto const events = events_of(2);
    CHECK_FALSE(Stored{}.known.find({{one, after(7), events}}));
    CHECK_FALSE(Stored{}.known.find({{one, after(7), {}}}));
}

TEST_CASE("earlier append: the same events at the same place were") {
    Stored const stored;
    for (ExpectedVersion const expected : {after(4), ExpectedVersion::any(), ExpectedVersion::stream_exists()}) {
        auto const results = stored.known.find({{one, expected, stored.events}});
        REQUIRE(results);
        REQUIRE(results->size() == 1);
        CHECK(results->front().already_appended);
        CHECK(results->front().version == Version{7});
        CHECK(results->front().position == Position{52});
    }
}

TEST_CASE("earlier append: another expectation is another append") {
    Stored const stored;
    for (ExpectedVersion const expected : {after(3), after(5), after(7), ExpectedVersion::no_stream()}) {
        CHECK_THROWS_AS(stored.known.find({{one, expected, stored.events}}), IdempotencyMismatch);
    }
}

TEST_CASE("earlier append: the first events of a stream expect none") {
    Stored stored;
    for (std::size_t i = 0; i < 3; ++i) {
        stored.entry(i).version = Version{static_cast<std::int64_t>(i) + 1};
    }
    CHECK(stored.known.find({{one, ExpectedVersion::no_stream(), stored.events}}));
    CHECK(stored.known.find({{one, ExpectedVersion::any(), stored.events}}));
    CHECK_THROWS_AS(stored.known.find({{one, ExpectedVersion::stream_exists(), stored.events}}), IdempotencyMismatch);
}

TEST_CASE("earlier append: other content or stream or order is told by the event") {
    Stored stored;
    std::size_t wrong = 1;
    SECTION("content") { stored.entry(1).has_same_content = false; }
    SECTION("content of the first") {
        stored.entry(0).has_same_content = false;
        wrong = 0;
    }
    SECTION("stream") { stored.entry(1).stream = two; }
    SECTION("version") { stored.entry(1).version = Version{9}; }
    SECTION("order") { std::swap(stored.events[1], stored.events[2]); }
    try {
        static_cast<void>(stored.known.find({{one, after(4), stored.events}}));
        FAIL("must be refused");
    } catch (IdempotencyMismatch const& error) {
        CHECK(error.event_id() == stored.events[wrong].event_id);
        CHECK(error.stream() == one);
    }
}

TEST_CASE("earlier append: a part of the events is not the append") {
    Stored stored;
    auto const more = events_of(1);

    auto longer = stored.events;
    longer.push_back(more[0]);
    CHECK_THROWS_AS(stored.known.find({{one, after(4), longer}}), IdempotencyMismatch);

    auto preceded = stored.events;
    preceded.insert(preceded.begin(), more[0]);
    CHECK_THROWS_AS(stored.known.find({{one, after(4), preceded}}), IdempotencyMismatch);
    CHECK_THROWS_AS(stored.known.find({{one, ExpectedVersion::any(), preceded}}), IdempotencyMismatch);

    CHECK_THROWS_AS(
        stored.known.find({{one, after(4), stored.events}, {two, ExpectedVersion::any(), more}}), IdempotencyMismatch
    );
    CHECK_THROWS_AS(
        stored.known.find({{two, ExpectedVersion::any(), more}, {one, after(4), stored.events}}), IdempotencyMismatch
    );
}

TEST_CASE("earlier append: several streams each have their result") {
    Stored stored;
    auto const others = events_of(1);
    stored.known.events.emplace(others[0].event_id, StoredUnderId{two, Version{1}, Position{53}, true});
    auto const results = stored.known.find({{one, after(4), stored.events}, {two, after(0), others}});
    REQUIRE(results);
    CHECK((*results)[0].version == Version{7});
    CHECK((*results)[1].version == Version{1});
    CHECK((*results)[1].position == Position{53});
    CHECK((*results)[1].already_appended);
}
