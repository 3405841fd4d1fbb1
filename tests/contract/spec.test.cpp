// SPDX-License-Identifier: MIT

#include <annals/aggregate.hpp>
#include <annals/decider.hpp>
#include <annals/testing/fakes.hpp>
#include <annals/testing/spec.hpp>
#include <tests/catch.hpp>

#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using annals::testing::FixedClock;
using annals::testing::SequentialIds;
using annals::testing::Spec;
using annals::testing::SpecFailure;

namespace {

struct OrderCreated {
    std::string customer;
    bool operator==(OrderCreated const&) const = default;
};
struct ItemAdded {
    std::string product;
    int quantity{};
    bool operator==(ItemAdded const&) const = default;
    friend std::ostream& operator<<(std::ostream& stream, ItemAdded const& event) {
        return stream << event.quantity << " x " << event.product;
    }
};
struct OrderShipped {
    std::string tracking;
    bool operator==(OrderShipped const&) const = default;
};
using OrderEvent = std::variant<OrderCreated, ItemAdded, OrderShipped>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

    void add(std::string product, int quantity) {
        if (quantity != 0) {
            raise_event(ItemAdded{std::move(product), quantity});
        }
    }
    void ship(std::string tracking) {
        if (items_ == 0) {
            throw std::domain_error{"cannot ship an empty order"};
        }
        raise_event(OrderShipped{std::move(tracking)});
    }
    [[nodiscard]] int items() const { return items_; }

private:
    void apply_event(OrderCreated const&) override {}
    void apply_event(ItemAdded const& event) override { items_ += event.quantity; }
    void apply_event(OrderShipped const&) override {}

    int items_ = 0;
};

struct Account {
    int balance = 0;
};
struct Deposited {
    int amount{};
    bool operator==(Deposited const&) const = default;
};
struct Deposit {
    int amount{};
};
using AccountEvent = std::variant<Deposited>;
void evolve(Account& state, Deposited const& event) { state.balance += event.amount; }
std::vector<AccountEvent> decide(Account const&, Deposit const& command) {
    if (command.amount < 0) {
        throw std::domain_error{"a deposit cannot be negative"};
    }
    if (command.amount == 0) {
        return {};
    }
    return {Deposited{command.amount}};
}
using Accounts = annals::Decider<std::string, Account, AccountEvent>;

template <class Check>
std::string failure_of(Check&& check) {
    try {
        check();
    } catch (SpecFailure const& failure) {
        return failure.what();
    }
    return "no failure";
}

auto const ship = [](Order& order) { order.ship("T-1"); };
auto const add_two = [](Order& order) {
    order.add("book", 2);
    order.add("pen", 1);
};

} // namespace

TEST_CASE("spec: what is as said passes", "[spec]") {
    Spec<Order>{"order-1"}.given(OrderCreated{"c"}, ItemAdded{"book", 1}).when(ship).then(OrderShipped{"T-1"});
    Spec<Order>{"order-1"}.given(OrderCreated{"c"}).given(ItemAdded{"book", 1}).when(ship).then(OrderShipped{"T-1"});
    Spec<Order>{"order-1"}.when(add_two).then(ItemAdded{"book", 2}, ItemAdded{"pen", 1});
    Spec<Order>{"order-1"}.when([](Order& order) { order.add("book", 0); }).then_nothing();
    Spec<Order>{"order-1"}.when([](Order& order) { order.add("book", 0); }).then();
    Spec<Order>{"order-1"}.given(OrderCreated{"c"}).when(ship).then_throws<std::domain_error>();
    Spec<Order>{"order-1"}.when(ship).then_throws<std::domain_error>("empty order");
    Spec<Order>{"order-1"}.when(ship).then_throws<std::exception>("empty order");
    Spec<Order>{"order-1"}.when([](Order&) { throw 7; }).then_throws<int>();
    CHECK(Spec<Order>{"order-1"}.given(ItemAdded{"book", 3}).when(ship).aggregate().items() == 3);
}

TEST_CASE("spec: deciders take commands", "[spec]") {
    Spec<Accounts>{"a"}.given(Deposited{5}).when(Deposit{3}).then(Deposited{3});
    Spec<Accounts>{"a"}.when(Deposit{0}).then_nothing();
    Spec<Accounts>{"a"}.when(Deposit{-1}).then_throws<std::domain_error>("negative");
    Spec<Accounts>{"a"}.when([](Accounts& account) { account.handle(Deposit{3}); }).then(Deposited{3});
}

