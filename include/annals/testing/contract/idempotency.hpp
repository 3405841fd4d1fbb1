// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_IDEMPOTENCY_HPP
#define ANNALS_TESTING_CONTRACT_IDEMPOTENCY_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace annals::testing {

namespace detail {

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

} // namespace detail

/// An event id names one event for ever.
template <EventStoreFixture Fixture>
inline constexpr std::array idempotency_contract{
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
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_IDEMPOTENCY_HPP
