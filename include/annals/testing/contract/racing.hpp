// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_RACING_HPP
#define ANNALS_TESTING_CONTRACT_RACING_HPP

#include <annals/testing/contract/event_ledger.hpp>
#include <annals/testing/contract/race.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

template <class Fixture>
StoreOf<Fixture>& handle_of(Fixture& fixture, std::size_t thread) {
    return thread % 2 == 0 ? fixture.store() : fixture.second_handle();
}

/// What racing threads were told, to be compared with what is stored.
template <class Fixture>
class Acknowledgements {
public:
    void record(StreamName const& stream, NewEventOf<Fixture> const& event, AppendResult const& result) {
        std::lock_guard const lock{mutex_};
        bool const is_first = versions_[stream].emplace(result.version, event.event_id).second;
        expect(is_first, "a version of a stream is given to one append only");
        bool const is_new = !result.already_appended;
        expect(is_new, "an append of new events does not say already_appended");
        ++count_;
    }

    /// Each acknowledged event stands where its author was told, and nothing else is stored.
    void check(StoreOf<Fixture> const& store) const {
        for (auto const& [stream, versions] : versions_) {
            Version version;
            for (auto const& event : store.get_events(stream)) {
                version = version.next();
                expect_equal("the version of an event", event.version, version);
                auto const told = versions.find(version);
                expect(told != versions.end(), "every stored event was acknowledged");
                expect_equal("the id of version " + to_text(version), event.event_id, told->second);
            }
            expect_equal("the version of the last event that was acknowledged", versions.rbegin()->first, version);
        }
        expect_equal("the number of events in the log", read(store.read_all()).size(), count_);
    }

private:
    std::mutex mutex_;
    std::map<StreamName, std::map<Version, EventId>> versions_;
    std::size_t count_ = 0;
};

template <class Fixture>
void one_winner_for_each_version(Fixture& fixture) {
    constexpr std::int64_t last = 120;
    StreamName const stream = stream_named("order-1");
    Acknowledgements<Fixture> told;
    race(racing_threads, [&](std::size_t thread) {
        auto& store = handle_of(fixture, thread);
        for (Version seen = store.stream_version(stream); seen.value() < last; seen = store.stream_version(stream)) {
            auto const events = make_events<Fixture>(thread, 1);
            try {
                AppendResult const result = store.append(stream, ExpectedVersion::exactly(seen), events);
                expect_equal("the version of an append after version " + to_text(seen), result.version, seen.next());
                told.record(stream, events[0], result);
            } catch (ConcurrencyError const& error) {
                expect(seen < error.actual(), "who loses a race is told a later version");
            }
        }
    });
    told.check(fixture.store());
}

template <class Fixture>
void nothing_lost_among_many(Fixture& fixture) {
    constexpr std::size_t each = 15;
    Acknowledgements<Fixture> told;
    race(racing_threads, [&](std::size_t thread) {
        for (std::size_t n = 0; n < each; ++n) {
            StreamName const stream = stream_named("order-" + std::to_string(n % 2));
            auto const events = make_events<Fixture>(thread * each + n, 1);
            told.record(stream, events[0], handle_of(fixture, thread).append(stream, ExpectedVersion::any(), events));
        }
    });
    told.check(fixture.store());
    expect_equal(
        "the head after all appends: events behind it",
        read(fixture.store().read_all(fixture.store().head())).size(),
        std::size_t{0}
    );
}

template <class Fixture>
void one_creator_of_a_stream(Fixture& fixture) {
    constexpr std::size_t streams = 25;
    Acknowledgements<Fixture> told;
    std::array<std::atomic<std::size_t>, streams> winners{};
    race(racing_threads, [&](std::size_t thread) {
        for (std::size_t n = 0; n < streams; ++n) {
            StreamName const stream = stream_named("order-" + std::to_string(n));
            auto const events = make_events<Fixture>(thread * streams + n, 1);
            try {
                told.record(
                    stream, events[0], handle_of(fixture, thread).append(stream, ExpectedVersion::no_stream(), events)
                );
                ++winners.at(n);
            } catch (ConcurrencyError const& error) {
                expect(Version{} < error.actual(), "who loses the race for a new stream is told its version");
            }
        }
    });
    for (auto const& count : winners) {
        expect_equal("the number of threads that made one new stream", count.load(), std::size_t{1});
    }
    told.check(fixture.store());
}

