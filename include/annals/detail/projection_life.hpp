// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PROJECTION_LIFE_HPP
#define ANNALS_DETAIL_PROJECTION_LIFE_HPP

#include <annals/detail/projection_access.hpp>
#include <annals/limits.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What may become of a projection, step by step. Each is called with the rows of one transaction.

namespace annals::detail {

[[nodiscard]] inline bool is_running(ProjectionState state) noexcept {
    return state == ProjectionState::booting || state == ProjectionState::active;
}

[[nodiscard]] inline std::string name_of(ProjectionKey const& key) {
    return "annals: projection '" + key.name + "' (generation " + std::to_string(key.generation) + ")";
}

/// Adds a generation after those that there are, all its parts at once.
template <class Rows>
void add_generation(
    Rows& rows, std::string const& name, std::int64_t generation, std::int64_t definition, std::int32_t parts
) {
    for (std::int32_t part = 0; part < parts; ++part) {
        ProjectionStatus row;
        row.key = {name, generation, part};
        row.parts = parts;
        row.definition = definition;
        rows.insert(row); // if it is there, another process was first and has made the same
    }
}

/// Finds the read model that this definition builds, or begins one.
/// @throws FencedOut   if a newer definition is served
/// @throws UsageError  if it is divided into another number of parts
/// @throws InvalidInput  if the name breaks the limits of names
template <class Rows>
[[nodiscard]] ProjectionStatus
open_projection(Rows& rows, std::string const& name, std::int64_t definition, std::int32_t part, std::int32_t parts) {
    require_name("projection", name);
    auto const all = rows.of(name);
    std::int64_t newest = 0;
    std::optional<ProjectionStatus> own;
    for (ProjectionStatus const& row : all) {
        newest = row.key.generation;
        if (row.definition > definition && row.is_served) {
            throw FencedOut{name_of(row.key) + " is served with a newer definition"};
        }
        if (row.definition == definition && row.state != ProjectionState::retired && row.key.part == part) {
            own = row;
        }
        if (row.parts != parts && row.state != ProjectionState::retired) {
            throw UsageError{
                name_of(row.key) + " has " + std::to_string(row.parts) + " parts, not " + std::to_string(parts)
            };
        }
    }
    if (!own) {
        add_generation(rows, name, newest + 1, definition, parts);
        own = rows.lock({name, newest + 1, part});
    }
    return *own;
}

/// Whether a runner may claim it. @param revive  also if it has failed
[[nodiscard]] inline bool is_free(ProjectionStatus const& row, bool revive) {
    return !row.is_leased() && (is_running(row.state) || (revive && row.state == ProjectionState::failed));
}

struct Claim {
    ProjectionStatus row; ///< as it is now
    bool is_made = false;
};

/// Claims the projection for `owner`, unless it is held by another or is not to run.
template <class Rows>
[[nodiscard]] Claim
claim(Rows& rows, ProjectionKey const& key, std::string const& owner, std::chrono::milliseconds lease, bool revive) {
    ProjectionStatus row = rows.lock(key).value();
    if (!is_free(row, revive)) {
        return {row, false};
    }
    row.state = row.is_served ? ProjectionState::active : ProjectionState::booting;
    row.failure.reset();
    row.owner = owner;
    ++row.epoch;
    row.lease_until = row.now + lease;
    rows.update(row);
    return {row, true};
}

/// Whether the event that the row names is at its position.
template <class Store, class Rows>
[[nodiscard]] bool is_of_this_history(Store& store, Rows& rows, ProjectionStatus const& row) {
    return row.position == Position{} || is_still_there(store, rows, row.position, row.event_id);
}

/// The row of a projection that this runner holds, locked until the end of the transaction.
/// @throws FencedOut        if it holds it no more
/// @throws HistoryDiverged  if the event that the row names is not at its position
template <class Store, class Rows>
[[nodiscard]] ProjectionStatus own_row(Store& store, Rows& rows, ProjectionKey const& key, std::int64_t epoch) {
    auto row = rows.lock(key);
    if (!row || row->epoch != epoch) {
        throw FencedOut{name_of(key) + " has been taken over by another runner"};
    }
    if (!is_of_this_history(store, rows, *row)) {
        throw HistoryDiverged{name_of(key) + " has handled events that this store does not have"};
    }
    return *row;
}

/// The row that readers are served from, if that is another generation, and of this history.
template <class Store, class Rows>
[[nodiscard]] std::optional<ProjectionStatus> served_row(Store& store, Rows& rows, ProjectionKey const& key) {
    for (ProjectionStatus const& row : rows.of(key.name)) {
        if (row.is_served && row.key.part == key.part && row.key.generation != key.generation) {
            return is_of_this_history(store, rows, row) ? std::optional{row} : std::nullopt;
        }
    }
    return std::nullopt;
}

/// Locks what changes when readers are served from that one: the generations before it, and the row that all parts of
/// its own have in common. In the order of their keys, as all do who lock several, so that nobody waits in a circle.
template <class Rows>
void lock_for_switch(Rows& rows, ProjectionKey const& key) {
    for (ProjectionStatus const& row : rows.of(key.name)) {
        bool const is_before = row.key.part == key.part && row.key.generation < key.generation;
        if (is_before && row.state != ProjectionState::retired) {
            static_cast<void>(rows.lock(row.key));
        }
    }
    static_cast<void>(rows.lock({key.name, key.generation, 0}));
}

/// Lets readers be served from `row` in that state. The generations before it, the one that they were served from and
/// those that were never finished, are retired, and their runners fenced out.
template <class Rows>
void serve_instead(Rows& rows, ProjectionStatus& row, ProjectionState state) {
    for (ProjectionStatus const& seen : row.is_served ? std::vector<ProjectionStatus>{} : rows.of(row.key.name)) {
        bool const is_before = seen.key.part == row.key.part && seen.key.generation < row.key.generation;
        if (!is_before || seen.state == ProjectionState::retired) {
            continue;
        }
        ProjectionStatus former = rows.lock(seen.key).value();
        former.is_served = false;
        former.state = ProjectionState::retired;
        former.owner.clear();
        ++former.epoch;
        rows.update(former);
    }
    row.is_served = true;
    row.state = state;
    rows.update(row);
}

/// The generation that readers are served from: the first of which all parts are, or were until another generation
/// took their place.
/// @param rows  of one projection, by generation and part
[[nodiscard]] inline std::optional<std::int64_t> generation_in_service(std::vector<ProjectionStatus> const& rows) {
    for (std::size_t begin = 0; begin < rows.size();) {
        std::size_t const end = begin + static_cast<std::size_t>(rows[begin].parts);
        bool is_ready = true;
        bool is_any_served = false;
        for (std::size_t i = begin; i < end && i < rows.size(); ++i) {
            is_any_served = is_any_served || rows[i].is_served;
            is_ready = is_ready && (rows[i].is_served || rows[i].state == ProjectionState::retired);
        }
        if (is_ready && is_any_served) {
            return rows[begin].key.generation;
        }
        begin = end;
    }
    return std::nullopt;
}

/// Whether all other parts of the generation can take the place of those before them.
template <class Rows>
[[nodiscard]] bool are_others_ready(Rows& rows, ProjectionKey const& key) {
    for (ProjectionStatus const& row : rows.of(key.name)) {
        bool const is_other = row.key.generation == key.generation && row.key.part != key.part;
        if (is_other && !row.is_served && row.state != ProjectionState::active) {
            return false;
        }
    }
    return true;
}

/// Whether all parts of the generation are served.
template <class Rows>
[[nodiscard]] bool is_all_served(Rows& rows, ProjectionKey const& key) {
    for (ProjectionStatus const& row : rows.of(key.name)) {
        if (row.key.generation == key.generation && !row.is_served) {
            return false;
        }
    }
    return true;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_PROJECTION_LIFE_HPP
