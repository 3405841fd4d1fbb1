// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_FOLLOWING_HPP
#define ANNALS_TESTING_CONTRACT_FOLLOWING_HPP

#include <annals/testing/contract/racing.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace annals::testing {

namespace detail {

template <class Fixture>
void log_is_followed_without_gaps(Fixture& fixture) {
    constexpr std::size_t writers = 6;
    constexpr std::size_t each = 20;
    std::vector<EventOf<Fixture>> seen;
    std::map<StreamName, Version> versions;
    read_while_writing(
        writers,
        [&](std::size_t thread) {
            for (std::size_t n = 0; n < each; ++n) {
                handle_of(fixture, thread)
                    .append(
                        stream_named("order-" + std::to_string(n % 2 == 0 ? thread : 0)),
                        ExpectedVersion::any(),
                        make_events<Fixture>(thread * each + n, 1 + n % 2)
                    );
            }
        },
        [&] {
            Position const after = seen.empty() ? Position{} : seen.back().position;
            for (auto const& event : handle_of(fixture, seen.size()).read_all(after, 7 + seen.size() % 40)) {
                Version& version = versions[event.stream];
                expect_equal("the version of the next event of a stream in the log", event.version, version.next());
                version = event.version;
                seen.push_back(event);
            }
        }
    );
    // Whatever the last look left out for its limit.
    auto const rest = read(fixture.store().read_all(seen.empty() ? Position{} : seen.back().position));
    seen.insert(seen.end(), rest.begin(), rest.end());
    auto const log = read(fixture.store().read_all());
    expect_equal("the number of events in the log", log.size(), writers * each * 3 / 2);
    expect_equal("the number of events that a reader has seen who followed the log", seen.size(), log.size());
    for (std::size_t i = 0; i < log.size(); ++i) {
        expect_equal("the id of an event seen by a reader who followed the log", seen[i].event_id, log[i].event_id);
        expect_equal(
            "the position of an event seen by a reader who followed the log", seen[i].position, log[i].position
        );
    }
}

template <class Fixture>
void commits_are_seen_whole(Fixture& fixture) {
    constexpr std::size_t writers = 3;
    constexpr std::size_t each = 12;
    StreamName const shared = stream_named("shared");
    read_while_writing(
        writers,
        [&](std::size_t thread) {
            StreamName const own = stream_named("own-" + std::to_string(thread));
            for (std::size_t n = 0; n < each; ++n) {
                auto const first = make_events<Fixture>(n, 2);
                auto const second = make_events<Fixture>(n + 2, 2);
                std::vector<AppendOf<Fixture>> const commit{
                    {own, ExpectedVersion::any(), first}, {shared, ExpectedVersion::any(), second}
                };
                handle_of(fixture, thread).append(std::span{commit});
            }
        },
        [&] {
            std::map<StreamName, std::size_t> counts;
            std::size_t own = 0;
            for (auto const& event : fixture.second_handle().read_all()) {
                own += std::size_t{event.stream == shared ? 0U : 1U};
                ++counts[event.stream];
            }
            expect_equal("the events in the log of commits that write as many to either stream", counts[shared], own);
            for (auto const& [stream, count] : counts) {
                expect_equal("the rest of a commit of two events in the log", count % 2, std::size_t{0});
            }
            expect_equal(
                "the rest of a commit of two events in a stream",
                read(fixture.store().get_events(shared)).size() % 2,
                std::size_t{0}
            );
        }
    );
}

template <class Fixture>
void streams_are_read_while_appended(Fixture& fixture) {
    constexpr std::size_t writers = 3;
    constexpr std::size_t each = 25;
    StreamName const stream = stream_named("order-1");
    Version before;
    read_while_writing(
        writers,
        [&](std::size_t thread) {
            for (std::size_t n = 0; n < each; ++n) {
                handle_of(fixture, thread).append(stream, ExpectedVersion::any(), make_events<Fixture>(n, 1 + n % 3));
            }
        },
        [&] {
            Version const least = fixture.store().stream_version(stream);
            Version version;
            for (auto const& event : fixture.second_handle().get_events(stream)) {
                version = version.next();
                expect_equal("the version of an event read while others append", event.version, version);
            }
            expect(least <= version, "a stream has the events that its version has told before");
            expect(before <= version, "a stream does not become shorter");
            before = version;
        }
    );
}

} // namespace detail

/// What a reader sees while others append.
template <EventStoreFixture Fixture>
inline constexpr std::array following_contract{
    detail::rule_for_threads<Fixture, &detail::log_is_followed_without_gaps<Fixture>>(
        "who follows the log skips nothing and sees nothing twice"
    ),
    detail::rule_for_threads<Fixture, &detail::commits_are_seen_whole<Fixture>>("a commit is seen whole or not at all"),
    detail::rule_for_threads<Fixture, &detail::streams_are_read_while_appended<Fixture>>(
        "a stream that is read while others append has no holes"
    ),
};

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_FOLLOWING_HPP
