// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_TRUNCATED_STREAMS_HPP
#define ANNALS_DETAIL_TRUNCATED_STREAMS_HPP

#include <annals/error.hpp>
#include <annals/event_filter.hpp>
#include <annals/truncation.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace annals::detail {

/// The streams that have lost events which the filter may admit.
template <class Store>
[[nodiscard]] std::vector<StreamName> truncated_streams(Store const& store, EventFilter const& filter) {
    std::vector<StreamName> streams;
    if constexpr (requires { store.truncations(); }) {
        auto const admits = [&filter](StreamName const& stream) {
            // Of which types they were nobody knows any more.
            return filter.admits_all() || std::any_of(
                                              filter.clauses().begin(),
                                              filter.clauses().end(),
                                              [&](EventFilter::Clause const& clause) {
                                                  return clause.aggregate_type.empty() ||
                                                         clause.aggregate_type == stream.aggregate_type();
                                              }
                                          );
        };
        for (Truncation const& truncation : store.truncations()) {
            if (truncation.first > Version{1} && admits(truncation.stream)) {
                streams.push_back(truncation.stream);
            }
        }
        std::sort(streams.begin(), streams.end());
        streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
    }
    return streams;
}

/// @param streams  that have lost events, at least one
[[nodiscard]] inline UsageError lacks_truncated(std::string const& name, std::vector<StreamName> const& streams) {
    std::string const more = streams.size() == 1 ? "" : " and " + std::to_string(streams.size() - 1) + " more";
    return UsageError{
        "annals: projection '" + name + "' would be built without the truncated events of '" +
        to_text(streams.front()) + "'" + more +
        ": run it over annals::WithArchive, or say `static constexpr bool accepts_truncated = true;`"
    };
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_TRUNCATED_STREAMS_HPP
