// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_INPUT_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_INPUT_HPP

#include <annals/append.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <algorithm>
#include <string_view>

namespace annals_tests {

/// A defect that takes what the library refuses with a message that contains `verdict`.
[[nodiscard]] inline std::function<void(Steps&)> takes_input(std::string_view verdict) {
    return [verdict](Steps& steps) {
        steps.validate = [verdict](Commit commit) {
            try {
                annals::require_valid(commit);
            } catch (annals::InvalidInput const& refusal) {
                if (std::string_view{refusal.what()}.find(verdict) == std::string_view::npos) {
                    throw;
                }
            }
        };
    };
}

/// A defect that refuses events for a reason of its own.
template <class IsBad>
[[nodiscard]] std::function<void(Steps&)> refuses_events(IsBad is_bad) {
    return [is_bad](Steps& steps) {
        steps.validate = [is_bad](Commit commit) {
            annals::require_valid(commit);
            for (Append const& part : commit) {
                if (std::any_of(part.events.begin(), part.events.end(), is_bad)) {
                    throw annals::InvalidInput{"annals: refused"};
                }
            }
        };
    };
}

[[nodiscard]] inline std::size_t bytes_of(Commit commit) {
    std::size_t bytes = 0;
    for (Append const& part : commit) {
        for (NewEvent const& event : part.events) {
            bytes += event.payload.data.size();
        }
    }
    return bytes;
}

[[nodiscard]] inline std::vector<BrokenEventStore> broken_input() {
    std::string_view const ids = "an event id that stands twice in a commit is refused";
    std::string_view const events = "a commit holds up to 10,000 events";
    std::string_view const metadata = "the metadata of an event has up to 64 KiB";
    std::string_view const keys = "free keys have the limits of names and are no fields";
    std::string_view const types = "an event type has the limits of names, its schema version is positive";
    std::string_view const payload = "a payload has up to 1 MiB";
    std::string_view const bytes = "a commit holds up to 16 MiB of payload";
    return {
        {"takes nil ids", takes_input("event id is nil"), {"a nil event id is refused"}},
        {"takes an id twice", takes_input("an event id stands twice"), {ids}},
        {"takes a stream twice",
         takes_input("stands twice in one commit"),
         {"a stream that stands twice in a commit is refused", ids}},
        {"has no limit for commits", takes_input("a commit holds at most"), {events, bytes}},
        {"refuses 10,000 events",
         [](Steps& steps) {
             steps.validate = [](Commit commit) {
                 annals::require_valid(commit);
                 if (!commit.empty() && commit.front().events.size() == 10'000) {
                     throw annals::InvalidInput{"annals: too many events"};
                 }
             };
         },
         {events}},
        {"refuses a commit of 16 MiB",
         [](Steps& steps) {
             steps.validate = [](Commit commit) {
                 annals::require_valid(commit);
                 if (bytes_of(commit) == annals::limits::max_commit_bytes) {
                     throw annals::InvalidInput{"annals: too much payload"};
                 }
             };
         },
         {bytes}},
        {"takes any time", takes_input("a timestamp must lie"), {"times outside of the years 1 to 9999 are refused"}},
        {"answers for a bad time with a failure of the store",
         [](Steps& steps) {
             steps.validate = [](Commit commit) {
                 try {
                     annals::require_valid(commit);
                 } catch (annals::InvalidInput const& refusal) {
                     throw annals::StoreError{refusal.what(), "22008", false};
                 }
             };
         },
         {"times outside of the years 1 to 9999 are refused"}},
        {"has no limit for metadata", takes_input("larger than 64 KiB"), {metadata}},
        {"refuses metadata of 64 KiB",
         refuses_events([](NewEvent const& event) {
             return event.metadata.extra.contains("key") && event.metadata.extra.at("key").size() > 65'000;
         }),
         {metadata}},
        {"takes any text in metadata",
         takes_input("a metadata value is not UTF-8"),
         {"metadata that is not UTF-8 without NUL is refused"}},
        {"takes any free key", takes_input("metadata key"), {keys}},
        {"takes the names of fields for free keys", takes_input("is a field of Metadata"), {keys}},
        {"refuses keys of 255 bytes",
         refuses_events([](NewEvent const& event) {
             return !event.metadata.extra.empty() && event.metadata.extra.begin()->first.size() == 255;
         }),
         {keys}},
        {"has no limit for payloads", takes_input("bytes, at most 1048576"), {payload}},
        {"refuses a payload of 1 MiB",
         refuses_events([](NewEvent const& event) {
             return event.payload.data.size() == annals::limits::max_payload_bytes;
         }),
         {payload}},
        {"takes any payload text",
         takes_input("is not UTF-8, or holds a NUL"),
         {"a payload that is not UTF-8 without NUL is refused"}},
        {"takes any event type", takes_input("event type"), {types}},
        {"takes the types of the library", takes_input("the library's own"), {types}},
        {"takes schema version 0", takes_input("the schema version"), {types}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_INPUT_HPP
