// SPDX-License-Identifier: MIT

#include <annals/aggregate.hpp>
#include <annals/decoded_events.hpp>
#include <annals/json.hpp>
#include <annals/memory.hpp>
#include <annals/projection.hpp>
#include <annals/repository.hpp>
#include <annals/subscription.hpp>
#include <tests/catch.hpp>
#include <tests/unit/json/stored.hpp>

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Events whose type nobody here has heard of: refused, skipped or kept, as each reader says.

namespace json_tests::unknown {

struct Opened {
    friend bool operator==(Opened const&, Opened const&) = default;
};
struct Closed {
    friend bool operator==(Closed const&, Closed const&) = default;
};
using Strict = std::variant<Opened, Closed>;
using Tolerant = std::variant<Opened, annals::UnknownEvent, Closed>;

class Order final : public annals::Aggregate<std::string, Tolerant> {
public:
    using Aggregate::Aggregate;
    std::vector<std::string> kept{};
    int known = 0;

    void say(annals::EncodedPayload payload) { raise_event(annals::UnknownEvent{std::move(payload)}); }

private:
    void apply_event(Opened const&) override { ++known; }
    void apply_event(Closed const&) override { ++known; }
    void apply_event(annals::UnknownEvent const& event) override { kept.push_back(event.payload.data); }
};
class StrictOrder final : public annals::Aggregate<std::string, Strict> {
public:
    using Aggregate::Aggregate;
    int known = 0;

private:
    void apply_event(Opened const&) override { ++known; }
    void apply_event(Closed const&) override { ++known; }
};

} // namespace json_tests::unknown

template <>
inline constexpr std::string_view annals::aggregate_type<json_tests::unknown::StrictOrder> = "Order";

namespace json_tests::unknown {

using namespace annals;
using namespace std::chrono_literals;
using Store = InMemoryEventStore<EncodedPayload>;

namespace {

StreamName const stream{"Order", "o-1"};
/// Not even JSON.
EncodedPayload const foreign{"Foreign", 7, "{\"b\":1, \"a\" : 0x2}"};

void append(Store& store, EncodedPayload payload, StreamName const& to = stream) {
    NewEvent<EncodedPayload> const event{new_event_id(), Timestamp{}, {}, std::move(payload)};
    store.append(to, ExpectedVersion::any(), std::span{&event, 1});
}

void fill(Store& store) {
    append(store, {"Opened", 1, "{}"});
    append(store, foreign);
    append(store, {"Closed", 1, "{}"});
}

/// Takes the events of orders that it knows.
struct Skipping {
    using events = StrictOrder;
    static constexpr auto unknown_events = UnknownEvents::skip;

    int known = 0;
    void handle(Opened const&) { ++known; }
    void handle(Closed const&) { ++known; }
};
struct Refusing : Skipping {
    static constexpr auto unknown_events = UnknownEvents::refuse;
};
/// Takes all events of orders, or of all streams.
template <class Events>
struct Keeping {
    using events = Events;

    int known = 0;
    std::vector<EncodedPayload> kept{};
    void handle(Opened const&) { ++known; }
    void handle(Closed const&) { ++known; }
    void handle(UnknownEvent const& event) { kept.push_back(event.payload); }
};
/// Has the alternative, but no wish for it.
struct Closings {
    using events = Tolerant;
    static constexpr bool takes_subset = true;

