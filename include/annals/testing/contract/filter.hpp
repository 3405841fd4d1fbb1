// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_FILTER_HPP
#define ANNALS_TESTING_CONTRACT_FILTER_HPP

#include <annals/detail/event_type_of.hpp>
#include <annals/testing/contract/names.hpp>
#include <annals/testing/contract/reading.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace annals::testing {

namespace detail {

template <class Fixture>
[[nodiscard]] std::string type_of_event(std::size_t n) {
    return std::string{annals::detail::event_type_of(Fixture::payload(n))};
}

/// Appends events one after another, in turn to streams of three types; one of these is the beginning of another.
template <class Fixture>
void fill(Fixture& fixture, std::size_t count) {
    std::array<char const*, 3> const categories{"Order", "OrderLine", "Invoice"};
    for (std::size_t n = 0; n < count; ++n) {
        StreamName const stream{categories[n / 3 % 3], "order-" + std::to_string(n % 2)};
        fixture.store().append(stream, ExpectedVersion::any(), make_events<Fixture>(n, 1));
    }
}

/// Checks that the filter leaves of the log what `wanted` does, and changes nothing else.
template <class Fixture, class Wanted>
void expect_filtered(Fixture& fixture, std::string_view what, EventFilter const& filter, Wanted&& wanted) {
    auto expected = read(fixture.store().get_all_events());
    std::erase_if(expected, [&](auto const& event) {
        return !wanted(std::string_view{event.aggregate_type()}, annals::detail::event_type_of(event.payload));
    });
    expect_same<Fixture>(what, read(fixture.second_handle().read_all(Position{}, all_events, filter)), expected);
}

template <class Fixture>
void no_clauses(Fixture& fixture) {
    fill(fixture, 20);
    expect_filtered(fixture, "a log without a filter", EventFilter{}, [](auto, auto) { return true; });
}

template <class Fixture>
void category_filter(Fixture& fixture) {
    fill(fixture, 20);
    for (std::string const category : {"Order", "OrderLine", "Invoice"}) {
        expect_filtered(fixture, "category " + category, EventFilter::category(category), [&](auto actual, auto) {
            return actual == category;
        });
    }
}

template <class Fixture>
void type_filter(Fixture& fixture) {
    fill(fixture, 20);
    std::vector<std::string> const types{type_of_event<Fixture>(0), type_of_event<Fixture>(1)};
    expect_filtered(fixture, "one event type", EventFilter::types({types[0]}), [&](auto, auto type) {
        return type == types[0];
    });
    expect_filtered(fixture, "two event types", EventFilter::types(types), [&](auto, auto type) {
        return type == types[0] || type == types[1];
    });
    EventFilter const of_orders{EventFilter::Clause{"Order", {types[1]}}};
    expect_filtered(fixture, "an event type of one category", of_orders, [&](auto category, auto type) {
        return category == "Order" && type == types[1];
    });
}

template <class Fixture>
void filter_without_types(Fixture& fixture) {
    fill(fixture, 20);
    std::string const unwanted = type_of_event<Fixture>(1);
    expect_filtered(
        fixture,
        "a category without an event type",
        EventFilter::category_without("Order", {unwanted, "Unheard"}),
        [&](auto category, auto type) { return category == "Order" && type != unwanted; }
    );
    expect_filtered(
        fixture,
        "all without an event type",
        EventFilter{EventFilter::Clause{{}, {unwanted}, true}},
        [&](auto, auto type) { return type != unwanted; }
    );
}

template <class Fixture>
void several_clauses(Fixture& fixture) {
    fill(fixture, 30);
    std::string const type = type_of_event<Fixture>(0);
    // An order of the type is admitted twice.
    EventFilter const filter = EventFilter::category("Invoice") | EventFilter::types({type}) |
                               EventFilter::category_without("Order", {type_of_event<Fixture>(1)});
    expect_filtered(fixture, "three clauses", filter, [&](auto category, auto actual) {
        return category == "Invoice" || actual == type || (category == "Order" && actual != type_of_event<Fixture>(1));
    });
}

template <class Fixture>
void filtered_limit(Fixture& fixture) {
    fill(fixture, 40);
    EventFilter const filter = EventFilter::category("Invoice");
    auto const all = read(fixture.store().read_all(Position{}, all_events, filter));
    for (std::size_t const limit : {std::size_t{0}, std::size_t{1}, all.size() - 1, all.size(), all.size() + 1}) {
        auto const some = read(fixture.store().read_all(Position{}, limit, filter));
        std::size_t const expected = limit < all.size() ? limit : all.size();
        expect_same<Fixture>(
            "a limited filter", some, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(expected)}
        );
    }
}

template <class Fixture>
void filtered_positions(Fixture& fixture) {
    fill(fixture, 30);
    EventFilter const filter = EventFilter::category("Invoice") | EventFilter::types({type_of_event<Fixture>(1)});
    auto const whole = read(fixture.store().read_all());
    for (auto const& from : whole) {
        auto expected = read(fixture.store().read_all(from.position));
        std::erase_if(expected, [&](auto const& event) {
            return !filter.admits(event.aggregate_type(), annals::detail::event_type_of(event.payload));
        });
        auto const actual = read(fixture.store().read_all(from.position, all_events, filter));
        expect_same<Fixture>("a filter after a position", actual, expected);
    }
}

