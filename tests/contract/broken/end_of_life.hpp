// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_END_OF_LIFE_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_END_OF_LIFE_HPP

#include <annals/stream_error.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals_tests {

/// Stores that do a truncation wrong, or what comes after it.
[[nodiscard]] inline std::vector<BrokenEventStore> broken_truncations() {
    using annals::Position;
    using annals::StreamName;
    using annals::Truncation;
    using annals::Version;
    std::string_view const gone = "truncated events are gone, and all others are where they were";
    std::string_view const told = "truncations are told with their reasons";
    std::string_view const known = "the ids of truncated events stay known";
    std::string_view const runs = "reading passes over any run of truncated events";
    return {
        {"truncates the first event that is to be left",
         [](Steps& steps) {
             steps.first_left = [](Store const&, StreamName const&, Version first) { return first.next(); };
         },
         {gone}},
        {"leaves one event too many",
         [](Steps& steps) {
             steps.first_left = [](Store const&, StreamName const&, Version first) {
                 return Version{first.value() > 1 ? first.value() - 1 : 0};
             };
         },
         {gone}},
        {"deletes truncated events",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation const& wanted) {
                 store.truncate(wanted);
                 auto& core = *store.core;
                 for (auto& [key, positions] : core.streams) {
                     std::erase_if(positions, [&core](auto position) { return core.log.at(position).is_gone; });
                 }
                 std::erase_if(core.log, [](auto const& item) { return item.second.is_gone; });
             };
         },
         {gone, "a truncated stream goes on at its version"}},
        {"moves the log together",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 Events events = store.log_events({}, annals::all_events);
                 for (std::size_t i = 0; i < events.size(); ++i) {
                     events[i].position = Position{static_cast<std::int64_t>(i + 1)};
                 }
                 std::erase_if(events, [after](Event const& event) { return event.position <= after; });
                 return events.size() <= limit ? events : Store::first_of(events, limit);
             };
         },
         {gone}},
        {"brings back what a lesser truncation leaves",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation const& wanted) {
                 for (auto& [position, entry] : store.core->log) {
                     entry.is_gone = entry.is_gone && entry.event.stream != wanted.stream;
                 }
                 store.truncate(wanted);
             };
         },
         {"truncating the same or less again changes nothing"}},
        {"truncates whole streams",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation wanted) {
                 Version const last = store.version_of(wanted.stream);
                 wanted.first = last < wanted.first ? last : wanted.first;
                 store.truncate(wanted);
             };
         },
         {"the last event of a stream cannot be truncated"}},
        {"takes any reason",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation wanted) {
                 wanted.reason = "a reason";
                 store.truncate(wanted);
             };
         },
         {"a truncation wants a reason", told}},
        {"tells the last truncation alone",
         [](Steps& steps) {
             steps.truncations = [](Store const& store) {
                 auto const& all = store.core->truncations;
                 return all.empty() ? all : std::vector{all.back()};
             };
         },
         {told}},
        {"forgets the ids of truncated events",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation const& wanted) {
                 store.truncate(wanted);
                 for (auto const& [position, entry] : store.core->log) {
                     if (entry.is_gone) {
                         store.core->by_id.erase(entry.event.event_id);
                     }
                 }
             };
         },
         {known}},
        {"compares a repeated event with what is left of it",
         [](Steps& steps) {
             steps.find_earlier = [](Store& store, Commit commit) {
                 for (auto const& part : commit) {
                     for (auto const& event : part.events) {
                         auto const found = store.core->by_id.find(event.event_id);
                         if (found != store.core->by_id.end() && store.core->log.at(found->second).is_gone) {
                             throw annals::IdempotencyMismatch{part.stream, event.event_id};
                         }
                     }
                 }
                 return store.find_earlier(commit);
             };
         },
         {known}},
        {"truncates all streams with that id",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation const& wanted) {
                 store.truncate(wanted);
                 for (auto& [position, entry] : store.core->log) {
                     entry.is_gone = entry.is_gone || (entry.event.aggregate_id() == wanted.stream.aggregate_id() &&
                                                       entry.event.version < wanted.first);
                 }
             };
         },
         {"a truncation takes events of its stream alone"}},
        {"takes a page of truncated events for the end of the log",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 Events events = store.log_events(after, limit);
                 std::int64_t last = after.first();
                 for (std::size_t i = 0; i < events.size(); ++i) {
                     if (events[i].position.first() - last > 250) {
                         return Store::first_of(events, i);
                     }
                     last = events[i].position.first();
                 }
                 return events;
             };
         },
         {runs}},
        {"counts truncated events against the limit",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 Events events = store.log_events(after, limit);
                 std::erase_if(events, [&](Event const& event) {
                     return limit != annals::all_events &&
                            event.position.first() > after.first() + static_cast<std::int64_t>(limit);
                 });
                 return events;
             };
         },
         {runs, "reading hands out all that stands between truncated events"}},
        {"loses the event behind a truncated one",
         [](Steps& steps) {
             steps.read_log = [](Store const& store, Position after, std::size_t limit) {
                 Events events = store.log_events(after, limit);
                 std::erase_if(events, [&store](Event const& event) {
                     auto const before = store.core->log.find(event.position.first() - 1);
                     return before != store.core->log.end() && before->second.is_gone;
                 });
                 return events;
             };
         },
         {gone, "reading hands out all that stands between truncated events"}},
        {"has ranges that count what is before them",
         [](Steps& steps) { steps.recounts = true; },
         {"a range under way hands out whole events, and all that are left"}},
        {"puts back a copy of the log when it truncates",
         [](Steps& steps) {
             steps.truncate = [](Store& store, Truncation const& wanted) {
                 auto const before = store.core->log;
                 store.core->mutex.unlock();
                 leave_a_window();
                 store.core->mutex.lock();
                 store.core->log = before;
                 store.truncate(wanted);
             };
         },
         {"a stream that is truncated while others append loses nothing else"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_END_OF_LIFE_HPP
