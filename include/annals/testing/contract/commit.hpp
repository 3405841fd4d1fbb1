// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_COMMIT_HPP
#define ANNALS_TESTING_CONTRACT_COMMIT_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <span>
#include <vector>

namespace annals::testing {

namespace detail {

template <class Fixture>
void commit_to_several_streams(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const a = stream_named("a");
    StreamName const b = stream_named("b");
    StreamName const c = stream_named("c");
    auto const first = make_events<Fixture>(0, 2);
    auto const second = make_events<Fixture>(2, 1);
    auto const third = make_events<Fixture>(3, 3);
    ledger.append(
        fixture.store(),
        {{c, ExpectedVersion::any(), first},
         {a, ExpectedVersion::no_stream(), second},
         {b, ExpectedVersion::any(), third}}
    );
    ledger.check(fixture.store());
    auto const fourth = make_events<Fixture>(6, 2);
    ledger.append(
        fixture.second_handle(),
        {{a, ExpectedVersion::exactly(Version{1}), fourth}, {c, ExpectedVersion::stream_exists(), {}}}
    );
    ledger.check(fixture.store());
    expect(fixture.store().append(std::span<AppendOf<Fixture> const>{}).empty(), "a commit of nothing has no results");
}

template <class Fixture>
void commit_with_one_expectation_not_met(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const there = stream_named("there");
    ledger.append(fixture.store(), there, ExpectedVersion::any(), make_events<Fixture>(0, 1));
    auto const one = make_events<Fixture>(1, 2);
    auto const two = make_events<Fixture>(3, 2);
    auto const bad = make_events<Fixture>(5, 1);
    AppendOf<Fixture> const first{stream_named("a"), ExpectedVersion::no_stream(), one};
    AppendOf<Fixture> const second{stream_named("b"), ExpectedVersion::any(), two};
    AppendOf<Fixture> const refused{there, ExpectedVersion::no_stream(), bad};
    for (auto const& commit : std::vector<std::vector<AppendOf<Fixture>>>{
             {first, second, refused}, {first, refused, second}, {refused, first, second}
         }) {
        auto const error = ledger.template expect_refused<ConcurrencyError>(
            "ConcurrencyError", "a commit in which one of three streams is not as expected", fixture.store(), commit
        );
        expect_equal("ConcurrencyError::stream()", error.stream(), there);
        expect_equal("ConcurrencyError::actual()", error.actual(), Version{1});
    }
    ledger.append(fixture.store(), {first, second});
    ledger.check(fixture.store());
}

template <class Fixture>
void commit_with_one_bad_event(Fixture& fixture) {
    EventLedger<Fixture> const ledger;
    auto const good = make_events<Fixture>(0, 3);
    auto bad = make_events<Fixture>(3, 2);
    bad.back().timestamp = (Timestamp::max)();
    ledger.template expect_refused<InvalidInput>(
        "InvalidInput",
        "a commit whose last event is of the year 294247",
        fixture.store(),
        {{stream_named("a"), ExpectedVersion::any(), good}, {stream_named("b"), ExpectedVersion::any(), bad}}
    );
}

template <class Fixture>
void conditions_guard_a_commit(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const guard = stream_named("guard");
    ledger.append(fixture.store(), guard, ExpectedVersion::any(), make_events<Fixture>(0, 2));
    auto const events = make_events<Fixture>(2, 2);
    AppendOf<Fixture> const work{stream_named("work"), ExpectedVersion::no_stream(), events};
    auto const error = ledger.template expect_refused<ConcurrencyError>(
        "ConcurrencyError",
        "a commit whose condition on another stream does not hold",
        fixture.store(),
        {work, {guard, ExpectedVersion::exactly(Version{1}), {}}}
    );
    expect_equal("ConcurrencyError::stream()", error.stream(), guard);
    expect_equal("ConcurrencyError::actual()", error.actual(), Version{2});
    ledger.append(fixture.store(), {{guard, ExpectedVersion::exactly(Version{2}), {}}, work});
    ledger.check(fixture.store());
}

template <class Fixture>
void condition_alone_writes_nothing(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const stream = stream_named("order-1");
    ledger.append(fixture.store(), stream, ExpectedVersion::no_stream(), {});
    ledger.append(fixture.store(), stream, ExpectedVersion::no_stream(), make_events<Fixture>(0, 2));
    ledger.append(fixture.store(), stream, ExpectedVersion::exactly(Version{2}), {});
    ledger.append(fixture.store(), stream, ExpectedVersion::stream_exists(), {});
    ledger.append(fixture.store(), stream, ExpectedVersion::any(), {});
    ledger.template expect_refused<ConcurrencyError>(
        "ConcurrencyError",
        "a condition that does not hold",
        fixture.store(),
        stream,
        ExpectedVersion::exactly(Version{1}),
        {}
    );
}

} // namespace detail

/// What a commit to several streams writes and refuses.
template <EventStoreFixture Fixture>
inline constexpr std::array commit_contract{
    detail::rule<Fixture, &detail::commit_to_several_streams<Fixture>>(
        "a commit writes to all its streams, in the order it names them"
    ),
    detail::rule<Fixture, &detail::commit_with_one_expectation_not_met<Fixture>>(
        "a commit writes nothing if one of its streams is not as expected"
    ),
    detail::rule<Fixture, &detail::commit_with_one_bad_event<Fixture>>(
        "a commit to several streams with one bad event writes nothing"
    ),
    detail::rule<Fixture, &detail::conditions_guard_a_commit<Fixture>>(
        "a stream without events is a condition of its commit"
    ),
    detail::rule<Fixture, &detail::condition_alone_writes_nothing<Fixture>>(
        "an append without events checks the condition and writes nothing"
    ),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_COMMIT_HPP
