// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_REOPENING_HPP
#define ANNALS_TESTING_CONTRACT_REOPENING_HPP

#include <annals/testing/contract/reading.hpp>
#include <annals/testing/contract/retry.hpp>

#include <array>
#include <vector>

namespace annals::testing {

namespace detail {

template <class Fixture>
void events_are_there_after_reopening(Fixture& fixture) {
    EventLedger<Fixture> ledger = interleave(fixture, 10);
    for (std::size_t n = 0; n < 3; ++n) {
        fixture.reopen();
        ledger.check(fixture.store());
        ledger.append(
            fixture.store(), stream_named("order-1"), ExpectedVersion::stream_exists(), make_events<Fixture>(100 + n, 2)
        );
        ledger.check(fixture.second_handle());
    }
}

template <class Fixture>
void appends_are_recognised_after_reopening(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    auto const all = append_each_kind(fixture, ledger);
    fixture.reopen();
    for (FirstTime<Fixture> const& made : all) {
        repeat(fixture, {{made.stream, made.expected, made.events}}, {made.result});
    }
    ledger.check(fixture.store());
}

template <class Fixture>
void positions_go_on_after_reopening(Fixture& fixture) {
    Position last;
    for (std::size_t n = 0; n < 4; ++n) {
        AppendResult const result = fixture.store().append(
            stream_named("order-" + std::to_string(n)), ExpectedVersion::any(), make_events<Fixture>(n, 1)
        );
        expect(last < result.position, "positions grow on after reopening");
        last = result.position;
        fixture.reopen();
        expect(last <= fixture.store().head(), "the head is not before the last event after reopening");
    }
}

} // namespace detail

/// What holds for a store that persists when it is closed and opened again.
template <EventStoreFixture Fixture>
    requires(Fixture::quirks.persists_across_reopen)
inline constexpr std::array reopening_contract{
    detail::rule<Fixture, &detail::events_are_there_after_reopening<Fixture>>("events are there after reopening"),
    detail::rule<Fixture, &detail::appends_are_recognised_after_reopening<Fixture>>(
        "a repeated append is recognised after reopening"
    ),
    detail::rule<Fixture, &detail::positions_go_on_after_reopening<Fixture>>("positions go on after reopening"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_REOPENING_HPP
