// SPDX-License-Identifier: MIT

#include <annals/memory/event_store.hpp>
#include <tests/catch.hpp>

#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Appends that this store refuses, or that fail in the middle.

using namespace annals;

namespace {

struct Comparable {
    int value = 0;
    friend bool operator==(Comparable const&, Comparable const&) = default;
};
using Event = std::variant<Comparable>;
using Store = InMemoryEventStore<Event>;

StreamName const stream{"Account", "a-1"};

NewEvent<Event> event_of(Event payload) { return {new_event_id(), Timestamp{}, Metadata{}, payload}; }

AppendResult append(Store& store, StreamName const& name, NewEvent<Event> const& event) {
    return store.append(name, ExpectedVersion::any(), std::span{&event, 1});
}

/// Counts its copies.
struct Counted {
    Counted() = default;
    Counted(Counted const& other) : copies{other.copies} { ++*copies; }
    Counted(Counted&&) noexcept = default;
    Counted& operator=(Counted const&) = default;
    Counted& operator=(Counted&&) noexcept = default;
    int* copies = nullptr;
};

} // namespace

TEST_CASE("in-memory store: events that are given away are not copied, and kept by their owner if they are refused") {
    using Payload = std::variant<Counted>;
    InMemoryEventStore<Payload> store;
    int copies = 0;
    std::vector<NewEvent<Payload>> events(3);
    for (auto& event : events) {
        event.event_id = new_event_id();
        event.metadata.user = "somebody whose name takes an allocation";
        std::get<Counted>(event.payload).copies = &copies;
    }
    CHECK_THROWS_AS(store.append(stream, ExpectedVersion::exactly(Version{1}), std::move(events)), ConcurrencyError);
    REQUIRE(events.size() == 3); // NOLINT(bugprone-use-after-move): that is the promise
    for (auto const& event : events) {
        CHECK(event.metadata.user == "somebody whose name takes an allocation");
    }
    auto const again = events;
    copies = 0;
    CHECK(store.append(stream, ExpectedVersion::no_stream(), std::move(events)).version == Version{3});
    CHECK(copies == 0);
    for (auto const& event : store.get_events(stream)) {
        CHECK(event.metadata.user == "somebody whose name takes an allocation");
    }
    CHECK(store.append(stream, ExpectedVersion::no_stream(), std::span{again}).already_appended);
}

TEST_CASE("in-memory store: nothing is appended that its first reader refuses") {
    Store store;
    append(store, stream, event_of(Comparable{1}));
    std::vector<NewEvent<Event>> events{event_of(Comparable{2}), event_of(Comparable{3})};
    StreamName const other{"Account", "a-2"};
    std::vector<StreamAppend<Event>> const commit{
        {stream, ExpectedVersion::exactly(Version{1}), std::span{events}.first(1)},
        {other, ExpectedVersion::no_stream(), std::span{events}.last(1)},
    };
    for (std::size_t const refused : {2U, 1U}) {
        std::vector<Position> shown;
        auto const reader = [&](auto const& range) {
            for (SourcedEvent<Event> const& event : range) {
                shown.push_back(event.position);
            }
            if (shown.size() == refused) {
                throw std::runtime_error{"refused"};
            }
        };
        CHECK_THROWS_AS(store.append(std::span{commit}, reader), std::runtime_error);
        CHECK(shown.size() == refused);
        CHECK(shown.back() == Position{static_cast<std::int64_t>(1 + refused)});
        CHECK(store.stream_version(stream) == Version{1});
        CHECK(store.stream_version(other) == Version{});
        CHECK(store.head() == Position{1});
    }
    auto const results = store.append(std::span{commit});
    CHECK_FALSE(results[0].already_appended);
    CHECK(results[1].position == Position{3});
    int read = 0;
    for (auto const& event : store.read_all()) {
        CHECK(std::get<Comparable>(event.payload).value == ++read);
    }
    CHECK(read == 3);
}

TEST_CASE("in-memory store: a refused append leaves nothing behind") {
    Store store;
    append(store, stream, event_of(Comparable{1}));
    StreamName const fresh{"Account", "fresh"};
    NewEvent<Event> const a = event_of(Comparable{2});
    NewEvent<Event> const b = event_of(Comparable{3});
    std::vector<StreamAppend<Event>> const commit{
        {fresh, ExpectedVersion::no_stream(), std::span{&a, 1}},
        {stream, ExpectedVersion::no_stream(), std::span{&b, 1}},
    };
    CHECK_THROWS_AS(store.append(std::span{commit}), ConcurrencyError);
    CHECK(store.stream_version(fresh) == Version{});
    CHECK(store.head() == Position{1});
    CHECK_FALSE(append(store, fresh, a).already_appended); // its id is not taken
    CHECK_FALSE(append(store, fresh, b).already_appended);
}

namespace {

struct FailsWhenCopied {
    FailsWhenCopied() = default;
    FailsWhenCopied(FailsWhenCopied const& other) : copies_left{other.copies_left} {
        if (copies_left != nullptr && --*copies_left < 0) {
            throw std::bad_alloc{};
        }
    }
    FailsWhenCopied(FailsWhenCopied&&) noexcept = default;
    FailsWhenCopied& operator=(FailsWhenCopied const&) = default;
    FailsWhenCopied& operator=(FailsWhenCopied&&) noexcept = default;
    int* copies_left = nullptr;
};

} // namespace

TEST_CASE("in-memory store: a copy that fails half-way leaves nothing behind") {
    using Payload = std::variant<FailsWhenCopied>;
    InMemoryEventStore<Payload> store;
    std::vector<NewEvent<Payload>> events(5);
    int copies_left = 3;
    for (auto& event : events) {
        event.event_id = new_event_id();
        std::get<0>(event.payload).copies_left = &copies_left;
    }
    std::span<NewEvent<Payload> const> const sent{events};
    CHECK_THROWS_AS(store.append(stream, ExpectedVersion::no_stream(), sent), std::bad_alloc);
    CHECK(store.stream_version(stream) == Version{});
    CHECK(store.head() == Position{});
    copies_left = 1'000;
    AppendResult const result = store.append(stream, ExpectedVersion::no_stream(), sent);
    CHECK_FALSE(result.already_appended);
    CHECK(result.version == Version{5});
}
