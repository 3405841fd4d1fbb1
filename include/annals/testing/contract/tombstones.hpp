// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_TOMBSTONES_HPP
#define ANNALS_TESTING_CONTRACT_TOMBSTONES_HPP

#include <annals/testing/contract/end_of_life.hpp>
#include <annals/testing/contract/racing.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

[[nodiscard]] inline std::vector<ExpectedVersion> each_expectation(Version version) {
    return {
        ExpectedVersion::any(),
        ExpectedVersion::no_stream(),
        ExpectedVersion::stream_exists(),
        ExpectedVersion::exactly(version),
        ExpectedVersion::exactly(version.next())
    };
}

/// Checks that nothing is appended to the stream, whatever is expected of it, alone or with others.
template <class Fixture>
void expect_ended(Fixture& fixture, StreamName const& stream) {
    auto const before = log_of(fixture);
    Version const version = fixture.store().stream_version(stream);
    auto const events = make_events<Fixture>(5'000, 2);
    auto const others = make_events<Fixture>(5'002, 1);
    for (ExpectedVersion const expected : each_expectation(version)) {
        std::string const what = "an append to an ended stream, expected " + to_text(expected);
        auto const error = expect_throw<StreamTombstoned>("StreamTombstoned", what, [&] {
            fixture.store().append(stream, expected, events);
        });
        expect_equal("StreamTombstoned::stream()", error.stream(), stream);
        std::vector<AppendOf<Fixture>> const commit{
            {stream_named("another"), ExpectedVersion::any(), others}, {stream, expected, events}
        };
        expect_throw<StreamTombstoned>("StreamTombstoned", what + ", with others", [&] {
            fixture.second_handle().append(std::span{commit});
        });
    }
    expect_same<Fixture>("read_all", log_of(fixture), before);
    expect_equal("the version of an ended stream", fixture.store().stream_version(stream), version);
}

template <class Fixture>
void a_tombstone_leaves_the_last_event(Fixture& fixture) {
    interleave(fixture, 12);
    std::vector<StreamName> const streams{stream_named("order-0"), stream_named("order-1"), stream_named("order-2")};
    auto left = log_of(fixture);
    for (std::size_t const n : {1U, 0U}) {
        Version const version = fixture.store().stream_version(streams[n]);
        fixture.store().tombstone(streams[n], "duplicate");
        left = without<Fixture>(std::move(left), streams[n], version);
        expect_left(fixture, left, streams);
        expect_equal("the version of an ended stream", fixture.second_handle().stream_version(streams[n]), version);
    }
    expect(read(fixture.store().read_all(fixture.store().head())).empty(), "read_all after the head is empty");
}

template <class Fixture>
void nothing_comes_after_a_tombstone(Fixture& fixture) {
    interleave(fixture, 12);
    fixture.store().append(stream_named("single"), ExpectedVersion::no_stream(), make_events<Fixture>(100, 1));
    for (char const* const name : {"order-1", "single"}) {
        fixture.store().tombstone(stream_named(name), "duplicate");
        expect_ended(fixture, stream_named(name));
    }
    AppendResult const result =
        fixture.store().append(stream_named("order-0"), ExpectedVersion::any(), make_events<Fixture>(200, 1));
    expect_equal("the last event, of another stream,", log_of(fixture).back().position, result.position);
    expect(!(fixture.store().head() < result.position), "the head is not before the last event");
    fixture.store().append(stream_named("order-9"), ExpectedVersion::no_stream(), make_events<Fixture>(300, 1));
}

template <class Fixture>
void a_second_tombstone_changes_nothing(Fixture& fixture) {
    interleave(fixture, 12);
    StreamName const stream = stream_named("order-1");
    Version const version = fixture.store().stream_version(stream);
    fixture.store().truncate_before(stream, Version{3}, "books of 2025");
    fixture.store().tombstone(stream, "duplicate");
    auto const left = log_of(fixture);
    fixture.second_handle().tombstone(stream, "duplicate");
    fixture.store().truncate_before(stream, version, "books of 2025");
    expect_throw<UsageError>("UsageError", "truncate_before the last version of an ended stream", [&] {
        fixture.store().truncate_before(stream, version.next(), "books of 2025");
    });
    expect_left(fixture, left, {stream});
    expect_ended(fixture, stream);
}

template <class Fixture>
void only_a_stream_can_end(Fixture& fixture) {
    interleave(fixture, 3);
    StreamName const stream = stream_named("order-9");
    expect_throw<StreamNotFound>("StreamNotFound", "a tombstone for a stream without events", [&] {
        fixture.store().tombstone(stream, "duplicate");
    });
    fixture.store().append(stream, ExpectedVersion::no_stream(), make_events<Fixture>(100, 1));
}

template <class Fixture>
void ids_stay_known_after_a_tombstone(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    auto const all = append_each_kind(fixture, ledger);
    for (FirstTime<Fixture> const& made : all) {
        fixture.store().tombstone(made.stream, "duplicate");
    }
    for (FirstTime<Fixture> const& made : all) {
        repeat(fixture, {{made.stream, made.expected, made.events}}, {made.result});
        expect_ended(fixture, made.stream);
    }
}

template <class Fixture>
void ends_are_there_after_reopening(Fixture& fixture) {
    EventLedger<Fixture> ledger = interleave(fixture, 20);
    StreamName const stream = stream_named("order-1");
    fixture.store().tombstone(stream, "duplicate");
    fixture.store().truncate_before(stream_named("order-2"), Version{4}, "books of 2025");
    auto const left = log_of(fixture);
    std::size_t const truncations = fixture.store().truncations().size();
    for (std::size_t n = 0; n < 2; ++n) {
        fixture.reopen();
        expect_left(fixture, left, {stream, stream_named("order-2")});
        expect_ended(fixture, stream);
        expect_equal("the number of truncations after reopening", fixture.store().truncations().size(), truncations);
    }
}

template <class Fixture>
void truncations_racing_appends(Fixture& fixture) {
    StreamName const stream = stream_named("order-1");
    fixture.store().append(stream, ExpectedVersion::no_stream(), make_events<Fixture>(0, 1));
    constexpr std::size_t most = 20'000; // of each, if truncating takes that long
    std::atomic<std::size_t> truncating{2};
    std::atomic<std::int64_t> appended{0};
    race(4, [&](std::size_t thread) {
        auto& store = handle_of(fixture, thread);
        if (thread < 2) {
            for (std::size_t n = 0; n < 10 || (truncating > 0 && n < most); ++n) {
                store.append(stream, ExpectedVersion::any(), make_events<Fixture>(1 + thread * most + n, 1));
                ++appended;
            }
            return;
        }
        for (std::size_t n = 0; n < 6 || appended < 20; ++n) {
            store.truncate_before(stream, store.stream_version(stream), "books closed");
        }
        --truncating;
    });
    auto const events = read(fixture.store().get_events(stream));
    Version const last{1 + appended};
    expect_equal("the version after appends and truncations", fixture.store().stream_version(stream), last);
    expect(!events.empty(), "the last event stays");
    for (std::size_t n = 0; n < events.size(); ++n) {
        Version const version{last.value() - static_cast<std::int64_t>(events.size() - n - 1)};
        expect_equal("the version of an event that is left", events[n].version, version);
    }
}

template <class Fixture>
void tombstones_racing_appends(Fixture& fixture) {
    for (std::size_t round = 0; round < 6; ++round) {
        StreamName const stream = stream_named("order-" + show(round));
        fixture.store().append(stream, ExpectedVersion::no_stream(), make_events<Fixture>(0, 1));
        std::atomic<std::int64_t> appended{0};
        race(4, [&](std::size_t thread) {
            auto& store = handle_of(fixture, thread);
            if (thread == 3) {
                store.tombstone(stream, "duplicate");
                Version const version = store.stream_version(stream);
                expect_throw<StreamTombstoned>("StreamTombstoned", "an append after a tombstone", [&] {
                    store.append(stream, ExpectedVersion::exactly(version), make_events<Fixture>(1, 1));
                });
                return;
            }
            try {
                for (std::size_t n = 0; n < 20; ++n) {
                    store.append(stream, ExpectedVersion::any(), make_events<Fixture>(2 + thread * 20 + n, 1));
                    ++appended;
                }
            } catch (StreamTombstoned const&) {
                // Which is how the race ends.
            }
        });
        expect_equal("the version of an ended stream", fixture.store().stream_version(stream).value(), 1 + appended);
        auto const left = read(fixture.store().get_events(stream));
        expect_equal("the number of events that a tombstone leaves", left.size(), 1U);
        expect_equal("the version of the event it leaves", left[0].version.value(), 1 + appended);
    }
}

template <class Fixture>
constexpr auto reopened_ends() {
    if constexpr (Fixture::quirks.persists_across_reopen) {
        return std::array{rule<Fixture, &ends_are_there_after_reopening<Fixture>>(
            "truncations and tombstones are there after reopening"
        )};
    } else {
        return std::array<ContractRule<Fixture>, 0>{};
    }
}

} // namespace detail

/// What becomes of a stream that was ended.
template <EventStoreFixture Fixture>
    requires TruncatableEventStore<typename Fixture::store_type>
inline constexpr std::array tombstone_contract{
    detail::rule<Fixture, &detail::a_tombstone_leaves_the_last_event<Fixture>>(
        "a tombstone takes all events of a stream but the last"
    ),
    detail::rule<Fixture, &detail::nothing_comes_after_a_tombstone<Fixture>>(
        "nothing is appended to a stream with a tombstone"
    ),
    detail::rule<Fixture, &detail::a_second_tombstone_changes_nothing<Fixture>>("a second tombstone changes nothing"),
    detail::rule<Fixture, &detail::only_a_stream_can_end<Fixture>>("a stream without events has no end"),
    detail::rule<Fixture, &detail::ids_stay_known_after_a_tombstone<Fixture>>(
        "a repeated append is recognised after a tombstone"
    ),
    detail::rule_for_threads<Fixture, &detail::truncations_racing_appends<Fixture>>(
        "a stream that is truncated while others append loses nothing else"
    ),
    detail::rule_for_threads<Fixture, &detail::tombstones_racing_appends<Fixture>>(
        "no append that others make meanwhile comes after a tombstone"
    ),
};

/// How streams end, for a `TruncatableEventStore`.
template <EventStoreFixture Fixture>
    requires TruncatableEventStore<typename Fixture::store_type>
// clang-format off: it takes the angle brackets for comparisons
inline constexpr auto end_of_life_contract =
    detail::join(truncation_contract<Fixture>, tombstone_contract<Fixture>, detail::reopened_ends<Fixture>());
// clang-format on

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_TOMBSTONES_HPP
