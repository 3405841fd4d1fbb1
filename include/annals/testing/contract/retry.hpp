// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_RETRY_HPP
#define ANNALS_TESTING_CONTRACT_RETRY_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::testing {

namespace detail {

/// Checks that a repeated commit is acknowledged as such, with the results of the first time.
inline void expect_repeated(std::vector<AppendResult> const& repeated, std::vector<AppendResult> const& first) {
    expect_equal("the number of results of a repeated commit", repeated.size(), first.size());
    for (std::size_t i = 0; i < first.size(); ++i) {
        expect_equal("already_appended of a repeated commit", repeated[i].already_appended, true);
        expect_equal("the version of a repeated commit", repeated[i].version, first[i].version);
        expect_equal("the position of a repeated commit", repeated[i].position, first[i].position);
    }
}

template <class Fixture>
void repeat(Fixture& fixture, std::vector<AppendOf<Fixture>> const& commit, std::vector<AppendResult> const& first) {
    expect_repeated(fixture.store().append(std::span{commit}), first);
    expect_repeated(fixture.second_handle().append(std::span{commit}), first);
}

template <class Fixture>
struct FirstTime {
    StreamName stream;
    ExpectedVersion expected;
    std::vector<NewEventOf<Fixture>> events;
    AppendResult result;
};

/// One append of each kind of expectation, each to a stream of its own. Streams that must exist have one event before.
template <class Fixture>
std::vector<FirstTime<Fixture>> append_each_kind(Fixture& fixture, EventLedger<Fixture>& ledger) {
    std::vector<FirstTime<Fixture>> made;
    for (ExpectedVersion const expected :
         {ExpectedVersion::any(),
          ExpectedVersion::no_stream(),
          ExpectedVersion::stream_exists(),
          ExpectedVersion::exactly(Version{}),
          ExpectedVersion::exactly(Version{1})}) {
        StreamName const stream = stream_named("order-" + std::to_string(made.size()));
        if (!expected.admits(Version{})) {
            ledger.append(
                fixture.store(), stream, ExpectedVersion::no_stream(), make_events<Fixture>(ledger.size(), 1)
            );
        }
        auto events = make_events<Fixture>(ledger.size(), 2);
        AppendResult const result = ledger.append(fixture.store(), stream, expected, events);
        made.push_back({stream, expected, std::move(events), result});
    }
    return made;
}

template <class Fixture>
void repeated_append(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    for (FirstTime<Fixture> const& made : append_each_kind(fixture, ledger)) {
        repeat(fixture, {{made.stream, made.expected, made.events}}, {made.result});
        ledger.check(fixture.store());
    }
}

template <class Fixture>
void repeated_append_after_others(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    auto const all = append_each_kind(fixture, ledger);
    for (FirstTime<Fixture> const& made : all) {
        ledger.append(
            fixture.second_handle(), made.stream, ExpectedVersion::any(), make_events<Fixture>(ledger.size(), 3)
        );
    }
    for (FirstTime<Fixture> const& made : all) {
        repeat(fixture, {{made.stream, made.expected, made.events}}, {made.result});
    }
    ledger.check(fixture.store());
}

template <class Fixture>
void repeated_commit(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const b = stream_named("b");
    ledger.append(fixture.store(), b, ExpectedVersion::any(), make_events<Fixture>(0, 2));
    auto const first = make_events<Fixture>(2, 2);
    auto const second = make_events<Fixture>(4, 1);
    std::vector<AppendOf<Fixture>> const commit{
        {b, ExpectedVersion::exactly(Version{2}), first}, {stream_named("a"), ExpectedVersion::no_stream(), second}
    };
    auto const results = ledger.append(fixture.store(), commit);
    repeat(fixture, commit, results);
    ledger.append(fixture.store(), b, ExpectedVersion::any(), make_events<Fixture>(5, 1));
    repeat(fixture, commit, results);
    ledger.check(fixture.store());
}

template <class Fixture>
void repeated_commit_with_condition(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const guard = stream_named("guard");
    ledger.append(fixture.store(), guard, ExpectedVersion::any(), make_events<Fixture>(0, 1));
    auto const events = make_events<Fixture>(1, 2);
    std::vector<AppendOf<Fixture>> const commit{
        {guard, ExpectedVersion::exactly(Version{1}), {}}, {stream_named("work"), ExpectedVersion::no_stream(), events}
    };
    auto const results = ledger.append(fixture.store(), commit);
    repeat(fixture, commit, results);
    ledger.append(fixture.store(), guard, ExpectedVersion::any(), make_events<Fixture>(3, 1));
    auto const repeated = fixture.store().append(std::span{commit});
    expect_repeated({repeated.at(1)}, {results.at(1)});
    expect_equal("the version of a condition in a repeated commit", repeated.at(0).version, Version{2});
    ledger.check(fixture.store());
}

template <class Fixture>
void refused_ids_stay_free(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const stream = stream_named("order-1");
    auto const events = make_events<Fixture>(0, 2);
    ledger.template expect_refused<ConcurrencyError>(
        "ConcurrencyError",
        "an append to a stream that must exist",
        fixture.store(),
        stream,
        ExpectedVersion::stream_exists(),
        events
    );
    ledger.append(fixture.store(), stream, ExpectedVersion::no_stream(), events);
    ledger.check(fixture.store());
}

} // namespace detail

/// A retry of an append is safe.
template <EventStoreFixture Fixture>
inline constexpr std::array retry_contract{
    detail::rule<Fixture, &detail::repeated_append<Fixture>>("a repeated append succeeds, says so and writes nothing"),
    detail::rule<Fixture, &detail::repeated_append_after_others<Fixture>>(
        "an append is recognised after others have appended"
    ),
    detail::rule<Fixture, &detail::repeated_commit<Fixture>>("a repeated commit to several streams is recognised"),
    detail::rule<Fixture, &detail::repeated_commit_with_condition<Fixture>>(
        "a repeated commit is recognised though its condition holds no more"
    ),
    detail::rule<Fixture, &detail::refused_ids_stay_free<Fixture>>("the ids of a refused append can be sent again"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_RETRY_HPP