template <class Fixture>
void filter_over_pages(Fixture& fixture) {
    constexpr std::size_t count = 3'000; // more than a page, wanted and not
    for (std::size_t n = 0; n < 5; ++n) {
        StreamName const stream{n % 2 == 0 ? "Order" : "Invoice", "1"};
        fixture.store().append(stream, ExpectedVersion::any(), make_events<Fixture>(n * count, count));
    }
    for (std::string const category : {"Order", "Invoice"}) {
        expect_filtered(fixture, "a filter over pages", EventFilter::category(category), [&](auto actual, auto) {
            return actual == category;
        });
    }
}

template <class Fixture>
void hostile_filters(Fixture& fixture) {
    std::vector<std::string> names = names_like_sql();
    names.insert(names.end(), {"Order", "order", "{a,b}", "\"", "NULL,", "\u00E9"});
    for (std::size_t n = 0; n < names.size(); ++n) {
        auto events = make_events<Fixture>(n, 1);
        if constexpr (std::same_as<PayloadOf<Fixture>, EncodedPayload>) {
            events[0].payload.type = names[n];
        }
        fixture.store().append(StreamName{names[n], "1"}, ExpectedVersion::any(), events);
    }
    for (std::string const& name : names) {
        std::string const shown = in_quotes(name);
        expect_filtered(fixture, "category " + shown, EventFilter::category(name), [&](auto category, auto) {
            return category == name;
        });
        expect_filtered(fixture, "event type " + shown, EventFilter::types({name}), [&](auto, auto type) {
            return type == name;
        });
        EventFilter const others{EventFilter::Clause{{}, {name}, true}};
        expect_filtered(fixture, "all but event type " + shown, others, [&](auto, auto type) { return type != name; });
    }
}

template <class Fixture>
void filters_for_nothing(Fixture& fixture) {
    auto const expect_nothing = [&](std::string_view what, EventFilter const& filter) {
        expect_filtered(fixture, what, filter, [](auto, auto) { return false; });
    };
    expect_nothing("an empty store", EventFilter::category("Order"));
    fill(fixture, 12);
    expect_nothing("an unknown category", EventFilter::category("Unheard"));
    expect_nothing("an unknown event type", EventFilter::types({"Unheard"}));
    expect_nothing("no event types", EventFilter::types({}));
    expect_nothing("no event types of a category", EventFilter{EventFilter::Clause{"Order", {}}});
}

template <class Fixture>
void long_filters(Fixture& fixture) {
    fill(fixture, 20);
    std::string const wanted = type_of_event<Fixture>(1);
    std::vector<std::string> types;
    for (std::size_t n = 0; n < 300; ++n) {
        types.push_back("Unheard" + std::to_string(n));
    }
    types.push_back(wanted);
    expect_filtered(fixture, "301 event types", EventFilter::types(types), [&](auto, auto type) {
        return type == wanted;
    });
    expect_filtered(
        fixture,
        "all but 301 event types",
        EventFilter{EventFilter::Clause{{}, types, true}},
        [&](auto, auto type) { return type != wanted; }
    );
    EventFilter clauses = EventFilter::category("Unheard");
    for (std::size_t n = 1; n + 1 < EventFilter::max_size; ++n) {
        clauses = clauses | EventFilter::category("Unheard" + std::to_string(n));
    }
    clauses = clauses | EventFilter::category("Invoice");
    expect_filtered(fixture, "as many clauses as there may be", clauses, [](auto category, auto) {
        return category == "Invoice";
    });
}

} // namespace detail

/// What a filter leaves of the log, for a `FilteringEventStore`.
template <EventStoreFixture Fixture>
    requires FilteringEventStore<typename Fixture::store_type>
inline constexpr std::array filter_contract{
    detail::rule<Fixture, &detail::no_clauses<Fixture>>("a filter without clauses hands out the whole log"),
    detail::rule<Fixture, &detail::category_filter<Fixture>>("a filter for a category hands out that one alone"),
    detail::rule<Fixture, &detail::type_filter<Fixture>>("a filter for event types hands out these alone"),
    detail::rule<Fixture, &detail::filter_without_types<Fixture>>(
        "a filter for all but some types leaves out these alone"
    ),
    detail::rule<Fixture, &detail::several_clauses<Fixture>>("several clauses hand out once what any of them admits"),
    detail::rule<Fixture, &detail::filtered_limit<Fixture>>("the limit counts the events that a filter admits"),
    detail::rule<Fixture, &detail::filtered_positions<Fixture>>(
        "filtered events come in the order and at the positions of the log"
    ),
    detail::rule<Fixture, &detail::filter_over_pages<Fixture>>("a filter may pass over thousands of events"),
    detail::rule<Fixture, &detail::hostile_filters<Fixture>>("quotes, wildcards and SQL in a filter are plain text"),
    detail::rule<Fixture, &detail::filters_for_nothing<Fixture>>("a filter that admits nothing hands out nothing"),
    detail::rule<Fixture, &detail::long_filters<Fixture>>("a filter may name hundreds of types"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_FILTER_HPP
