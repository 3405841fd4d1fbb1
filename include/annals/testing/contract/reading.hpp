// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_READING_HPP
#define ANNALS_TESTING_CONTRACT_READING_HPP

#include <annals/testing/contract/event_ledger.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace annals::testing {

namespace detail {

/// Appends events to three streams in turn, one or two at a time, through both handles.
template <class Fixture>
EventLedger<Fixture> interleave(Fixture& fixture, std::size_t commits) {
    EventLedger<Fixture> ledger;
    for (std::size_t n = 0; n < commits; ++n) {
        auto& store = n % 2 == 0 ? fixture.store() : fixture.second_handle();
        StreamName const stream = stream_named("order-" + std::to_string(n % 3));
        ledger.append(store, stream, ExpectedVersion::any(), make_events<Fixture>(n * 2, 1 + n % 2));
    }
    return ledger;
}

template <class Fixture>
void expect_same(
    std::string_view what, std::vector<EventOf<Fixture>> const& actual, std::vector<EventOf<Fixture>> const& expected
) {
    expect_equal("the number of events of " + std::string{what}, actual.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        EventOf<Fixture> const& event = expected[i];
        expect_equal("a position in " + std::string{what}, actual[i].position, event.position);
        expect_stored_as<Fixture>(
            actual[i], {event.event_id, event.timestamp, event.metadata, event.payload}, event.stream, event.version
        );
    }
}

template <class Fixture>
void unknown_stream_is_empty(Fixture& fixture) {
    interleave(fixture, 3);
    for (StreamName const& stream : {stream_named("order-9"), StreamName{"Invoice", "order-1"}}) {
        expect_equal("the version of a stream without events", fixture.store().stream_version(stream), Version{});
        expect(read(fixture.store().get_events(stream)).empty(), "get_events of a stream without events is empty");
        expect(
            read(fixture.store().get_events(stream, Version{7})).empty(),
            "get_events of a stream without events, after version 7, is empty"
        );
    }
}

template <class Fixture>
void empty_store_is_empty(Fixture& fixture) {
    expect(read(fixture.store().read_all()).empty(), "read_all of an empty store is empty");
    expect(read(fixture.store().get_all_events()).empty(), "get_all_events of an empty store is empty");
    expect(
        read(fixture.store().read_all(fixture.store().head())).empty(),
        "read_all after the head of an empty store is empty"
    );
}

template <class Fixture>
void streams_from_a_version(Fixture& fixture) {
    EventLedger<Fixture> const ledger = interleave(fixture, 12);
    ledger.check(fixture.store());
    StreamName const stream = stream_named("order-1");
    auto const all = read(fixture.store().get_events(stream));
    for (std::size_t after = 0; after <= all.size() + 2; ++after) {
        auto const tail = read(fixture.store().get_events(stream, Version{static_cast<std::int64_t>(after)}));
        auto const begin = all.begin() + static_cast<std::ptrdiff_t>((std::min)(after, all.size()));
        expect_same<Fixture>("get_events after version " + show(after), tail, {begin, all.end()});
    }
    Version const last{(std::numeric_limits<std::int64_t>::max)()};
    expect(
        read(fixture.store().get_events(stream, last)).empty(), "get_events after the last of all versions is empty"
    );
}

template <class Fixture>
void log_in_commit_order(Fixture& fixture) {
    EventLedger<Fixture> const ledger = interleave(fixture, 20);
    ledger.check(fixture.store());
    ledger.check(fixture.second_handle());
}

template <class Fixture>
void log_from_a_position_up_to_a_limit(Fixture& fixture) {
    interleave(fixture, 9);
    auto& store = fixture.store();
    auto const all = read(store.read_all());
    for (std::size_t after = 0; after <= all.size(); ++after) {
        Position const position = after == 0 ? Position{} : all[after - 1].position;
        for (std::size_t const limit :
             {std::size_t{0}, std::size_t{1}, std::size_t{7}, all.size() - after, all_events}) {
            auto const begin = all.begin() + static_cast<std::ptrdiff_t>(after);
            auto const end = begin + static_cast<std::ptrdiff_t>((std::min)(limit, all.size() - after));
            expect_same<Fixture>(
                "read_all after event " + show(after) + " with limit " + show(limit),
                read(store.read_all(position, limit)),
                {begin, end}
            );
        }
    }
}

template <class Fixture>
void paging_sees_each_event_once(Fixture& fixture) {
    EventLedger<Fixture> const ledger = interleave(fixture, 15);
    auto const all = read(fixture.store().read_all());
    expect_equal("the number of events of read_all", all.size(), ledger.size());
    for (std::size_t const size : {1U, 2U, 7U}) {
        std::vector<EventOf<Fixture>> pages;
        Position after;
        while (true) {
            auto const page = read(fixture.store().read_all(after, size));
            pages.insert(pages.end(), page.begin(), page.end());
            expect(pages.size() <= all.size(), "paging through the log comes to an end");
            if (page.empty()) {
                break;
            }
            after = page.back().position;
        }
        expect_same<Fixture>("read_all in pages of " + show(size), pages, all);
    }
}

template <class Fixture>
void all_events_are_read_all(Fixture& fixture) {
    EventLedger<Fixture> const ledger = interleave(fixture, 10);
    ledger.check(fixture.store());
    expect_same<Fixture>("get_all_events", read(fixture.store().get_all_events()), read(fixture.store().read_all()));
}

template <class Fixture>
void both_reads_agree(Fixture& fixture) {
    interleave(fixture, 12);
    for (auto const* id : {"order-0", "order-1", "order-2"}) {
        auto log = read(fixture.store().read_all());
        std::erase_if(log, [id](auto const& event) { return event.aggregate_id() != id; });
        expect_same<Fixture>("get_events", read(fixture.store().get_events(stream_named(id))), log);
    }
}

template <class Fixture>
void head_is_the_end_of_the_log(Fixture& fixture) {
    Position head = fixture.store().head();
    for (std::size_t n = 0; n < 5; ++n) {
        AppendResult const result = fixture.store().append(
            stream_named("order-" + std::to_string(n % 2)),
            ExpectedVersion::any(),
            make_events<Fixture>(n * 3, 1 + n % 3)
        );
        expect(head < result.position, "an append goes behind the head");
        expect_equal(
            "the number of events that read_all has after the former head",
            read(fixture.store().read_all(head)).size(),
            1 + n % 3
        );
        head = fixture.second_handle().head();
        expect(result.position <= head, "the head is not before the last event");
        expect(read(fixture.store().read_all(head)).empty(), "read_all after the head is empty");
    }
}

} // namespace detail

/// What reading a stream and the log hands out.
template <EventStoreFixture Fixture>
inline constexpr std::array reading_contract{
    detail::rule<Fixture, &detail::unknown_stream_is_empty<Fixture>>("a stream without events is empty, at version 0"),
    detail::rule<Fixture, &detail::empty_store_is_empty<Fixture>>("a store without events is empty"),
    detail::rule<Fixture, &detail::streams_from_a_version<Fixture>>(
        "get_events hands out a stream in order, from any version on"
    ),
    detail::rule<Fixture, &detail::log_in_commit_order<Fixture>>("read_all hands out the commits in their order"),
    detail::rule<Fixture, &detail::log_from_a_position_up_to_a_limit<Fixture>>(
        "read_all starts after a position and stops at the limit"
    ),
    detail::rule<Fixture, &detail::paging_sees_each_event_once<Fixture>>("paging through the log sees each event once"),
    detail::rule<Fixture, &detail::all_events_are_read_all<Fixture>>("get_all_events hands out the whole log"),
    detail::rule<Fixture, &detail::both_reads_agree<Fixture>>("get_events and read_all hand out the same events"),
    detail::rule<Fixture, &detail::head_is_the_end_of_the_log<Fixture>>("the head is where the log ends"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_READING_HPP
