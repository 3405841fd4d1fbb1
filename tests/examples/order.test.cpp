// SPDX-License-Identifier: MIT

#include <annals/testing/spec.hpp>
#include <tests/catch.hpp>

#include <examples/orders/order.hpp>
#include <stdexcept>
#include <string>

using namespace orders;

namespace {

using Spec = annals::testing::Spec<Order>;

OrderCreated const created{OrderKind::order, "17850", "United Kingdom"};
LineAdded const added{"22113", "TEA POT", 2, Money{9'950'000}};
OrderShipped const shipped{"DHL", "TRK-1"};

OrderLine line(std::int64_t quantity) { return {"22113", "TEA POT", quantity, Money{9'950'000}}; }

} // namespace

TEST_CASE("an order is created once", "[orders]") {
    auto const create = [](Order& order) { order.create(OrderKind::order, "17850", "United Kingdom"); };
    Spec{"1"}.when(create).then(created);
    Spec{"1"}.given(created).when(create).then_throws<std::domain_error>("order 1 exists already");
    Spec{"1"}.when([](Order& order) { order.create(OrderKind::order, "17850", ""); }
    ).then_throws<std::domain_error>("the country is missing");
}

TEST_CASE("lines are added to open orders and come back", "[orders]") {
    Spec{"1"}.given(created).when([](Order& order) { order.add_line(line(2)); }).then(added);
    auto spec = Spec{"1"};
    spec.given(created, added)
        .when([](Order& order) { order.return_line(line(3)); })
        .then(LineReturned{"22113", "TEA POT", 3, Money{9'950'000}});
    CHECK(to_text(spec.aggregate().state().total) == "-9.95");
}

TEST_CASE("lines are refused that break a rule", "[orders]") {
    auto const add = [](OrderLine wrong) { return [wrong](Order& order) { order.add_line(wrong); }; };
    auto const given = [] { return Spec{"1"}.given(created); };
    Spec{"1"}.when(add(line(1))).then_throws<std::domain_error>("there is no order 1");
    given().when(add(line(0))).then_throws<std::domain_error>("the quantity must be more than 0");
    given().when(add(line(-1))).then_throws<std::domain_error>("the quantity must be more than 0");
    given().when(add(line(1'000'000'001))).then_throws<std::domain_error>("the quantity is too large");
    given().when(add({"", "TEA POT", 1, {}})).then_throws<std::domain_error>("the stock code is missing");
    given().when(add({"a\nb", "", 1, {}})).then_throws<std::domain_error>("the stock code is not UTF-8");
    given().when(add({"1", "\xFF", 1, {}})).then_throws<std::domain_error>("the description is not UTF-8");
    given().when(add({"1", std::string(1'001, 'x'), 1, {}})).then_throws<std::domain_error>("at most 1000 bytes");
    given().when(add({"1", "", 1'000'000'000, Money{1'000'001}})).then_throws<std::domain_error>("the amount is too");
    given()
        .given(added, shipped)
        .when(add(line(1)))
        .then_throws<std::domain_error>("order 1 has been shipped and cannot be changed");
}

TEST_CASE("an order that is not empty is shipped once", "[orders]") {
    auto const ship = [](Order& order) { order.ship("DHL", "TRK-1"); };
    Spec{"1"}.when(ship).then_throws<std::domain_error>("there is no order 1");
    Spec{"1"}.given(created).when(ship).then_throws<std::domain_error>("is empty");
    Spec{"1"}.given(created, added).when(ship).then(shipped);
    Spec{"1"}.given(created, added, shipped).when(ship).then_throws<std::domain_error>("has been shipped");
    Spec{"1"}
        .given(created, added)
        .when([](Order& order) { order.ship("DHL", ""); })
        .then_throws<std::domain_error>("the tracking number is missing");
}

TEST_CASE("the total of an order cannot grow beyond what money can hold", "[orders]") {
    auto spec = Spec{"1"};
    spec.given(created);
    LineAdded const most{"1", "", 1'000'000'000, Money{1'000'000}};
    for (int i = 0; i < 9'223; ++i) {
        spec.given(most);
    }
    spec.when([](Order& order) { order.add_line({"1", "", 1'000'000'000, Money{1'000'000}}); }
    ).then_throws<std::domain_error>("the amount is too large");
    CHECK(to_text(spec.aggregate().state().total) == "9223000000000.00");
}

TEST_CASE("the id tells the kind of an order", "[orders]") {
    CHECK(kind_of("536365") == OrderKind::order);
    CHECK(kind_of("C536379") == OrderKind::credit_note);
    CHECK(kind_of("A563185") == OrderKind::adjustment);
}
