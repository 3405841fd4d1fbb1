// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_IDEMPOTENCY_HPP
#define ANNALS_TESTING_CONTRACT_IDEMPOTENCY_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
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

/// Two events stored in "order-1", and what is sent with their ids must be a mismatch.
template <class Fixture>
class KnownEvents {
public:
    explicit KnownEvents(Fixture& fixture) : fixture_{fixture} {
        ledger_.append(fixture.store(), stream, ExpectedVersion::no_stream(), events);
    }

    void expect_mismatch(std::string_view what, std::vector<NewEventOf<Fixture>> const& sent) const {
        expect_mismatch(what, stream, sent);
    }
    void
    expect_mismatch(std::string_view what, StreamName const& to, std::vector<NewEventOf<Fixture>> const& sent) const {
        for (ExpectedVersion const expected : {ExpectedVersion::no_stream(), ExpectedVersion::any()}) {
            auto const error = ledger_.template expect_refused<IdempotencyMismatch>(
                "IdempotencyMismatch", what, fixture_.store(), to, expected, sent
            );
            expect_equal("IdempotencyMismatch::stream()", error.stream(), to);
            bool const is_known = error.event_id() == events[0].event_id || error.event_id() == events[1].event_id;
            expect(is_known, "IdempotencyMismatch::event_id() is that of a stored event");
        }
    }
    void expect_mismatch(std::string_view what, std::vector<AppendOf<Fixture>> const& commit) const {
        ledger_.template expect_refused<IdempotencyMismatch>("IdempotencyMismatch", what, fixture_.store(), commit);
    }

    StreamName stream = stream_named("order-1");
    std::vector<NewEventOf<Fixture>> events = make_events<Fixture>(0, 2);

private:
    Fixture& fixture_;
    EventLedger<Fixture> ledger_;
};

template <class Fixture>
void known_id_with_another_payload(Fixture& fixture) {
    KnownEvents<Fixture> known{fixture};
    auto sent = known.events;
    for (std::size_t n = 2; n < 30; ++n) { // some of the type of the stored one, some not
        sent[1].payload = Fixture::payload(n);
        known.expect_mismatch("a known event id with another payload", sent);
    }
}

template <class Fixture>
void known_id_with_another_envelope(Fixture& fixture) {
    KnownEvents<Fixture> known{fixture};
    auto sent = known.events;
    sent[0].metadata.user = "somebody else";
    known.expect_mismatch("a known event id with other metadata", sent);
    sent = known.events;
    sent[0].metadata.extra["key"] = "";
    known.expect_mismatch("a known event id with one free key more", sent);
    sent = known.events;
    sent[1].timestamp += std::chrono::microseconds{1};
    known.expect_mismatch("a known event id a microsecond later", sent);
}

template <class Fixture>
void known_id_in_another_stream(Fixture& fixture) {
    KnownEvents<Fixture> known{fixture};
    known.expect_mismatch("events of one stream sent to another", stream_named("order-2"), known.events);
    known.expect_mismatch(
        "events of one stream sent to the same id of another type", StreamName{"Invoice", "order-1"}, known.events
    );
}

template <class Fixture>
void known_id_among_new_ones(Fixture& fixture) {
    KnownEvents<Fixture> known{fixture};
    auto const fresh = make_events<Fixture>(10, 2);
    auto const& events = known.events;
    known.expect_mismatch("a known event before a new one", {events[1], fresh[0]});
    known.expect_mismatch("a known event behind a new one", {fresh[0], events[1]});
    known.expect_mismatch("a known event between new ones", {fresh[0], events[0], fresh[1]});
    known.expect_mismatch("known events with one more", {events[0], events[1], fresh[0]});
    known.expect_mismatch("a new event in place of the second", {events[0], fresh[0]});
}

template <class Fixture>
void known_ids_in_another_order(Fixture& fixture) {
    KnownEvents<Fixture> known{fixture};
    known.expect_mismatch("known events in another order", {known.events[1], known.events[0]});
}

template <class Fixture>
void known_ids_in_another_commit(Fixture& fixture) {
    KnownEvents<Fixture> known{fixture};
    auto const fresh = make_events<Fixture>(10, 1);
    AppendOf<Fixture> const old_part{known.stream, ExpectedVersion::no_stream(), known.events};
    AppendOf<Fixture> const new_part{stream_named("order-2"), ExpectedVersion::any(), fresh};
    known.expect_mismatch("a commit of stored events and new ones for another stream", {old_part, new_part});
    known.expect_mismatch("a commit of new events and stored ones of another stream", {new_part, old_part});
    std::span const events{std::as_const(known.events)};
    known.expect_mismatch(
        "the events of one stream sent to two",
        {{known.stream, ExpectedVersion::no_stream(), events.first(1)},
         {stream_named("order-2"), ExpectedVersion::any(), events.last(1)}}
    );
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

/// A retry is safe, and an event id names one event for ever.
template <EventStoreFixture Fixture>
inline constexpr std::array idempotency_contract{
    detail::rule<Fixture, &detail::repeated_append<Fixture>>("a repeated append succeeds, says so and writes nothing"),
    detail::rule<Fixture, &detail::repeated_append_after_others<Fixture>>(
        "an append is recognised after others have appended"
    ),
    detail::rule<Fixture, &detail::repeated_commit<Fixture>>("a repeated commit to several streams is recognised"),
    detail::rule<Fixture, &detail::repeated_commit_with_condition<Fixture>>(
        "a repeated commit is recognised though its condition holds no more"
    ),
    detail::rule<Fixture, &detail::known_id_with_another_payload<Fixture>>("a known id with another payload is refused"
    ),
    detail::rule<Fixture, &detail::known_id_with_another_envelope<Fixture>>(
        "a known id with other metadata or another time is refused"
    ),
    detail::rule<Fixture, &detail::known_id_in_another_stream<Fixture>>("a known id in another stream is refused"),
    detail::rule<Fixture, &detail::known_id_among_new_ones<Fixture>>("known ids among new ones are refused"),
    detail::rule<Fixture, &detail::known_ids_in_another_order<Fixture>>("known ids in another order are refused"),
    detail::rule<Fixture, &detail::known_ids_in_another_commit<Fixture>>(
        "known ids in a commit with new ones for another stream are refused"
    ),
    detail::rule<Fixture, &detail::refused_ids_stay_free<Fixture>>("the ids of a refused append can be sent again"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_IDEMPOTENCY_HPP
