// SPDX-License-Identifier: MIT

#include <annals/append.hpp>
#include <tests/catch.hpp>

#include <chrono>
#include <span>
#include <string>
#include <vector>

using namespace annals;

namespace {

template <class Payload>
NewEvent<Payload> event_of(Payload payload) {
    return {new_event_id(), Timestamp{}, Metadata{}, std::move(payload)};
}

template <class Payload>
std::vector<NewEvent<Payload>> events_of(std::size_t count, Payload const& payload) {
    std::vector<NewEvent<Payload>> events;
    while (events.size() < count) {
        events.push_back(event_of(payload));
    }
    return events;
}

template <class Payload>
bool is_valid(std::vector<StreamAppend<Payload>> const& commit) {
    try {
        require_valid(std::span<StreamAppend<Payload> const>{commit});
        return true;
    } catch (InvalidInput const&) {
        return false;
    }
}

template <class Payload>
bool is_valid(std::vector<NewEvent<Payload>> const& events) {
    return is_valid<Payload>({{StreamName{"Order", "1"}, ExpectedVersion::any(), events}});
}

} // namespace

TEST_CASE("append: a commit of nothing is valid") {
    CHECK(is_valid(std::vector<StreamAppend<int>>{}));
    CHECK(is_valid(std::vector<NewEvent<int>>{}));
}

TEST_CASE("append: a stream stands in a commit once") {
    auto const first = events_of(1, 1);
    auto const second = events_of(1, 2);
    StreamName const one{"Order", "1"};
    CHECK(is_valid<int>({{one, ExpectedVersion::any(), first}, {{"Order", "2"}, ExpectedVersion::any(), second}}));
    CHECK(is_valid<int>({{one, ExpectedVersion::any(), first}, {{"Invoice", "1"}, ExpectedVersion::any(), second}}));
    CHECK_FALSE(is_valid<int>({{one, ExpectedVersion::any(), first}, {one, ExpectedVersion::any(), second}}));
    CHECK_FALSE(is_valid<int>({{one, ExpectedVersion::any(), first}, {{"Order", "1"}, ExpectedVersion::any(), {}}}));
    CHECK_FALSE(is_valid<int>(
        {{one, ExpectedVersion::any(), first},
         {{"Order", "2"}, ExpectedVersion::any(), second},
         {one, ExpectedVersion::any(), {}}}
    ));
}

TEST_CASE("append: an event id stands in a commit once and is not nil") {
    auto events = events_of(3, 1);
    CHECK(is_valid(events));

    std::swap(events[0].event_id, events[2].event_id); // ids need not grow
    CHECK(is_valid(events));

    events[2].event_id = events[0].event_id;
    CHECK_FALSE(is_valid(events));
    events[2].event_id = events[1].event_id;
    CHECK_FALSE(is_valid(events));
    events[2].event_id = EventId{};
    CHECK_FALSE(is_valid(events));

    auto const shared = events_of(1, 1);
    CHECK_FALSE(is_valid<int>(
        {{{"Order", "1"}, ExpectedVersion::any(), shared}, {{"Order", "2"}, ExpectedVersion::any(), shared}}
    ));
}

TEST_CASE("append: times and metadata obey their limits") {
    auto events = events_of(2, 1);
    events[1].timestamp = (Timestamp::max)();
    CHECK_FALSE(is_valid(events));

    events = events_of(2, 1);
    events[1].metadata.user = "\xFF";
    CHECK_FALSE(is_valid(events));
}

TEST_CASE("append: a commit has at most 10000 events") {
    auto events = events_of(limits::max_commit_events, 1);
    CHECK(is_valid(events));
    events.push_back(event_of(1));
    CHECK_FALSE(is_valid(events));

    auto const half = events_of(limits::max_commit_events / 2, 1);
    auto const rest = events_of(limits::max_commit_events / 2 + 1, 1);
    CHECK_FALSE(
        is_valid<int>({{{"Order", "1"}, ExpectedVersion::any(), half}, {{"Order", "2"}, ExpectedVersion::any(), rest}})
    );
}

TEST_CASE("append: encoded payloads obey their limits and have at most 16 MiB together") {
    CHECK_FALSE(is_valid(events_of(1, EncodedPayload{"", 1, "{}"})));
    CHECK_FALSE(is_valid(events_of(1, EncodedPayload{"Created", 0, "{}"})));

    EncodedPayload const largest{"Created", 1, std::string(limits::max_payload_bytes, 'x')};
    auto events = events_of(16, largest);
    CHECK(is_valid(events));
    events.push_back(event_of(EncodedPayload{"Created", 1, "x"}));
    CHECK_FALSE(is_valid(events));
}

TEST_CASE("append: a commit of many streams is checked in no time") {
    constexpr std::size_t streams = 10'000;
    auto const events = events_of(streams, 1);
    std::vector<StreamAppend<int>> commit;
    for (std::size_t i = 0; i < streams; ++i) {
        commit.push_back({StreamName{"Order", std::to_string(i)}, ExpectedVersion::any(), std::span{&events[i], 1}});
    }
    auto const begin = std::chrono::steady_clock::now();
    CHECK(is_valid(commit));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{1});

    commit.push_back({StreamName{"Order", "5000"}, ExpectedVersion::any(), {}});
    CHECK_FALSE(is_valid(commit));
}
