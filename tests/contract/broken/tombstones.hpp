// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_TOMBSTONES_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_TOMBSTONES_HPP

#include <annals/stream_error.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <string>
#include <string_view>

namespace annals_tests {

/// Stores that end a stream in a wrong way, or not for good.
[[nodiscard]] inline std::vector<BrokenEventStore> broken_tombstones() {
    using annals::ExpectedVersion;
    using annals::StreamName;
    using annals::Version;
    std::string_view const last = "a tombstone takes all events of a stream but the last";
    std::string_view const nothing = "nothing is appended to a stream with a tombstone";
    auto const lets_in = [](auto which) {
        return [which](Steps& steps) {
            steps.require_open = [which](Store& store, Append const& part) {
                if (!which(part.expected, store.version_of(part.stream))) {
                    store.require_open(part);
                }
            };
        };
    };
    return {
        {"takes the last event with a tombstone",
         [](Steps& steps) {
             steps.tombstone = [](Store& store, StreamName const& stream, std::string_view reason) {
                 store.end(stream, reason);
                 for (auto& [position, entry] : store.core->log) {
                     entry.is_gone = entry.is_gone || entry.event.stream == stream;
                 }
             };
         },
         {last}},
        {"leaves all events with a tombstone",
         [](Steps& steps) {
             steps.tombstone = [](Store& store, StreamName const& stream, std::string_view) {
                 store.core->ended.insert(stream);
             };
         },
         {last}},
        {"appends after a tombstone what expects nothing",
         lets_in([](ExpectedVersion expected, Version) { return expected == ExpectedVersion::any(); }),
         {nothing}},
        {"appends after a tombstone what expects some stream",
         lets_in([](ExpectedVersion expected, Version) { return expected == ExpectedVersion::stream_exists(); }),
         {nothing}},
        {"appends after a tombstone what expects the last version",
         lets_in([](ExpectedVersion expected, Version version) { return expected == ExpectedVersion::exactly(version); }
         ),
         {nothing}},
        {"says that an ended stream has moved on",
         lets_in([](ExpectedVersion expected, Version) { return expected == ExpectedVersion::no_stream(); }),
         {nothing}},
        {"looks for a tombstone of the first stream alone",
         [](Steps& steps) {
             steps.append = [](Store& store, Commit commit) {
                 store.core->steps.require_open = [first = commit.front().stream](Store& at, Append const& part) {
                     if (part.stream == first) {
                         at.require_open(part);
                     }
                 };
                 return store.append_at_once(commit);
             };
         },
         {nothing}},
        {"refuses a second tombstone",
         [](Steps& steps) {
             steps.tombstone = [](Store& store, StreamName const& stream, std::string_view reason) {
                 if (store.core->ended.contains(stream)) {
                     throw annals::StreamTombstoned{stream};
                 }
                 store.end(stream, reason);
             };
         },
         {"a second tombstone changes nothing"}},
        {"ends a stream that is none",
         [](Steps& steps) {
             steps.tombstone = [](Store& store, StreamName const& stream, std::string_view reason) {
                 if (store.version_of(stream) != Version{}) {
                     store.end(stream, reason);
                 }
                 store.core->ended.insert(stream);
             };
         },
         {"a stream without events has no end"}},
        {"looks for a tombstone before it looks for ids",
         [](Steps& steps) {
             steps.find_earlier = [](Store& store, Commit commit) {
                 for (Append const& part : commit) {
                     store.require_open(part);
                 }
                 return store.find_earlier(commit);
             };
         },
         {"a repeated append is recognised after a tombstone"}},
        {"keeps tombstones in memory",
         [](Steps& steps) { steps.reopen = [](Store& store) { store.core->ended.clear(); }; },
         {"truncations and tombstones are there after reopening"}},
        {"keeps truncations in memory",
         [](Steps& steps) {
             steps.reopen = [](Store& store) {
                 for (auto& [position, entry] : store.core->log) {
                     entry.is_gone = false;
                 }
             };
         },
         {"truncations and tombstones are there after reopening"}},
        {"truncates first and sets the tombstone later",
         [](Steps& steps) {
             steps.tombstone = [](Store& store, StreamName const& stream, std::string_view reason) {
                 store.end(stream, reason);
                 store.core->ended.erase(stream);
                 store.core->mutex.unlock();
                 leave_a_window();
                 store.core->mutex.lock();
                 store.core->ended.insert(stream);
             };
         },
         {"no append that others make meanwhile comes after a tombstone"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_TOMBSTONES_HPP
