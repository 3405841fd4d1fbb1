// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PROJECTION_MOVES_HPP
#define ANNALS_DETAIL_PROJECTION_MOVES_HPP

#include <annals/detail/log_page.hpp>
#include <annals/detail/projection_life.hpp>

#include <optional>

// How a page of the log moves the rows of projections. Each is called with the rows of one transaction.

namespace annals::detail {

/// A generation that is built does not overtake the one that is served, so that the one can take the other's place at
/// one and the same event. The served one is held up by the page that may be the last before that, by no other.
/// @returns the row that readers are served from, if that is another generation's
template <class Store, class Rows, class Page>
std::optional<ProjectionStatus> keep_behind_served(Store& store, Rows& rows, ProjectionKey const& key, Page& page) {
    auto served = served_row(store, rows, key);
    if (served ? page.end >= served->position : page.reaches_head) {
        lock_for_switch(rows, key);
        served = served_row(store, rows, key);
    }
    if (served && served->position >= page.begin) {
        page.keep_up_to(*served);
    }
    return served;
}

/// Sets the row's place to the end of the page.
/// @throws CorruptData  if no event is there
template <class Store, class Rows, class Page>
void move_to_end(Store& store, Rows& rows, ProjectionStatus& row, Page const& page) {
    if (page.end == row.position) {
        return;
    }
    row.event_id = page.end_id == EventId{} ? event_id_at(store, rows, page.end).value_or(EventId{}) : page.end_id;
    row.position = page.end;
    if (row.event_id == EventId{}) {
        throw CorruptData{"there is no event at the head of the log"};
    }
}

/// Whether the definition goes on in a newer generation, because a rebuild has replaced this one.
template <class Rows>
[[nodiscard]] bool is_rebuilt(Rows& rows, ProjectionStatus const& own) {
    bool is_retired = false;
    bool has_newer = false;
    for (ProjectionStatus const& row : rows.of(own.key.name)) {
        bool const is_out = row.state == ProjectionState::retired;
        is_retired = is_retired || (row.key == own.key && is_out);
        has_newer =
            has_newer || (row.key.generation > own.key.generation && !is_out && row.definition == own.definition);
    }
    return is_retired && has_newer;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_PROJECTION_MOVES_HPP