TEST_CASE("spec: other events than expected fail in words", "[spec]") {
    auto const then = [](auto const&... events) {
        return failure_of([&] { Spec<Order>{"order-1"}.when(add_two).then(events...); });
    };
    CHECK(
        then(OrderShipped{"T"}, ItemAdded{"pen", 1}) == "expected event 1 to be OrderShipped, but it is ItemAdded 2 x "
                                                        "book\n  raised: ItemAdded 2 x book, ItemAdded 1 x pen"
    );
    CHECK(
        then(ItemAdded{"book", 2}, ItemAdded{"pen", 7}) ==
        "expected event 2 to be ItemAdded 7 x pen, but its values differ: ItemAdded 1 x pen\n  raised: ItemAdded 2 x "
        "book, ItemAdded 1 x pen"
    );
    CHECK(
        then(ItemAdded{"book", 2}) ==
        "expected no more than 1 event, but there is ItemAdded 1 x pen\n  raised: ItemAdded 2 x book, ItemAdded 1 x pen"
    );
    CHECK(
        then(ItemAdded{"book", 2}, ItemAdded{"pen", 1}, OrderShipped{"T"}) ==
        "expected event 3 to be OrderShipped, but there are 2 events\n  raised: ItemAdded 2 x book, ItemAdded 1 x pen"
    );
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when(add_two).then_nothing();
          }) == "expected nothing, but raised: ItemAdded 2 x book, ItemAdded 1 x pen");
}

TEST_CASE("spec: an unexpected exception or none fails in words", "[spec]") {
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when(ship).then(OrderShipped{"T-1"});
          }) == "expected the events OrderShipped, but the command threw 'cannot ship an empty order'");
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when(ship).then_nothing();
          }) == "expected nothing, but the command threw 'cannot ship an empty order'");
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when(add_two).then_throws<std::domain_error>();
          }) == "expected domain_error, but the command succeeded and raised: ItemAdded 2 x book, ItemAdded 1 x pen");
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when(ship).then_throws<std::out_of_range>();
          }) == "expected out_of_range, but the command threw 'cannot ship an empty order'");
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when(ship).then_throws<std::domain_error>("no stock");
          }) == "expected domain_error with 'no stock', but its message is 'cannot ship an empty order'");
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when([](Order&) { throw 7; }).then_nothing();
          }) == "expected nothing, but the command threw something that is no std::exception");
    CHECK(failure_of([] {
              Spec<Order>{"order-1"}.when([](Order&) { throw 7; }).then_throws<int>("seven");
          }) == "expected int with a message, but it is no std::exception");
}

TEST_CASE("fakes: time stands still until it is moved", "[spec]") {
    annals::Timestamp const noon = annals::parse_timestamp("2024-02-29T12:00:00Z");
    FixedClock clock{noon};
    CHECK(clock.now() == noon);
    CHECK(clock.now() == noon);
    clock.advance(std::chrono::hours{1});
    CHECK(annals::to_text(clock.now()) == "2024-02-29T13:00:00.000000Z");
    clock.advance(std::chrono::seconds{-3'600});
    CHECK(clock.now() == noon);
    clock.set(annals::Timestamp{});
    CHECK(clock.now() == annals::Timestamp{});
}

TEST_CASE("fakes: ids count up", "[spec]") {
    SequentialIds ids;
    CHECK(annals::to_text(ids.next()) == "00000000-0000-7000-8000-000000000001");
    CHECK(ids.next() == SequentialIds::id(2));
    CHECK(annals::to_text(SequentialIds::id(0x12345678)) == "00000000-0000-7000-8000-000012345678");
    CHECK(SequentialIds::id(255) < SequentialIds::id(256));
}

TEST_CASE("fakes: aggregates stamp their events with them", "[spec]") {
    FixedClock clock{annals::parse_timestamp("2024-02-29T12:00:00Z")};
    SequentialIds ids;
    Order order{"order-1"};
    order.set_context({{}, &clock, &ids});
    order.add("book", 1);
    CHECK(order.uncommitted_events()[0].event_id == SequentialIds::id(1));
    CHECK(order.uncommitted_events()[0].timestamp == clock.now());
}
