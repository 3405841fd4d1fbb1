// SPDX-License-Identifier: MIT

#include <annals/event_filter.hpp>
#include <tests/catch.hpp>

#include <string>
#include <vector>

using annals::EventFilter;
using Clause = EventFilter::Clause;

namespace {

std::vector<std::string> many_types(std::size_t count) {
    std::vector<std::string> types;
    for (std::size_t n = 0; n < count; ++n) {
        types.push_back("Type" + std::to_string(n));
    }
    return types;
}

} // namespace

TEST_CASE("EventFilter: without clauses it admits all") {
    EventFilter const all;
    CHECK(all.admits_all());
    CHECK(all.clauses().empty());
    CHECK(all.admits("Order", "Created"));
    CHECK(EventFilter{Clause{{}, {}, true}} == all);
}

TEST_CASE("EventFilter: a category") {
    EventFilter const orders = EventFilter::category("Order");
    CHECK_FALSE(orders.admits_all());
    CHECK(orders.admits("Order", "Created"));
    CHECK_FALSE(orders.admits("order", "Created"));
    CHECK_FALSE(orders.admits("OrderLine", "Created"));
    CHECK_FALSE(orders.admits("Orde", "Order"));

    EventFilter const without = EventFilter::category_without("Order", {"Created", "Shipped"});
    CHECK(without.admits("Order", "Paid"));
    CHECK_FALSE(without.admits("Order", "Created"));
    CHECK_FALSE(without.admits("Order", "Shipped"));
    CHECK_FALSE(without.admits("Invoice", "Paid"));
    CHECK(EventFilter::category_without("Order", {}) == orders);
}

TEST_CASE("EventFilter: event types") {
    EventFilter const types = EventFilter::types({"Created", "Shipped"});
    CHECK(types.admits("Order", "Created"));
    CHECK(types.admits("Parcel", "Shipped"));
    CHECK_FALSE(types.admits("Order", "Paid"));
    CHECK_FALSE(types.admits("Created", "created"));

    EventFilter const nothing = EventFilter::types({});
    CHECK_FALSE(nothing.admits_all());
    CHECK_FALSE(nothing.admits("Order", "Created"));

    EventFilter const others{Clause{{}, {"Created"}, true}};
    CHECK(others.admits("Order", "Paid"));
    CHECK_FALSE(others.admits("Order", "Created"));

    EventFilter const of_orders{Clause{"Order", {"Created"}}};
    CHECK(of_orders.admits("Order", "Created"));
    CHECK_FALSE(of_orders.admits("Order", "Paid"));
    CHECK_FALSE(of_orders.admits("Invoice", "Created"));
}

TEST_CASE("EventFilter: two joined admit what one of them does") {
    EventFilter const either = EventFilter::category("Order") | EventFilter::types({"Paid"});
    CHECK(either.clauses().size() == 2);
    CHECK(either.admits("Order", "Created"));
    CHECK(either.admits("Invoice", "Paid"));
    CHECK_FALSE(either.admits("Invoice", "Created"));
    CHECK((EventFilter::types({}) | either).admits("Order", "Created"));

    CHECK((EventFilter{} | either).admits_all());
    CHECK((either | EventFilter{}).admits_all());
    CHECK((EventFilter{} | EventFilter{}).admits_all());
    CHECK((either | EventFilter{Clause{{}, {}, true}}).admits_all());
}

TEST_CASE("EventFilter: names keep to the limits of names") {
    using annals::InvalidInput;
    CHECK_THROWS_AS(EventFilter::category(""), InvalidInput);
    CHECK_THROWS_AS(EventFilter::category_without("", {"Created"}), InvalidInput);
    for (std::string const& name :
         {std::string{"a\nb"}, std::string{"\xC3"}, std::string(256, 'n'), std::string(1, '\0')}) {
        CHECK_THROWS_AS(EventFilter::category(name), InvalidInput);
        CHECK_THROWS_AS(EventFilter::types({"Created", name}), InvalidInput);
        CHECK_THROWS_AS(EventFilter(Clause{name, {}, true}), InvalidInput);
        CHECK_THROWS_AS(EventFilter(Clause{{}, {name}, true}), InvalidInput);
    }
    CHECK_THROWS_AS(EventFilter::types({""}), InvalidInput);
    CHECK_NOTHROW(EventFilter::types({std::string(255, 'n')}));
}

TEST_CASE("EventFilter: it has a limited size") {
    constexpr std::size_t most = EventFilter::max_size;
    EventFilter const largest = EventFilter::types(many_types(most - 1)); // and the clause
    CHECK(largest.admits("Order", "Type0"));
    CHECK_THROWS_AS(EventFilter::types(many_types(most)), annals::InvalidInput);
    CHECK_THROWS_AS(largest | EventFilter::types({}), annals::InvalidInput);
    CHECK((largest | EventFilter{}).admits_all());

    EventFilter clauses = EventFilter::category("Order");
    for (std::size_t n = 1; n < most; ++n) {
        clauses = clauses | EventFilter::category("Order");
    }
    CHECK_THROWS_AS(clauses | EventFilter::category("Order"), annals::InvalidInput);
}