    int known = 0;
    void handle(Closed const&) { ++known; }
};

} // namespace

TEST_CASE("unknown events: kept and written as they are") {
    JsonCodec<Tolerant> const codec;
    STATIC_REQUIRE(EventCodec<JsonCodec<Tolerant>>);
    for (EncodedPayload const& payload :
         {foreign, EncodedPayload{"UnknownEvent", 1, "{}"}, EncodedPayload{"Foreign", -1, ""}}) {
        CHECK(codec.decode(stored(payload)) == Tolerant{UnknownEvent{payload}});
        CHECK(codec.encode(UnknownEvent{payload}) == payload);
        CHECK(codec.knows(payload.type));
    }
    CHECK(codec.decode(stored("Closed", "{}")) == Tolerant{Closed{}});
}

TEST_CASE("unknown events: a known one in a newer version is not unknown") {
    CHECK_THROWS_AS(JsonCodec<Tolerant>{}.decode(stored("Closed", "{}", 2)), DecodeError);
    CHECK_THROWS_AS(JsonCodec<Tolerant>{}.decode(stored("Closed", "[]", 1)), DecodeError);
}

TEST_CASE("unknown events: an aggregate refuses them, or has a handler for them") {
    Store store;
    fill(store);
    CHECK_THROWS_AS(repository_for<StrictOrder>(store).get_by_id("o-1"), UnknownEventType);
    auto orders = repository_for<Order>(store);
    auto order = orders.get_by_id("o-1");
    REQUIRE(order);
    CHECK(order->known == 2);
    CHECK(order->kept == std::vector<std::string>{foreign.data});
    order->say(foreign);
    orders.save(*order);
    CHECK(orders.get_by_id("o-1")->kept == std::vector<std::string>{foreign.data, foreign.data});
}

TEST_CASE("unknown events: the streams of a repository pass over them if told to") {
    Store store;
    fill(store);
    detail::TypedStreams<StrictOrder, Store, JsonCodec<Strict>> const streams{store, {}};
    StrictOrder order{"o-1"};
    for (auto const& event : store.get_events(stream)) {
        streams.replay(order, event, UnknownEvents::skip);
    }
    CHECK(order.known == 2);
    CHECK(order.version() == Version{3});
    std::size_t count = 0;
    for (auto const& event : streams.get_events(stream, Version{}, UnknownEvents::skip)) {
        CHECK(event.version != Version{2});
        ++count;
    }
    CHECK(count == 2);
}

TEST_CASE("unknown events: a projection refuses them unless it says something else") {
    Store store;
    fill(store);
    append(store, foreign, {"Other", "x"});
    Refusing refusing;
    CHECK_THROWS_AS(project(store, refusing), UnknownEventType);
    CHECK(refusing.known == 1);

    Skipping skipping;
    CHECK_NOTHROW(project(store, skipping));
    CHECK(skipping.known == 2);
    append(store, {"Closed", 2, "{}"});
    Skipping again;
    CHECK_THROWS_AS(project(store, again), DecodeError);
}

TEST_CASE("unknown events: a projection with a handler for them gets all of its streams") {
    Store store;
    fill(store);
    append(store, foreign, {"Other", "x"});
    Keeping<Order> of_orders;
    project(store, of_orders);
    CHECK(of_orders.known == 2);
    CHECK(of_orders.kept == std::vector<EncodedPayload>{foreign});
    CHECK_FALSE(detail::HandlersOf<Keeping<Order>>::filter().admits("Other", "Foreign"));

    Keeping<Tolerant> of_all;
    project(store, of_all);
    CHECK(of_all.known == 2);
    CHECK(of_all.kept == std::vector<EncodedPayload>{foreign, foreign});

    Closings closings;
    project(store, closings);
    CHECK(closings.known == 1);
    CHECK_FALSE(detail::HandlersOf<Closings>::filter().admits("Order", "Foreign"));
}

TEST_CASE("unknown events: a subscription does as its handlers say", "[concurrency]") {
    Store store;
    fill(store);
    Subscription skipping{store, Skipping{}, {.start = FeedStart::beginning()}};
    CHECK(skipping.when_caught_up(10s));
    CHECK(skipping.position() >= Position{3});
    Subscription refusing{store, Refusing{}, {.start = FeedStart::beginning()}};
    CHECK_THROWS_AS(refusing.wait(10s), UnknownEventType);
}

} // namespace json_tests::unknown
