// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_RANGES_HPP
#define ANNALS_TESTING_CONTRACT_RANGES_HPP

#include <annals/testing/contract/reading.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace annals::testing {

namespace detail {

template <class Fixture>
void ranges_keep_to_their_call(Fixture& fixture) {
    constexpr std::size_t count = 3'000; // more than a page
    EventLedger<Fixture> ledger;
    StreamName const stream = stream_named("order-1");
    ledger.append(fixture.store(), stream, ExpectedVersion::any(), make_events<Fixture>(0, count));
    auto events = fixture.store().get_events(stream, Version{1});
    auto log = fixture.store().read_all();
    auto all = fixture.store().get_all_events();
    ledger.append(fixture.second_handle(), stream, ExpectedVersion::any(), make_events<Fixture>(count, 1));
    auto at = log.begin();
    expect(at != log.end(), "read_all has events");
    ledger.append(fixture.store(), stream, ExpectedVersion::any(), make_events<Fixture>(count + 1, 2'000));

    std::size_t seen = 0;
    for (; at != log.end(); ++at) {
        expect_equal(
            "the version of an event read while others append", at->version, Version{static_cast<std::int64_t>(++seen)}
        );
    }
    expect_equal("the number of events of a read_all called before others appended", seen, count);
    expect_equal(
        "the number of events of a get_events called before others appended", read(std::move(events)).size(), count - 1
    );
    expect_equal(
        "the number of events of a get_all_events called before others appended", read(std::move(all)).size(), count
    );
    ledger.check(fixture.store());
}

template <class Fixture>
void ranges_can_be_left(Fixture& fixture) {
    EventLedger<Fixture> ledger = interleave(fixture, 9);
    for (std::size_t n = 0; n < 3; ++n) {
        auto log = fixture.store().read_all();
        auto at = log.begin();
        expect(at != log.end(), "read_all has events");
        auto events = fixture.second_handle().get_events(stream_named("order-1"));
        expect(events.begin() != events.end(), "get_events has events");
        [[maybe_unused]] auto const never_begun = fixture.store().get_all_events();
        ledger.append(
            fixture.store(), stream_named("order-1"), ExpectedVersion::any(), make_events<Fixture>(100 + n, 1)
        );
        ledger.append(
            fixture.second_handle(), stream_named("order-2"), ExpectedVersion::any(), make_events<Fixture>(200 + n, 1)
        );
    }
    ledger.check(fixture.store());
}

template <class Fixture>
void ranges_are_independent(Fixture& fixture) {
    interleave(fixture, 12);
    auto& store = fixture.store();
    auto const all = read(store.read_all());
    auto first = store.read_all();
    auto at = first.begin();
    for (std::size_t i = 0; i < all.size(); ++i, ++at) {
        expect(at != first.end(), "a range goes on while another one is read");
        expect_equal("the position in a range while others are read", at->position, all[i].position);
        auto second = store.read_all(all[i].position, 2);
        expect((second.begin() == second.end()) == (i + 1 == all.size()), "a second range starts at its own position");
        auto other = store.get_events(stream_named("order-" + std::to_string(i % 3)));
        expect(other.begin() != other.end(), "a range over a stream starts at its first event");
    }
    expect(at == first.end(), "a range ends where it would have ended alone");
}

template <class Fixture>
void long_stream(Fixture& fixture) {
    constexpr std::size_t half = 10'000;
    StreamName const stream = stream_named("order-1");
    fixture.store().append(stream, ExpectedVersion::no_stream(), make_events<Fixture>(0, half));
    fixture.store().append(stream, ExpectedVersion::any(), make_events<Fixture>(half, half));
    auto const walk = [](std::string_view what, auto range, std::size_t first) {
        std::size_t n = first;
        for (auto const& event : range) {
            ++n;
            expect_equal(std::string{what} + ": the version", event.version.value(), static_cast<std::int64_t>(n));
            expect(
                Fixture::is_same_payload(event.payload, Fixture::payload(n - 1)),
                "events of a long stream come in order"
            );
        }
        expect_equal(std::string{what} + ": the number of events", n - first, 2 * half - first);
    };
    walk("get_events", fixture.store().get_events(stream), 0);
    walk("get_events after 9,999", fixture.store().get_events(stream, Version{9'999}), 9'999);
    walk("read_all", fixture.second_handle().read_all(), 0);
    auto const tail = read(fixture.store().read_all(Position{}, half + 1));
    expect_equal("the version of event 10,001 in the log", tail.back().version, Version{half + 1});
}

} // namespace detail

/// How ranges behave while they are walked.
template <EventStoreFixture Fixture>
inline constexpr std::array ranges_contract{
    detail::rule<Fixture, &detail::ranges_keep_to_their_call<Fixture>>(
        "a range hands out what was stored when it was called"
    ),
    detail::rule<Fixture, &detail::ranges_can_be_left<Fixture>>(
        "a range that is not read to its end stands in nobody's way"
    ),
    detail::rule<Fixture, &detail::ranges_are_independent<Fixture>>("two ranges do not disturb each other"),
    detail::rule<Fixture, &detail::long_stream<Fixture>>("a stream of 20,000 events is read whole and in order"),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_RANGES_HPP
