// SPDX-License-Identifier: MIT

#include <annals/memory/event_store.hpp>
#include <tests/catch.hpp>

#include <atomic>
#include <span>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// What every store promises is checked by the contract; here stands what this one promises besides.

using namespace annals;

namespace {

struct Comparable {
    int value = 0;
    friend bool operator==(Comparable const&, Comparable const&) = default;
};
struct Incomparable {
    int value = 0;
};
using Event = std::variant<Comparable, Incomparable>;
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

TEST_CASE("in-memory store: what has events of its own kind is a store of them") {
    STATIC_REQUIRE(EventStore<Store>);
    STATIC_REQUIRE(EventStore<InMemoryEventStore<EncodedPayload>>);
    STATIC_REQUIRE(std::is_same_v<Store::payload_type, Event>);
    STATIC_REQUIRE_FALSE(std::is_copy_constructible_v<Store>);
}

TEST_CASE("in-memory store: an append copies each event once and reading copies none") {
    InMemoryEventStore<std::variant<Counted>> store;
    int copies = 0;
    std::vector<NewEvent<std::variant<Counted>>> events(10);
    for (auto& event : events) {
        event.event_id = new_event_id();
        std::get<Counted>(event.payload).copies = &copies;
    }
    store.append(stream, ExpectedVersion::any(), std::span{std::as_const(events)});
    CHECK(copies == 10);
    for (auto const& event : store.get_events(stream)) {
        CHECK(event.version > Version{});
    }
    for (auto const& event : store.get_all_events()) {
        CHECK(event.version > Version{});
    }
    CHECK(copies == 10);
}

TEST_CASE("in-memory store: the events of a stream share its name") {
    Store store;
    append(store, stream, event_of(Comparable{1}));
    append(store, StreamName{"Account", "a-1"}, event_of(Comparable{2}));
    std::string const* shared = nullptr;
    for (auto const& event : store.get_events(stream)) {
        CHECK((shared == nullptr || shared == &event.aggregate_id()));
        shared = &event.aggregate_id();
    }
}

TEST_CASE("in-memory store: references to events stay valid while it grows") {
    Store store;
    std::vector<SourcedEvent<Event> const*> seen;
    for (int i = 0; i < 10'000; ++i) {
        append(store, stream, event_of(Comparable{i}));
        if (i % 1'000 == 0) {
            for (auto const& event : store.get_events(stream, Version{i})) {
                seen.push_back(&event);
            }
        }
    }
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(std::get<Comparable>(seen[i]->payload).value == static_cast<int>(i) * 1'000);
        CHECK(seen[i]->version == Version{static_cast<std::int64_t>(i) * 1'000 + 1});
    }
    auto const* const by_stream = &*store.get_events(stream).begin();
    CHECK(by_stream == seen.front());
    CHECK(&*store.get_all_events().begin() == by_stream);
}

TEST_CASE("in-memory store: a range hands out what was stored when it was asked for") {
    Store store;
    append(store, stream, event_of(Comparable{1}));
    auto of_stream = store.get_events(stream);
    auto of_all = store.get_all_events();
    append(store, stream, event_of(Comparable{2}));
    int events = 0;
    for (auto const& event : of_stream) {
        CHECK(event.version == Version{++events});
    }
    for (auto const& event : of_all) {
        CHECK(event.position == Position{events});
        ++events;
    }
    CHECK(events == 2);
}

TEST_CASE("in-memory store: a repeated event is compared by what can be compared") {
    Store store;
    NewEvent<Event> const comparable = event_of(Comparable{1});
    NewEvent<Event> const incomparable = event_of(Incomparable{1});
    append(store, stream, comparable);
    append(store, stream, incomparable);
    CHECK(append(store, stream, comparable).already_appended);
    CHECK(append(store, stream, incomparable).already_appended);

    auto const is_refused = [&store](NewEvent<Event> event, auto const& change) {
        change(event);
        try {
            append(store, stream, event);
            return false;
        } catch (IdempotencyMismatch const& error) {
            return error.event_id() == event.event_id;
        }
    };
    using Sent = NewEvent<Event>;
    CHECK(is_refused(comparable, [](Sent& event) { event.payload = Comparable{2}; }));
    CHECK(is_refused(comparable, [](Sent& event) { event.payload = Incomparable{1}; }));
    CHECK(is_refused(incomparable, [](Sent& event) { event.payload = Comparable{1}; }));
    CHECK_FALSE(is_refused(incomparable, [](Sent& event) { event.payload = Incomparable{2}; }));
    for (Sent const& sent : {comparable, incomparable}) {
        CHECK(is_refused(sent, [](Sent& event) { event.timestamp += std::chrono::microseconds{1}; }));
        CHECK(is_refused(sent, [](Sent& event) { event.metadata.user = "bob"; }));
    }
    CHECK(store.head() == Position{2});
}

TEST_CASE("in-memory store: repeating a commit tells where each of its streams stands") {
    Store store;
    StreamName const other{"Account", "a-2"};
    append(store, other, event_of(Comparable{1}));
    NewEvent<Event> const event = event_of(Comparable{2});
    std::vector<StreamAppend<Event>> const commit{
        {stream, ExpectedVersion::no_stream(), std::span{&event, 1}},
        {other, ExpectedVersion::exactly(Version{1}), {}},
    };
    auto const first = store.append(std::span{commit});
    auto const second = store.append(std::span{commit});
    REQUIRE(second.size() == 2);
    CHECK(second[0].already_appended);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(second[i].version == first[i].version);
        CHECK(second[i].position == first[i].position);
    }
    CHECK(first[1].version == Version{1});
    CHECK(first[1].position == Position{});
}

TEST_CASE("in-memory store: reading beyond the end is reading nothing") {
    Store store;
    append(store, stream, event_of(Comparable{1}));
    auto const count = [](auto range) {
        int events = 0;
        for (auto const& event : range) {
            events += event.version > Version{} ? 1 : 0;
        }
        return events;
    };
    constexpr std::int64_t largest = (std::numeric_limits<std::int64_t>::max)();
    CHECK(count(store.get_events(stream, Version{1})) == 0);
    CHECK(count(store.get_events(stream, Version{largest})) == 0);
    CHECK(count(store.get_events({"Account", "none"})) == 0);
    CHECK(count(store.read_all(Position{1})) == 0);
    CHECK(count(store.read_all(Position{largest})) == 0);
    CHECK(count(store.read_all(Position{largest, largest}, all_events)) == 0);
    CHECK(count(store.read_all({}, 0)) == 0);
    CHECK(count(store.read_all({}, 1)) == 1);
    CHECK(count(store.read_all()) == 1);
}

TEST_CASE("in-memory store: readers go on without a lock while others append", "[concurrency]") {
    constexpr int writers = 3;
    constexpr std::int64_t each = 3'000;
    Store store;
    std::atomic<int> running{writers};
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) {
        threads.emplace_back([&store, &running, i] {
            StreamName const own{"Account", "a-" + std::to_string(i)};
            for (int n = 0; n < each; ++n) {
                append(store, own, event_of(Comparable{n}));
            }
            --running;
        });
    }
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&store, &running, &wrong, i] {
            Position settled;
            StreamName const watched{"Account", "a-" + std::to_string(i)};
            while (running > 0) {
                std::int64_t position = settled.first();
                for (auto const& event : store.read_all(settled, 500)) {
                    wrong += event.position == Position{++position} ? 0 : 1; // nothing appears below
                    settled = event.position;
                }
                Version const promised = store.stream_version(watched);
                std::int64_t version = 0;
                for (auto const& event : store.get_events(watched)) {
                    wrong += event.version == Version{++version} ? 0 : 1;
                    wrong += std::get<Comparable>(event.payload).value == version - 1 ? 0 : 1;
                }
                wrong += Version{version} >= promised ? 0 : 1;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(wrong == 0);
    CHECK(store.head() == Position{writers * each});
}

TEST_CASE("in-memory store: of many who expect one version exactly one writes", "[concurrency]") {
    Store store;
    std::atomic<int> won{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&store, &won] {
            for (std::int64_t version = 0; version < 500; ++version) {
                NewEvent<Event> const event = event_of(Comparable{1});
                try {
                    store.append(stream, ExpectedVersion::exactly(Version{version}), std::span{&event, 1});
                    ++won;
                } catch (ConcurrencyError const&) {
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(Version{won} == store.stream_version(stream));
}