template <class Fixture>
void retries_racing_the_first_attempt(Fixture& fixture) {
    constexpr std::size_t rounds = 20;
    EventLedger<Fixture> ledger;
    for (std::size_t n = 0; n < rounds; ++n) {
        StreamName const stream = stream_named("order-" + std::to_string(n % 4));
        ExpectedVersion const expected =
            n % 2 == 0 ? ExpectedVersion::any() : ExpectedVersion::exactly(fixture.store().stream_version(stream));
        auto const events = make_events<Fixture>(n * 2, 2);
        std::array<AppendResult, 4> results;
        race(results.size(), [&](std::size_t thread) {
            results.at(thread) = handle_of(fixture, thread).append(stream, expected, events);
        });
        auto const firsts =
            std::count_if(results.begin(), results.end(), [](auto const& result) { return !result.already_appended; });
        expect_equal("the number of equal appends that wrote", firsts, 1);
        for (AppendResult const& result : results) {
            expect_equal("the version told to equal appends", result.version, results[0].version);
            expect_equal("the position told to equal appends", result.position, results[0].position);
        }
        auto const stored = read(fixture.store().get_events(stream, Version{results[0].version.value() - 2}));
        expect_equal("the number of events that equal appends left", stored.size(), events.size());
        expect_equal("the id of the first of them", stored[0].event_id, events[0].event_id);
    }
    expect_equal("the number of events in the log", read(fixture.store().read_all()).size(), rounds * 2);
}

template <class Fixture>
void streams_in_any_order(Fixture& fixture) {
    constexpr std::size_t each = 10;
    constexpr std::size_t streams = 4;
    race(racing_threads, [&](std::size_t thread) {
        for (std::size_t n = 0; n < each; ++n) {
            std::vector<std::vector<NewEventOf<Fixture>>> events;
            std::vector<AppendOf<Fixture>> commit;
            events.reserve(streams);
            for (std::size_t i = 0; i < streams; ++i) {
                std::size_t const stream = thread % 2 == 0 ? (n + i) % streams : streams - 1 - (n + i) % streams;
                events.push_back(make_events<Fixture>(thread * each + n, 1));
                commit.push_back(
                    {stream_named("order-" + std::to_string(stream)), ExpectedVersion::any(), events.back()}
                );
            }
            handle_of(fixture, thread).append(std::span{commit});
        }
    });
    for (std::size_t stream = 0; stream < streams; ++stream) {
        Version const version = fixture.store().stream_version(stream_named("order-" + std::to_string(stream)));
        expect_equal(
            "the version of a stream that every commit wrote to",
            version,
            Version{static_cast<std::int64_t>(racing_threads * each)}
        );
    }
}

} // namespace detail

/// What holds when several threads append at once, through both handles.
template <EventStoreFixture Fixture>
inline constexpr std::array racing_contract{
    detail::rule_for_threads<Fixture, &detail::one_winner_for_each_version<Fixture>>(
        "of those who append after the same version exactly one wins"
    ),
    detail::rule_for_threads<Fixture, &detail::nothing_lost_among_many<Fixture>>(
        "threads that append at once lose nothing"
    ),
    detail::rule_for_threads<Fixture, &detail::one_creator_of_a_stream<Fixture>>("exactly one thread makes a new stream"
    ),
    detail::rule_for_threads<Fixture, &detail::retries_racing_the_first_attempt<Fixture>>(
        "equal appends at the same time are made once"
    ),
    detail::rule_for_threads<Fixture, &detail::streams_in_any_order<Fixture>>(
        "commits that name their streams in any order do not fail"
    ),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_RACING_HPP
