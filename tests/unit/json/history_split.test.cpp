// SPDX-License-Identifier: MIT

#include <annals/aggregate.hpp>
#include <annals/decider.hpp>
#include <annals/decoded_events.hpp>
#include <annals/json.hpp>
#include <annals/json/fields.hpp>
#include <annals/memory.hpp>
#include <annals/projection.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Stored events that have become several events, or none, in all that reads them.

namespace json_tests::split {

struct Created {
    std::string customer;

    friend bool operator==(Created const&, Created const&) = default;
};
struct ItemAdded {
    std::string product;

    friend bool operator==(ItemAdded const&, ItemAdded const&) = default;
};
struct Paid {
    friend bool operator==(Paid const&, Paid const&) = default;
};
ANNALS_FIELDS(Created, customer)
ANNALS_FIELDS(ItemAdded, product)
using Event = std::variant<Created, ItemAdded, Paid>;

/// Version 1 of ItemAdded, which had any number of products.
struct ItemsAdded {
    std::vector<std::string> products;
};
/// Raised no more: an order with its first item.
struct Placed {
    std::string customer;
    std::string product;
};
/// Raised no more, for nothing.
struct Viewed {};
ANNALS_FIELDS(ItemsAdded, products)
ANNALS_FIELDS(Placed, customer, product)

std::vector<Event> upcast(ItemsAdded const& v1) {
    std::vector<Event> events;
    for (std::string const& product : v1.products) {
        events.emplace_back(ItemAdded{product});
    }
    return events;
}
std::vector<Event> upcast(Placed const& placed) { return {Created{placed.customer}, ItemAdded{placed.product}}; }
std::vector<Event> upcast(Viewed const&) { return {}; }

/// What its events have told it, in their order.
class Order final : public annals::Aggregate<std::string, Event> {
public:
    using Aggregate::Aggregate;
    void pay() { raise_event(Paid{}); }
    [[nodiscard]] std::vector<std::string> const& seen() const { return seen_; }

private:
    void apply_event(Created const& event) override { seen_.push_back(event.customer); }
    void apply_event(ItemAdded const& event) override { seen_.push_back(event.product); }
    void apply_event(Paid const&) override { seen_.emplace_back("paid"); }

    std::vector<std::string> seen_;
};

struct OrderState {
    std::vector<std::string> seen{};
};
void evolve(OrderState& state, Created const& event) { state.seen.push_back(event.customer); }
void evolve(OrderState& state, ItemAdded const& event) { state.seen.push_back(event.product); }
void evolve(OrderState& state, Paid const&) { state.seen.emplace_back("paid"); }
using DecidedOrder = annals::Decider<std::string, OrderState, Event>;

} // namespace json_tests::split

namespace here = json_tests::split;

template <>
inline constexpr auto annals::event_history<here::ItemAdded> = annals::history<here::ItemsAdded>;
template <>
inline constexpr auto annals::retired_events<here::Event> = annals::history<here::Placed, here::Viewed>;
template <>
inline constexpr std::string_view annals::aggregate_type<here::OrderState> = "Order";

namespace json_tests::split {

using namespace annals;
using Names = std::vector<std::string>;
using Store = InMemoryEventStore<EncodedPayload>;
using Codec = JsonCodec<Event>;

static_assert(EventCodec<Codec>);
static_assert(std::same_as<Codec::decoded_type, std::vector<Event>>);

namespace {

StreamName const stream{"Order", "o-1"};

void append(Store& store, EncodedPayload payload) {
    NewEvent<EncodedPayload> const event{new_event_id(), Timestamp{}, {}, std::move(payload)};
    store.append(stream, ExpectedVersion::any(), std::span{&event, 1});
}

/// Each kind, with those that have become nothing at the beginning, in the middle and at the end.
void fill(Store& store) {
    append(store, {"Viewed", 1, "{}"});
    append(store, {"Placed", 1, R"({"customer":"ada","product":"tea"})"});
    append(store, {"ItemAdded", 1, R"({"products":["cup","pot","jug"]})"});
    append(store, {"ItemAdded", 1, R"({"products":[]})"});
    append(store, {"Viewed", 1, "{}"});
    append(store, {"ItemAdded", 2, R"({"product":"jar"})"});
    append(store, {"Viewed", 1, "{}"});
}
Names const all{"ada", "tea", "cup", "pot", "jug", "jar"};

/// Takes items, whatever the stream.
struct Items {
    using events = Event;
    static constexpr bool takes_subset = true;

    Names seen{};
    std::vector<Position> positions{};
    std::string poison{};

    void handle(ItemAdded const& event, EventFacts const& at) {
        if (event.product == poison) {
            throw std::runtime_error{"poison"};
        }
        seen.push_back(event.product);
        positions.push_back(at.position);
    }
};
/// Takes items of orders.
struct ItemsOfOrders : Items {
    using events = Order;
};
/// Takes what has never been anything else.
struct Payments {
    using events = Event;
    static constexpr bool takes_subset = true;

