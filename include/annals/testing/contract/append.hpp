// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_APPEND_HPP
#define ANNALS_TESTING_CONTRACT_APPEND_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

/// A stream in one of the states that expected versions tell apart, and what it admits and refuses.
struct ExpectationCase {
    std::size_t events;
    std::vector<ExpectedVersion> admitted;
    std::vector<ExpectedVersion> refused;
};

[[nodiscard]] inline std::vector<ExpectationCase> expectation_cases() {
    auto const exactly = [](std::int64_t version) { return ExpectedVersion::exactly(Version{version}); };
    ExpectedVersion const any = ExpectedVersion::any();
    ExpectedVersion const none = ExpectedVersion::no_stream();
    ExpectedVersion const some = ExpectedVersion::stream_exists();
    std::int64_t const last = (std::numeric_limits<std::int64_t>::max)();
    return {
        {0, {any, none, exactly(0)}, {some, exactly(1), exactly(last)}},
        {1, {any, some, exactly(1)}, {none, exactly(0), exactly(2), exactly(last)}},
        {3, {any, some, exactly(3)}, {none, exactly(0), exactly(2), exactly(4), exactly(last)}},
    };
}

/// Calls `check` with each expectation, a new stream in its state, and the number of events in that stream.
template <class Fixture, class Check>
void for_each_expectation(
    Fixture& fixture, EventLedger<Fixture>& ledger, std::vector<ExpectedVersion> ExpectationCase::* kind, Check&& check
) {
    std::size_t streams = 0;
    for (ExpectationCase const& state : expectation_cases()) {
        for (ExpectedVersion const expected : state.*kind) {
            StreamName const stream = stream_named("order-" + std::to_string(++streams));
            if (state.events > 0) {
                auto const events = make_events<Fixture>(streams * 10, state.events);
                ledger.append(fixture.store(), stream, ExpectedVersion::no_stream(), events);
            }
            check(expected, stream, state.events);
        }
    }
}

template <class Fixture>
void versions_are_dense(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const stream = stream_named("order-1");
    for (std::size_t const count : {1U, 3U, 2U, 1U}) {
        ledger.append(fixture.store(), stream, ExpectedVersion::any(), make_events<Fixture>(ledger.size(), count));
    }
    std::int64_t version = 0;
    for (auto const& event : fixture.store().get_events(stream)) {
        expect_equal("the version of an event", event.version, Version{++version});
    }
    ledger.check(fixture.store());
}

template <class Fixture>
void expectation_met(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    for_each_expectation(fixture, ledger, &ExpectationCase::admitted, [&](auto expected, auto const& stream, auto) {
        ledger.append(fixture.store(), stream, expected, make_events<Fixture>(500, 2));
    });
    ledger.check(fixture.store());
}

template <class Fixture>
void expectation_not_met(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    for_each_expectation(
        fixture,
        ledger,
        &ExpectationCase::refused,
        [&](ExpectedVersion expected, StreamName const& stream, std::size_t count) {
            auto const error = ledger.template expect_refused<ConcurrencyError>(
                "ConcurrencyError",
                "an append that expects " + to_text(expected) + " of a stream at version " + show(count),
                fixture.store(),
                stream,
                expected,
                make_events<Fixture>(500, 2)
            );
            expect_equal("ConcurrencyError::stream()", error.stream(), stream);
            expect_equal("ConcurrencyError::expected()", error.expected(), expected);
            expect_equal("ConcurrencyError::actual()", error.actual(), Version{static_cast<std::int64_t>(count)});
        }
    );
}

template <class Fixture>
void results_tell_where_events_stand(Fixture& fixture) {
    auto& store = fixture.store();
    for (std::size_t const count : {1U, 4U, 2U}) {
        AppendResult const result =
            store.append(stream_named("order-1"), ExpectedVersion::any(), make_events<Fixture>(count * 10, count));
        auto const log = read(store.read_all());
        expect(!log.empty(), "an appended event is in the log");
        expect_equal("AppendResult::position", result.position, log.back().position);
        expect_equal("AppendResult::version", result.version, log.back().version);
        expect_equal("AppendResult::already_appended", result.already_appended, false);
    }
}

template <class Fixture>
void refused_batch_writes_nothing(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    StreamName const stream = stream_named("order-1");
    ledger.append(fixture.store(), stream, ExpectedVersion::any(), make_events<Fixture>(0, 1));
    auto events = make_events<Fixture>(1, 5);
    events.back().event_id = EventId{};
    ledger.template expect_refused<InvalidInput>(
        "InvalidInput", "a batch whose last event has no id", fixture.store(), stream, ExpectedVersion::any(), events
    );
    events.back().event_id = read(fixture.store().get_events(stream)).front().event_id;
    ledger.template expect_refused<IdempotencyMismatch>(
        "IdempotencyMismatch",
        "a batch whose last event has the id of another one",
        fixture.store(),
        stream,
        ExpectedVersion::any(),
        events
    );
    events.back().event_id = new_event_id();
    ledger.append(fixture.store(), stream, ExpectedVersion::exactly(Version{1}), events);
    ledger.check(fixture.store());
}

template <class Fixture>
void appends_are_seen_at_once(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    for (std::size_t n = 0; n < 6; ++n) {
        auto& writer = n % 2 == 0 ? fixture.store() : fixture.second_handle();
        auto& reader = n % 2 == 0 ? fixture.second_handle() : fixture.store();
        ledger.append(
            writer, stream_named("order-" + std::to_string(n % 3)), ExpectedVersion::any(), make_events<Fixture>(n, 1)
        );
        ledger.check(reader);
        ledger.check(writer);
    }
}

} // namespace detail

/// What an append to one stream writes, refuses and tells.
template <EventStoreFixture Fixture>
inline constexpr std::array append_contract{
    detail::rule<Fixture, &detail::versions_are_dense<Fixture>>("the versions of a stream are 1, 2, 3 without holes"),
    detail::rule<Fixture, &detail::expectation_met<Fixture>>("an append is made if the stream is as expected"),
    detail::rule<Fixture, &detail::expectation_not_met<Fixture>>(
        "an append is refused if the stream is not as expected, tells both versions and writes nothing"
    ),
    detail::rule<Fixture, &detail::results_tell_where_events_stand<Fixture>>(
        "an append tells where its last event stands"
    ),
    detail::rule<Fixture, &detail::refused_batch_writes_nothing<Fixture>>("a batch with one bad event writes nothing"),
    detail::rule<Fixture, &detail::appends_are_seen_at_once<Fixture>>("what one handle has appended, every handle sees"
    ),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_APPEND_HPP
