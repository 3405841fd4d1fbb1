// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_IDEMPOTENCY_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_IDEMPOTENCY_HPP

#include <annals/stream_error.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <algorithm>
#include <memory>
#include <set>

namespace annals_tests {

/// A defect that recognises earlier appends in a wrong way.
template <class Find>
[[nodiscard]] std::function<void(Steps&)> finds_earlier_by(Find find) {
    return [find](Steps& steps) { steps.find_earlier = find; };
}

/// A defect that takes other content for the same.
template <class Same>
[[nodiscard]] std::function<void(Steps&)> compares_by(Same same) {
    return [same](Steps& steps) { steps.is_same = same; };
}

/// Whether all events of the commit are stored, wherever and whatever they are, and where.
[[nodiscard]] inline std::optional<Results> find_somewhere(Store& store, Commit commit) {
    Results results;
    for (Append const& part : commit) {
        annals::AppendResult result{store.version_of(part.stream), annals::Position{}, true};
        for (NewEvent const& event : part.events) {
            auto const stored = store.find(event);
            if (!stored) {
                return std::nullopt;
            }
            result.version = stored->version;
            result.position = stored->position;
        }
        results.push_back(result);
    }
    return commit.empty() || commit.front().events.empty() ? std::nullopt : std::optional{results};
}

[[nodiscard]] inline std::vector<BrokenEventStore> broken_idempotency() {
    std::string_view const repeated = "a repeated append succeeds, says so and writes nothing";
    std::string_view const after_others = "an append is recognised after others have appended";
    std::string_view const other_payload = "a known id with another payload is refused";
    std::string_view const other_envelope = "a known id with other metadata or another time is refused";
    std::string_view const with_condition = "a repeated commit is recognised though its condition holds no more";
    return {
        {"appends a second time on retry",
         finds_earlier_by([](Store&, Commit) { return std::nullopt; }),
         {repeated, after_others, "equal appends at the same time are made once"}},
        {"looks at the expected version before it looks for the ids",
         finds_earlier_by([](Store& store, Commit commit) {
             for (Append const& part : commit) {
                 store.require_expected(part);
             }
             return store.find_earlier(commit);
         }),
         {repeated, after_others, "a repeated commit to several streams is recognised"}},
        {"does not say that it knew the events",
         finds_earlier_by([](Store& store, Commit commit) {
             auto earlier = store.find_earlier(commit);
             for (std::size_t i = 0; earlier && i < earlier->size(); ++i) {
                 (*earlier)[i].already_appended = false;
             }
             return earlier;
         }),
         {repeated, "equal appends at the same time are made once"}},
        {"tells a retry where the stream ends now",
         finds_earlier_by([](Store& store, Commit commit) {
             auto earlier = store.find_earlier(commit);
             for (std::size_t i = 0; earlier && i < earlier->size(); ++i) {
                 (*earlier)[i].version = store.version_of(commit[i].stream);
             }
             return earlier;
         }),
         {after_others}},
        {"recognises the last event of a stream only",
         finds_earlier_by([](Store& store, Commit commit) -> std::optional<Results> {
             auto earlier = store.find_earlier(commit);
             if (earlier && earlier->front().version != store.version_of(commit.front().stream)) {
                 throw annals::ConcurrencyError{
                     commit.front().stream, commit.front().expected, store.version_of(commit.front().stream)
                 };
             }
             return earlier;
         }),
         {after_others}},
        {"recognises commits to one stream only",
         finds_earlier_by([](Store& store, Commit commit) {
             return commit.size() == 1 ? store.find_earlier(commit) : std::nullopt;
         }),
         {"a repeated commit to several streams is recognised"}},
        {"asks a retry for its condition again",
         finds_earlier_by([](Store& store, Commit commit) {
             for (Append const& part : commit) {
                 if (part.events.empty()) {
                     store.require_expected(part);
                 }
             }
             return store.find_earlier(commit);
         }),
         {with_condition}},
        {"tells version 0 of a condition in a retry",
         finds_earlier_by([](Store& store, Commit commit) {
             auto earlier = store.find_earlier(commit);
             for (std::size_t i = 0; earlier && i < earlier->size(); ++i) {
                 (*earlier)[i].version = commit[i].events.empty() ? annals::Version{} : (*earlier)[i].version;
             }
             return earlier;
         }),
         {with_condition}},
        {"compares ids only",
         compares_by([](Event const&, NewEvent const&) { return true; }),
         {other_payload, other_envelope}},
        {"compares the types of payloads only",
         compares_by([](Event const& stored, NewEvent const& sent) {
             return stored.payload.type == sent.payload.type && stored.metadata == sent.metadata &&
                    stored.timestamp == sent.timestamp;
         }),
         {other_payload}},
        {"does not compare metadata",
         compares_by([](Event const& stored, NewEvent const& sent) {
             return stored.payload == sent.payload && stored.timestamp == sent.timestamp;
         }),
         {other_envelope}},
        {"does not compare times",
         compares_by([](Event const& stored, NewEvent const& sent) {
             return stored.payload == sent.payload && stored.metadata == sent.metadata;
         }),
         {other_envelope}},
        {"finds known ids anywhere",
         finds_earlier_by(&find_somewhere),
         {"a known id in another stream is refused", "known ids in another order are refused", other_payload}},
        {"leaves out the events that it knows",
         finds_earlier_by([](Store& store, Commit commit) -> std::optional<Results> {
             if (auto all = find_somewhere(store, commit)) {
                 return store.find_earlier(commit);
             }
             Results results;
             bool are_new = true;
             for (Append const& part : commit) {
                 annals::AppendResult result{store.version_of(part.stream), annals::Position{}};
                 for (NewEvent const& event : part.events) {
                     if (store.find(event)) {
                         are_new = false;
                     } else if (part.expected == annals::ExpectedVersion::any()) {
                         result = store.write_part({part.stream, part.expected, {&event, 1}}, result.version);
                     }
                 }
                 results.push_back(result);
             }
             return are_new && commit.front().expected != annals::ExpectedVersion::any() ? std::nullopt
                                                                                         : std::optional{results};
         }),
         {"known ids among new ones are refused"}},
        {"looks for the first event of a commit only",
         finds_earlier_by([](Store& store, Commit commit) -> std::optional<Results> {
             bool const is_known =
                 !commit.empty() && !commit.front().events.empty() && store.find(commit.front().events.front());
             return is_known ? std::optional{Results(commit.size(), {annals::Version{2}, annals::Position{2}, true})}
                             : std::nullopt;
         }),
         {"known ids among new ones are refused", "known ids in a commit with new ones for another stream are refused"}
        },
        {"remembers the ids of refused appends",
         [](Steps& steps) {
             steps.find_earlier = [refused =
                                       std::make_shared<std::set<annals::EventId>>()](Store& store, Commit commit) {
                 auto earlier = store.find_earlier(commit);
                 for (Append const& part : commit) {
                     for (NewEvent const& event : part.events) {
                         if (!earlier && !refused->insert(event.event_id).second) {
                             throw annals::IdempotencyMismatch{part.stream, event.event_id};
                         }
                     }
                 }
                 return earlier;
             };
         },
         {"the ids of a refused append can be sent again"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_IDEMPOTENCY_HPP
