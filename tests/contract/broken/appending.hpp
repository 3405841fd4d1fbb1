// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_APPENDING_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_APPENDING_HPP

#include <annals/stream_error.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <algorithm>
#include <limits>

namespace annals_tests {

[[nodiscard]] inline std::vector<BrokenEventStore> broken_appending() {
    std::string_view const expectations =
        "an append is refused if the stream is not as expected, tells both versions and writes nothing";
    return {
        {"starts versions at 0",
         [](Steps& steps) {
             steps.keep = [](Event& event) { event.version = annals::Version{event.version.value() - 1}; };
         },
         {"the versions of a stream are 1, 2, 3 without holes"}},
        {"counts versions over all streams",
         [](Steps& steps) {
             steps.keep = [](Event& event) { event.version = annals::Version{event.position.first()}; };
         },
         {"get_events hands out a stream in order, from any version on"}},
        {"ignores the expected version",
         [](Steps& steps) { steps.admits = [](auto, auto) { return true; }; },
         {expectations,
          "a commit writes nothing if one of its streams is not as expected",
          "exactly one thread makes a new stream"}},
        {"takes an expected version for the least one",
         [](Steps& steps) {
             steps.admits = [](annals::ExpectedVersion expected, annals::Version current) {
                 for (std::int64_t version = 0; version <= current.value(); ++version) {
                     if (expected.admits(annals::Version{version})) {
                         return true;
                     }
                 }
                 return false;
             };
         },
         {expectations}},
        {"takes stream_exists for any",
         [](Steps& steps) {
             steps.admits = [](annals::ExpectedVersion expected, annals::Version current) {
                 return expected == annals::ExpectedVersion::stream_exists() || expected.admits(current);
             };
         },
         {expectations}},
        {"refuses any where there is no stream yet",
         [](Steps& steps) {
             steps.admits = [](annals::ExpectedVersion expected, annals::Version current) {
                 return expected.admits(current) &&
                        (expected != annals::ExpectedVersion::any() || current > annals::Version{});
             };
         },
         {"an append is made if the stream is as expected"}},
        {"does not know that version 0 is no stream",
         [](Steps& steps) {
             steps.admits = [](annals::ExpectedVersion expected, annals::Version current) {
                 bool const is_none = expected == annals::ExpectedVersion::exactly(annals::Version{});
                 return is_none || expected.admits(current);
             };
         },
         {expectations}},
        {"tells version 0 in every conflict",
         [](Steps& steps) {
             steps.require_expected = [](Store& store, Append const& part) {
                 if (!part.expected.admits(store.version_of(part.stream))) {
                     throw annals::ConcurrencyError{part.stream, part.expected, annals::Version{}};
                 }
             };
         },
         {expectations}},
        {"writes, and then looks at the expected version",
         [](Steps& steps) {
             steps.append = [](Store& store, Commit commit) {
                 annals::require_valid(commit);
                 std::lock_guard const lock{store.core->mutex};
                 if (auto earlier = store.find_earlier(commit)) {
                     return std::move(*earlier);
                 }
                 std::vector<annals::Version> before;
                 for (Append const& part : commit) {
                     before.push_back(store.version_of(part.stream));
                 }
                 Results results = store.write(commit);
                 for (std::size_t i = 0; i < commit.size(); ++i) {
                     if (!commit[i].expected.admits(before[i])) {
                         throw annals::ConcurrencyError{commit[i].stream, commit[i].expected, before[i]};
                     }
                 }
                 return results;
             };
         },
         {expectations}},
        {"acknowledges without writing",
         [](Steps& steps) {
             steps.write = [](Store& store, Commit commit) {
                 Results results;
                 for (Append const& part : commit) {
                     auto const count = static_cast<std::int64_t>(part.events.size());
                     results.push_back({store.version_of(part.stream).advanced_by(count), annals::Position{1}});
                 }
                 return results;
             };
         },
         {"an append tells where its last event stands",
          "what one handle has appended, every handle sees",
          "threads that append at once lose nothing"}},
        {"tells where the first event of a batch stands",
         [](Steps& steps) {
             steps.write = [](Store& store, Commit commit) {
                 Results results = store.write(commit);
                 for (std::size_t i = 0; i < commit.size(); ++i) {
                     if (commit[i].events.size() > 1) {
                         results[i].position = store.find(commit[i].events.front())->position;
                     }
                 }
                 return results;
             };
         },
         {"an append tells where its last event stands"}},
        {"writes the events before the bad one",
         [](Steps& steps) {
             steps.append = [](Store& store, Commit commit) {
                 std::lock_guard const lock{store.core->mutex};
                 Results results;
                 for (Append const& part : commit) {
                     store.require_expected(part);
                     annals::AppendResult result{store.version_of(part.stream), annals::Position{}};
                     for (NewEvent const& event : part.events) {
                         Append const single{part.stream, part.expected, {&event, 1}};
                         annals::require_valid(Commit{&single, 1});
                         result = store.write_part(single, result.version);
                     }
                     results.push_back(result);
                 }
                 return results;
             };
         },
         {"a batch with one bad event writes nothing", "a commit to several streams with one bad event writes nothing"}
        },
        {"makes a transaction of each stream",
         [](Steps& steps) {
             steps.append = [](Store& store, Commit commit) {
                 Results results;
                 for (std::size_t i = 0; i < commit.size(); ++i) {
                     results.push_back(store.append_at_once(commit.subspan(i, 1)).front());
                     leave_a_window();
                 }
                 return results;
             };
         },
         {"a commit writes nothing if one of its streams is not as expected", "a commit is seen whole or not at all"}},
        {"looks at the first expectation only",
         [](Steps& steps) {
             steps.append = [](Store& store, Commit commit) {
                 annals::require_valid(commit);
                 std::lock_guard const lock{store.core->mutex};
                 if (auto earlier = store.find_earlier(commit)) {
                     return std::move(*earlier);
                 }
                 if (!commit.empty()) {
                     store.require_expected(commit.front());
                 }
                 return store.write(commit);
             };
         },
         {"a commit writes nothing if one of its streams is not as expected",
          "a stream without events is a condition of its commit"}},
        {"writes streams in the order of their names",
         [](Steps& steps) {
             steps.write = [](Store& store, Commit commit) {
                 std::vector<Append> sorted{commit.begin(), commit.end()};
                 std::sort(sorted.begin(), sorted.end(), [](Append const& a, Append const& b) {
                     return a.stream < b.stream;
                 });
                 store.write(sorted);
                 Results results;
                 for (Append const& part : commit) {
                     results.push_back(
                         {store.version_of(part.stream),
                          part.events.empty() ? annals::Position{} : store.find(part.events.back())->position}
                     );
                 }
                 return results;
             };
         },
         {"a commit writes to all its streams, in the order it names them"}},
        {"writes to the first stream only",
         [](Steps& steps) {
             steps.write = [](Store& store, Commit commit) {
                 Results results = commit.empty() ? Results{} : store.write(commit.first(1));
                 results.resize(commit.size(), {annals::Version{1}, annals::Position{1}});
                 return results;
             };
         },
         {"a commit writes to all its streams, in the order it names them"}},
        {"passes over streams without events",
         [](Steps& steps) {
             steps.require_expected = [](Store& store, Append const& part) {
                 if (!part.events.empty()) {
                     store.require_expected(part);
                 }
             };
         },
         {"a stream without events is a condition of its commit",
          "an append without events checks the condition and writes nothing"}},
        {"refuses an append without events",
         [](Steps& steps) {
             steps.validate = [](Commit commit) {
                 annals::require_valid(commit);
                 for (Append const& part : commit) {
                     if (part.events.empty()) {
                         throw annals::InvalidInput{"annals: nothing to append"};
                     }
                 }
             };
         },
         {"an append without events checks the condition and writes nothing"}},
        {"shows each handle its own appends only",
         [](Steps& steps) { steps.sees = [](int handle, int author) { return handle == author; }; },
         {"what one handle has appended, every handle sees"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_APPENDING_HPP
