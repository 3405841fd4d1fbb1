// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_EARLIER_APPEND_HPP
#define ANNALS_DETAIL_EARLIER_APPEND_HPP

#include <annals/append.hpp>
#include <annals/stream_error.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace annals::detail {

/// What a store knows of an event id.
struct StoredUnderId {
    StreamName stream;
    Version version;
    Position position;
    bool has_same_content = false; ///< payload, metadata and timestamp are those of the event sent now
};

/// Finds out whether a commit was made before: the rule by which every store is idempotent.
///
/// @param look_up     called with each `NewEvent`, returns `std::optional<StoredUnderId>`
/// @param version_of  called with the streams that the commit adds nothing to, returns their `Version`
/// @returns the results of the earlier append, or nothing if no event of the commit is stored
/// @throws IdempotencyMismatch  if only some are stored, or they are not one after another in these streams with
///                              this content, starting where the expected version would have put them
template <class Payload, class LookUp, class VersionOf>
[[nodiscard]] std::optional<std::vector<AppendResult>>
find_earlier_append(std::span<StreamAppend<Payload> const> commit, LookUp&& look_up, VersionOf&& version_of) {
    std::vector<AppendResult> results;
    std::optional<IdempotencyMismatch> some_stored; // what to throw if others turn out to be new
    std::optional<IdempotencyMismatch> misplaced;
    bool some_are_new = false;
    for (StreamAppend<Payload> const& part : commit) {
        AppendResult result{Version{}, Position{}, true};
        for (NewEvent<Payload> const& event : part.events) {
            std::optional<StoredUnderId> const stored = look_up(event);
            if (!stored) {
                some_are_new = true;
                continue;
            }
            bool const is_first = &event == part.events.data();
            bool const is_in_place = is_first ? part.expected.admits(Version{stored->version.value() - 1})
                                              : stored->version == result.version.next();
            if (!some_stored) {
                some_stored.emplace(part.stream, event.event_id);
            }
            if (!misplaced && !(is_in_place && stored->stream == part.stream && stored->has_same_content)) {
                misplaced.emplace(part.stream, event.event_id);
            }
            result.version = stored->version;
            result.position = stored->position;
        }
        results.push_back(result);
    }
    if (!some_stored) {
        return std::nullopt;
    }
    if (misplaced) {
        throw *misplaced;
    }
    if (some_are_new) {
        throw *some_stored;
    }
    for (std::size_t i = 0; i < commit.size(); ++i) {
        if (commit[i].events.empty()) {
            results[i].version = version_of(commit[i].stream);
        }
    }
    return results;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_EARLIER_APPEND_HPP
