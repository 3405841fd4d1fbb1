// SPDX-License-Identifier: MIT

#include <annals/event_stream.hpp>
#include <annals/memory/event_store.hpp>
#include <tests/catch.hpp>
#include <tests/unit/support/account.hpp>

#include <chrono>
#include <span>
#include <vector>

using namespace annals;
using std::chrono::seconds;

TEST_CASE("event stream: a stream read whole") {
    InMemoryEventStore<bank::Event> store;
    StreamName const name{"Account", "a-1"};
    std::vector<NewEvent<bank::Event>> const events{
        {new_event_id(), Timestamp{seconds{10}}, {}, bank::Opened{"Ada"}},
        {new_event_id(), Timestamp{seconds{20}}, {}, bank::Deposited{5}},
        {new_event_id(), Timestamp{seconds{30}}, {}, bank::Withdrawn{2}},
    };
    store.append({"Account", "a-2"}, ExpectedVersion::any(), std::span{events}.first(1));
    store.append(name, ExpectedVersion::any(), std::span{events}.subspan(1));

    EventStream<bank::Event> const stream = load_stream(store, name);
    CHECK(stream.aggregate_id == "a-1");
    CHECK(stream.aggregate_type == "Account");
    CHECK(stream.version == Version{2});
    CHECK(stream.created_at == Timestamp{seconds{20}});
    CHECK(stream.updated_at == Timestamp{seconds{30}});
    REQUIRE(stream.events.size() == 2);
    CHECK(stream.events[0].event_id == events[1].event_id);
    CHECK(stream.events[1].payload == bank::Event{bank::Withdrawn{2}});
}

TEST_CASE("event stream: one without events is not found") {
    InMemoryEventStore<bank::Event> const store;
    try {
        static_cast<void>(load_stream(store, {"Account", "a-1"}));
        FAIL("must not be found");
    } catch (StreamNotFound const& error) {
        CHECK(error.stream() == StreamName{"Account", "a-1"});
    }
}
