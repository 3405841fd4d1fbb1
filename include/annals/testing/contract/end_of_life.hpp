// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_END_OF_LIFE_HPP
#define ANNALS_TESTING_CONTRACT_END_OF_LIFE_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/testing/contract/filter.hpp>
#include <annals/testing/contract/reading.hpp>
#include <annals/testing/contract/retry.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace annals::testing {

namespace detail {

/// A log whose beginning of one stream is truncated, as readers are to see it.
template <class Fixture>
[[nodiscard]] std::vector<EventOf<Fixture>>
without(std::vector<EventOf<Fixture>> log, StreamName const& stream, Version first) {
    std::erase_if(log, [&](auto const& event) { return event.stream == stream && event.version < first; });
    return log;
}

template <class Fixture>
[[nodiscard]] std::vector<EventOf<Fixture>> log_of(Fixture& fixture) {
    return read(fixture.store().read_all());
}

/// Checks that reading hands out these events, from any version and position on.
template <class Fixture>
void expect_left(Fixture& fixture, std::vector<EventOf<Fixture>> const& left, std::vector<StreamName> const& streams) {
    expect_same<Fixture>("read_all", log_of(fixture), left);
    expect_same<Fixture>("get_all_events", read(fixture.second_handle().get_all_events()), left);
    for (std::size_t n = 0; n <= left.size(); ++n) {
        Position const after = n == 0 ? Position{} : left[n - 1].position;
        expect_same<Fixture>(
            "read_all after a position",
            read(fixture.second_handle().read_all(after)),
            {left.begin() + static_cast<std::ptrdiff_t>(n), left.end()}
        );
    }
    for (StreamName const& stream : streams) {
        std::int64_t const version = fixture.store().stream_version(stream).value();
        for (std::int64_t after = 0; after <= version; ++after) {
            auto events = without<Fixture>(left, stream, Version{after + 1});
            std::erase_if(events, [&](auto const& event) { return event.stream != stream; });
            expect_same<Fixture>(
                "get_events after version " + show(after),
                read(fixture.store().get_events(stream, Version{after})),
                events
            );
        }
    }
}

template <class Fixture>
void truncated_events_are_gone(Fixture& fixture) {
    interleave(fixture, 12);
    auto left = log_of(fixture);
    std::vector<StreamName> const streams{stream_named("order-0"), stream_named("order-1"), stream_named("order-2")};
    StreamName const& stream = streams[1];
    Version const version = fixture.store().stream_version(stream);
    Position const head = fixture.store().head();
    for (Version first{1}; first <= version; first = first.next()) { // further each time, up to the last event
        fixture.store().truncate_before(stream, first, "books of 2025");
        left = without<Fixture>(std::move(left), stream, first);
        expect_left(fixture, left, streams);
        expect_equal("the version of a truncated stream", fixture.second_handle().stream_version(stream), version);
        expect_equal("the head of a log with truncated events", fixture.second_handle().head(), head);
    }
    expect_equal("the number of events left of the stream", read(fixture.store().get_events(stream)).size(), 1U);
}

template <class Fixture>
void truncating_less_changes_nothing(Fixture& fixture) {
    interleave(fixture, 20);
    StreamName const stream = stream_named("order-1");
    auto const left = without<Fixture>(log_of(fixture), stream, Version{6});
    fixture.store().truncate_before(stream, Version{6}, "books of 2025");
    for (std::int64_t const first : {6, 5, 2, 1, 0}) {
        fixture.second_handle().truncate_before(stream, Version{first}, "once more");
        expect_left(fixture, left, {stream});
    }
}

template <class Fixture>
void the_last_event_stays(Fixture& fixture) {
    interleave(fixture, 12);
    auto const before = log_of(fixture);
    StreamName const stream = stream_named("order-1");
    Version const version = fixture.store().stream_version(stream);
    for (auto const& [name, first] :
         {std::pair{stream, version.next()},
          std::pair{stream, Version{(std::numeric_limits<std::int64_t>::max)()}},
          std::pair{stream_named("order-9"), Version{1}}}) {
        expect_throw<UsageError>(
            "UsageError",
            "truncate_before a version above the stream's",
            [&, n = name, v = first] { fixture.store().truncate_before(n, v, "books of 2025"); }
        );
    }
    expect_left(fixture, before, {stream});
    expect(fixture.store().truncations().empty(), "a refused truncation is not among the truncations");
}

template <class Fixture>
void reasons_are_checked(Fixture& fixture) {
    interleave(fixture, 12);
    auto const before = log_of(fixture);
    StreamName const stream = stream_named("order-1");
    for (std::string const& reason :
         {std::string{}, std::string{"a\0b", 3}, std::string{"\xFF"}, std::string(256, 'r')}) {
        expect_throw<InvalidInput>("InvalidInput", "a truncation for reason " + in_quotes(reason), [&] {
            fixture.store().truncate_before(stream, Version{3}, reason);
        });
        expect_throw<InvalidInput>("InvalidInput", "a tombstone for reason " + in_quotes(reason), [&] {
            fixture.store().tombstone(stream, reason);
        });
    }
    expect_left(fixture, before, {stream});
    fixture.store().append(stream, ExpectedVersion::any(), make_events<Fixture>(90, 1)); // it has no tombstone
}

template <class Fixture>
void truncations_are_told(Fixture& fixture) {
    interleave(fixture, 20);
    expect(fixture.store().truncations().empty(), "a store without truncations has none");
    std::vector<std::pair<StreamName, Version>> const made{
        {stream_named("order-1"), Version{2}},
        {stream_named("order-2"), Version{3}},
        {stream_named("order-1"), Version{5}}
    };
    for (auto const& [stream, first] : made) {
        fixture.store().truncate_before(stream, first, "o'brien's \u00E9 " + to_text(first));
    }
    for (auto* const store : {&fixture.store(), &fixture.second_handle()}) {
        auto const told = store->truncations();
        expect_equal("the number of truncations", told.size(), made.size());
        for (auto const& [stream, first] : made) {
            bool is_told = false;
            for (Truncation const& each : told) {
                is_told = is_told || (each.stream == stream && each.first == first &&
                                      each.reason == "o'brien's \u00E9 " + to_text(first));
            }
            expect(is_told, "each truncation is among the truncations, with its reason");
        }
    }
}

template <class Fixture>
void truncated_ids_stay_known(Fixture& fixture) {
    EventLedger<Fixture> ledger;
    auto const all = append_each_kind(fixture, ledger);
    for (FirstTime<Fixture> const& made : all) {
        auto const more = make_events<Fixture>(ledger.size(), 1);
        ledger.append(fixture.store(), made.stream, ExpectedVersion::any(), more);
        Version const last = fixture.store().stream_version(made.stream);
        for (Version const first : {made.result.version, last}) { // some of them, and all
            fixture.store().truncate_before(made.stream, first, "books of 2025");
            repeat(fixture, {{made.stream, made.expected, made.events}}, {made.result});
        }
        expect_throw<IdempotencyMismatch>("IdempotencyMismatch", "a truncated event sent to another stream", [&] {
            fixture.store().append(stream_named("order-9"), ExpectedVersion::any(), made.events);
        });
        expect_throw<IdempotencyMismatch>("IdempotencyMismatch", "a truncated event and the one left, turned", [&] {
            fixture.store().append(made.stream, ExpectedVersion::any(), std::vector{more[0], made.events[0]});
        });
        expect_equal("the version after repeated appends", fixture.store().stream_version(made.stream), last);
    }
}

template <class Fixture>
void truncated_streams_go_on(Fixture& fixture) {
    EventLedger<Fixture> ledger = interleave(fixture, 12);
    StreamName const stream = stream_named("order-1");
    for (std::size_t n = 0; n < 4; ++n) {
        Version const version = fixture.store().stream_version(stream);
        fixture.store().truncate_before(stream, version, "books closed");
        expect_throw<ConcurrencyError>("ConcurrencyError", "a truncated stream expected to be new", [&] {
            fixture.store().append(stream, ExpectedVersion::no_stream(), make_events<Fixture>(500 + n, 1));
        });
        ledger.append(
            fixture.second_handle(), stream, ExpectedVersion::exactly(version), make_events<Fixture>(100 + n * 2, 2)
        );
        auto const events = read(fixture.store().get_events(stream));
        expect_equal("the number of events left and appended", events.size(), 3U);
        expect_equal("the version of the first that is left", events[0].version, version);
    }
}

template <class Fixture>
void other_streams_stay_whole(Fixture& fixture) {
    std::vector<StreamName> const streams{
        StreamName{"Order", "1"},
        StreamName{"Order", "11"},
        StreamName{"Order", "0"},
        StreamName{"order", "1"},
        StreamName{"Invoice", "1"},
        StreamName{"Orde", "r1"},
        StreamName{"Order", "1 "},
        StreamName{"Order", "%"}
    };
    for (std::size_t n = 0; n < streams.size() * 3; ++n) {
        fixture.store().append(streams[n % streams.size()], ExpectedVersion::any(), make_events<Fixture>(n * 2, 2));
    }
    auto left = log_of(fixture);
    for (StreamName const& stream : {streams[0], streams[7]}) {
        fixture.store().truncate_before(stream, Version{4}, "books of 2025");
        left = without<Fixture>(std::move(left), stream, Version{4});
        expect_left(fixture, left, streams);
    }
}

/// Reads with each limit and filter, from the beginning and from just around the events that are left.
template <class Fixture>
void expect_found_among_gone(Fixture& fixture, std::vector<EventOf<Fixture>> const& left) {
    auto const numbers = annals::detail::event_type_of(left.front().payload);
    for (EventFilter const& filter :
         {EventFilter{}, EventFilter::category("Order"), EventFilter::category_without("Order", {std::string{numbers}})
         }) {
        auto wanted = left;
        std::erase_if(wanted, [&](auto const& event) {
            return !filter.admits(event.aggregate_type(), annals::detail::event_type_of(event.payload));
        });
        for (std::size_t n = 0; n <= wanted.size(); ++n) {
            auto const begin = wanted.begin() + static_cast<std::ptrdiff_t>(n);
            Position const after = n == 0 ? Position{} : wanted[n - 1].position;
            for (std::size_t const limit : {std::size_t{1}, std::size_t{2}, all_events}) {
                auto const end = limit < wanted.size() - n ? begin + static_cast<std::ptrdiff_t>(limit) : wanted.end();
                expect_same<Fixture>(
                    "read_all among truncated events with limit " + show(limit),
                    read(fixture.store().read_all(after, limit, filter)),
                    {begin, end}
                );
            }
        }
    }
}

template <class Fixture>
void runs_of_truncated_events(Fixture& fixture) {
    std::vector<StreamName> streams;
    std::size_t n = 0;
    for (std::size_t const gone : {1U, 249U, 250U, 251U, 1'000U}) {
        streams.push_back(stream_named("gone-" + show(gone)));
        fixture.store().append(streams.back(), ExpectedVersion::any(), make_events<Fixture>(n, gone + 1));
        n += gone + 1;
    }
    fixture.store().append(stream_named("whole"), ExpectedVersion::any(), make_events<Fixture>(n, 2));
    auto left = log_of(fixture);
    for (StreamName const& stream : streams) {
        Version const last = fixture.store().stream_version(stream);
        fixture.store().truncate_before(stream, last, "books of 2025");
        left = without<Fixture>(std::move(left), stream, last);
        for (std::int64_t const after : {std::int64_t{0}, last.value() / 2, last.value() - 2, last.value() - 1}) {
            auto const events = read(fixture.store().get_events(stream, Version{after < 0 ? 0 : after}));
            expect_equal("the number of events after a run of truncated ones", events.size(), 1U);
            expect_equal("the version after a run of truncated ones", events[0].version, last);
        }
    }
    expect_equal("the number of events left", left.size(), streams.size() + 2);
    expect_found_among_gone(fixture, left);
}

template <class Fixture>
void every_other_event_truncated(Fixture& fixture) {
    StreamName const gone = stream_named("gone");
    StreamName const whole = stream_named("whole");
    constexpr std::size_t count = 130; // of each: more than a page of some stores
    for (std::size_t n = 0; n < count; ++n) {
        auto const first = make_events<Fixture>(2 * n, 1);
        auto const second = make_events<Fixture>(2 * n + 1, 1);
        std::array<AppendOf<Fixture>, 2> const commit{
            {{gone, ExpectedVersion::any(), first}, {whole, ExpectedVersion::any(), second}}
        };
        fixture.store().append(commit);
    }
    auto const left = without<Fixture>(log_of(fixture), gone, Version{count});
    fixture.store().truncate_before(gone, Version{count}, "books of 2025");
    expect_equal("the number of events left", left.size(), count + 1);
    expect_found_among_gone(fixture, left);
}

template <class Fixture>
void ranges_while_truncating(Fixture& fixture) {
    constexpr std::size_t count = 600; // more than a page of some stores
    StreamName const stream = stream_named("order-1");
    fixture.store().append(stream, ExpectedVersion::any(), make_events<Fixture>(0, count));
    auto const before = log_of(fixture);
    for (std::size_t const seen : {0U, 1U, 100U, 299U, 300U, 301U}) {
        for (bool const is_log : {true, false}) {
            auto const walk = [&](auto range) {
                std::size_t at = 0;
                Version const first{static_cast<std::int64_t>(seen + 100)};
                for (auto const& event : range) {
                    if (at == seen) {
                        fixture.second_handle().truncate_before(stream, first, "books of 2025");
                    }
                    for (++at; at <= count && before[at - 1].version != event.version; ++at) {
                        expect(before[at - 1].version < first, "a range goes on with all events that are left");
                    }
                    expect(at <= count, "a range hands out events of the stream in their order");
                    expect_same<Fixture>("a range that others truncate", {event}, {before[at - 1]});
                }
                expect_equal("the last event that a range has handed out while others truncate", at, count);
            };
            is_log ? walk(fixture.store().read_all()) : walk(fixture.store().get_events(stream));
        }
    }
}

} // namespace detail

/// What a `TruncatableEventStore` hands out, and takes, when streams have lost their beginning.
template <EventStoreFixture Fixture>
    requires TruncatableEventStore<typename Fixture::store_type>
inline constexpr std::array truncation_contract{
    detail::rule<Fixture, &detail::truncated_events_are_gone<Fixture>>(
        "truncated events are gone, and all others are where they were"
    ),
    detail::rule<Fixture, &detail::truncating_less_changes_nothing<Fixture>>(
        "truncating the same or less again changes nothing"
    ),
    detail::rule<Fixture, &detail::the_last_event_stays<Fixture>>("the last event of a stream cannot be truncated"),
    detail::rule<Fixture, &detail::reasons_are_checked<Fixture>>("a truncation wants a reason"),
    detail::rule<Fixture, &detail::truncations_are_told<Fixture>>("truncations are told with their reasons"),
    detail::rule<Fixture, &detail::truncated_ids_stay_known<Fixture>>("the ids of truncated events stay known"),
    detail::rule<Fixture, &detail::truncated_streams_go_on<Fixture>>("a truncated stream goes on at its version"),
    detail::rule<Fixture, &detail::other_streams_stay_whole<Fixture>>("a truncation takes events of its stream alone"),
    detail::rule<Fixture, &detail::runs_of_truncated_events<Fixture>>("reading passes over any run of truncated events"
    ),
    detail::rule<Fixture, &detail::every_other_event_truncated<Fixture>>(
        "reading hands out all that stands between truncated events"
    ),
    detail::rule<Fixture, &detail::ranges_while_truncating<Fixture>>(
        "a range under way hands out whole events, and all that are left"
    ),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_END_OF_LIFE_HPP
