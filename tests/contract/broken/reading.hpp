// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_READING_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_READING_HPP

#include <annals/stream_error.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <algorithm>

namespace annals_tests {

[[nodiscard]] inline std::vector<BrokenEventStore> broken_reading() {
    using annals::Position;
    using annals::Version;
    std::string_view const from_version = "get_events hands out a stream in order, from any version on";
    std::string_view const from_position = "read_all starts after a position and stops at the limit";
    std::string_view const in_order = "read_all hands out the commits in their order";
    return {
        {"throws for a stream without events",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version after) {
                 if (store.version_of(stream) == Version{}) {
                     throw annals::StreamNotFound{stream};
                 }
                 return store.stream_events(stream, after);
             };
         },
         {"a stream without events is empty, at version 0"}},
        {"throws for a store without events",
         [](Steps& steps) {
             steps.head = [](Store const& store) {
                 if (store.core->log.empty()) {
                     throw annals::CorruptData{"no head"};
                 }
                 return store.last_position();
             };
         },
         {"a store without events is empty"}},
        {"hands out the version asked for once more",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version after) {
                 return store.stream_events(stream, Version{after.value() > 0 ? after.value() - 1 : 0});
             };
         },
         {from_version}},
        {"hands out a stream from the start always",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version) {
                 return store.stream_events(stream, Version{});
             };
         },
         {from_version}},
        {"hands out a stream backwards",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version after) {
                 Events events = store.stream_events(stream, after);
                 std::reverse(events.begin(), events.end());
                 return events;
             };
         },
         {"the versions of a stream are 1, 2, 3 without holes", from_version}},
        {"hands out the log stream by stream",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 Events events = store.log_events(after, limit);
                 std::sort(events.begin(), events.end(), [](Event const& a, Event const& b) {
                     return a.stream == b.stream ? a.version < b.version : a.stream < b.stream;
                 });
                 return events;
             };
         },
         {in_order}},
        {"loses every seventh event of the log",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 Events events = store.log_events(after, limit);
                 std::erase_if(events, [](Event const& event) { return event.position.first() % 7 == 0; });
                 return events;
             };
         },
         {in_order, "who follows the log skips nothing and sees nothing twice"}},
        {"hands out the position asked for once more",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 return store.log_events(Position{after.first() > 0 ? after.first() - 1 : 0}, limit);
             };
         },
         {from_position,
          "paging through the log sees each event once",
          "who follows the log skips nothing and sees nothing twice"}},
        {"hands out the log from the start always",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position, std::size_t limit) {
                 return store.log_events({}, limit);
             };
         },
         {from_position}},
        {"ignores the limit",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t) {
                 return store.log_events(after, annals::all_events);
             };
         },
         {from_position}},
        {"takes limit 0 for none",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 return store.log_events(after, limit == 0 ? annals::all_events : limit);
             };
         },
         {from_position}},
        {"passes over an event between pages",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 return store.log_events(after == Position{} ? after : Position{after.first() + 1}, limit);
             };
         },
         {"paging through the log sees each event once"}},
        {"hands out ten events for all",
         [](Steps& steps) { steps.read_all = [](Store const& store) { return store.log_events({}, 10); }; },
         {"get_all_events hands out the whole log"}},
        {"numbers positions anew in each stream",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version after) {
                 Events events = store.stream_events(stream, after);
                 for (Event& event : events) {
                     event.position = Position{event.version.value()};
                 }
                 return events;
             };
         },
         {"get_events and read_all hand out the same events"}},
        {"has its head at the start",
         [](Steps& steps) { steps.head = [](Store const&) { return Position{}; }; },
         {"the head is where the log ends"}},
        {"has its head behind the next event",
         [](Steps& steps) {
             steps.head = [](Store const& store) { return Position{store.last_position().first() + 1}; };
         },
         {"the head is where the log ends"}},
        {"shows ranges what comes later",
         [](Steps& steps) { steps.reads_live = true; },
         {"a range hands out what was stored when it was called"}},
        {"lets nobody append beside a reader",
         [](Steps& steps) { steps.blocks_appends = true; },
         {"a range that is not read to its end stands in nobody's way"}},
        {"has one cursor for all ranges",
         [](Steps& steps) { steps.shares_cursor = true; },
         {"two ranges do not disturb each other"}},
        {"loses the first event of each further page of a stream",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version after) {
                 Events events = store.stream_events(stream, after);
                 std::erase_if(events, [after](Event const& event) {
                     return event.version.value() == after.value() + 1'001;
                 });
                 return events;
             };
         },
         {"a stream of 20,000 events is read whole and in order"}},
        {"hands out 10,000 events at most",
         [](Steps& steps) {
             steps.read_stream = [](Store const& store, annals::StreamName const& stream, Version after) {
                 Events events = store.stream_events(stream, after);
                 return events.size() <= 10'000 ? events : Events{events.begin(), events.begin() + 10'000};
             };
         },
         {"a stream of 20,000 events is read whole and in order"}},
        {"tells version 1 of every stream",
         [](Steps& steps) { steps.version = [](Store const&, annals::StreamName const&) { return Version{1}; }; },
         {"a stream without events is empty, at version 0"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_READING_HPP