    int count = 0;
    void handle(Paid const&) { ++count; }
};

} // namespace

TEST_CASE("split events: an aggregate replays all that one event has become, and is at its version then") {
    Store store;
    fill(store);
    auto orders = repository_for<Order>(store);
    auto const order = orders.get_by_id("o-1");
    REQUIRE(order);
    CHECK(order->seen() == all);
    CHECK(order->version() == Version{7});
    CHECK(orders.get_as_of("o-1", Version{1})->seen().empty());
    CHECK(orders.get_as_of("o-1", Version{2})->seen() == Names{"ada", "tea"});

    Order const paid = orders.transact("o-1", [](Order& o) { o.pay(); });
    CHECK(paid.version() == Version{8});
    CHECK(orders.get_by_id("o-1")->seen().back() == "paid");
}

TEST_CASE("split events: a decider does the same") {
    Store store;
    fill(store);
    auto const order = repository_for<DecidedOrder>(store).get_by_id("o-1");
    REQUIRE(order);
    CHECK(order->state().seen == all);
    CHECK(order->version() == Version{7});
}

TEST_CASE("split events: replaying nothing moves the version, and only to the next") {
    Order order{"o-1"};
    order.replay(Version{1}, std::vector<Event>{});
    CHECK(order.version() == Version{1});
    CHECK(order.seen().empty());
    CHECK_THROWS_AS(order.replay(Version{3}, std::vector<Event>{}), CorruptData);
    CHECK_THROWS_AS(order.replay(Version{1}, std::vector<Event>{Paid{}}), CorruptData);
    CHECK(order.version() == Version{1});
    CHECK(order.seen().empty());
    order.pay();
    CHECK_THROWS_AS(order.replay(Version{2}, std::vector<Event>{}), UsageError);
}

TEST_CASE("split events: a range of typed events hands them out one by one in the same envelope") {
    Store store;
    fill(store);
    std::vector<Event> seen;
    std::vector<std::int64_t> versions;
    for (SourcedEvent<Event> const& event : decode_events(store.get_all_events(), Codec{})) {
        seen.push_back(event.payload);
        versions.push_back(event.version.value());
        CHECK(event.position == Position{event.version.value()});
        CHECK(event.stream == stream);
    }
    CHECK(
        seen ==
        std::vector<Event>{
            Created{"ada"}, ItemAdded{"tea"}, ItemAdded{"cup"}, ItemAdded{"pot"}, ItemAdded{"jug"}, ItemAdded{"jar"}
        }
    );
    CHECK(versions == std::vector<std::int64_t>{2, 2, 3, 3, 3, 6});

    std::size_t count = 0;
    for (auto const& event : repository_for<Order>(store).get_events("o-1", Version{2})) {
        CHECK(event.version > Version{2});
        ++count;
    }
    CHECK(count == 4);
}

TEST_CASE("split events: a range that skips unknown events, and one that meets what it cannot read") {
    Store store;
    append(store, {"Foreign", 1, "{}"});
    append(store, {"Viewed", 1, "{}"});
    append(store, {"Foreign", 1, "{}"});
    append(store, {"ItemAdded", 1, R"({"products":["cup","pot"]})"});
    append(store, {"Foreign", 1, "{}"});
    append(store, {"ItemAdded", 1, R"({"products":[1]})"});
    std::vector<Event> seen;
    auto const walk = [&](UnknownEvents unknown) {
        for (auto const& event : decode_events(store.get_all_events(), Codec{}, unknown)) {
            seen.push_back(event.payload);
        }
    };
    CHECK_THROWS_AS(walk(UnknownEvents::refuse), UnknownEventType);
    CHECK(seen.empty());
    CHECK_THROWS_AS(walk(UnknownEvents::skip), DecodeError);
    CHECK(seen == std::vector<Event>{ItemAdded{"cup"}, ItemAdded{"pot"}});
}

TEMPLATE_TEST_CASE(
    "split events: a projection sees what comes out of events of other names", "", Items, ItemsOfOrders
) {
    Store store;
    fill(store);
    TestType items;
    CHECK(project(store, items) == Position{7});
    CHECK(items.seen == Names{"tea", "cup", "pot", "jug", "jar"});
    CHECK(items.positions == std::vector<Position>{Position{2}, Position{3}, Position{3}, Position{3}, Position{6}});

    // By its own name alone it would not get the first.
    EventFilter const by_name = EventFilter::types({std::string{event_name<ItemAdded>}});
    CHECK_FALSE(by_name.admits("Order", "Placed"));
    EventFilter const filter = detail::HandlersOf<TestType>::filter();
    for (std::string const name : {"Placed", "ItemAdded", "Viewed"}) {
        CHECK(filter.admits("Order", name));
    }
    CHECK_FALSE(filter.admits("Order", "Created"));
    CHECK_FALSE(filter.admits("Order", "Paid"));
}

TEST_CASE("split events: whatever was split may be anything, also what was never split itself") {
    EventFilter const filter = detail::HandlersOf<Payments>::filter();
    for (std::string const name : {"Paid", "Placed", "ItemAdded", "Viewed"}) {
        CHECK(filter.admits("Order", name));
    }
    CHECK_FALSE(filter.admits("Order", "Created"));

    Store store;
    fill(store);
    repository_for<Order>(store).transact("o-1", [](Order& order) { order.pay(); });
    Payments payments;
    project(store, payments);
    CHECK(payments.count == 1);
}

TEST_CASE("split events: what a projection throws at one of several stops it at the stored event") {
    Store store;
    fill(store);
    Items items;
    items.poison = "pot";
    CHECK_THROWS_WITH(project(store, items), "poison");
    CHECK(items.seen == Names{"tea", "cup"});
}

} // namespace json_tests::split
