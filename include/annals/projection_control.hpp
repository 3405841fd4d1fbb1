// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_CONTROL_HPP
#define ANNALS_PROJECTION_CONTROL_HPP

#include <annals/append.hpp>
#include <annals/detail/dead_letter_replay.hpp>
#include <annals/detail/projection_consumer.hpp>
#include <annals/detail/projection_life.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace annals {

/// What an operator does with the projections of a store, whichever processes run them.
///
/// Thread-safe as the store is, which must outlive it. Members throw what the store throws.
template <class Store>
class ProjectionControl {
public:
    explicit ProjectionControl(Store& store) : store_{store} {}

    /// All projections that were ever run, with all their generations and parts, by name.
    [[nodiscard]] std::vector<ProjectionStatus> list() const {
        return detail::read_projection_rows(store_, [](auto& rows) { return rows.all(); });
    }

    /// The generations and parts of one, oldest first.
    [[nodiscard]] std::vector<ProjectionStatus> status(std::string_view name) const {
        return detail::read_projection_rows(store_, [name](auto& rows) { return rows.of(name); });
    }

    /// The generation that readers are served from: its number as `prepare` and `serve` were told. Nothing before the
    /// first has caught up, with all its parts.
    [[nodiscard]] std::optional<std::int64_t> served_generation(std::string_view name) const {
        return detail::generation_in_service(status(name));
    }

    /// Holds a projection, with all its generations, at the end of the page at hand, until it is resumed.
    /// @throws UsageError  if there is none of that name
    void pause(std::string_view name) {
        change(name, [](ProjectionStatus& row) {
            if (detail::is_running(row.state) || row.state == ProjectionState::failed) {
                row.state = ProjectionState::paused;
            }
        });
    }

    /// Lets a projection go on that was paused or has failed. It needs a runner, see `ProjectionRunner`.
    /// @throws UsageError  if there is none of that name
    void resume(std::string_view name) {
        change(name, [](ProjectionStatus& row) {
            if (row.state == ProjectionState::paused || row.state == ProjectionState::failed) {
                row.state = row.is_served ? ProjectionState::active : ProjectionState::booting;
                row.failure.reset();
            }
        });
    }

    /// Begins a new generation of the served definition. The next runner that is started builds it from the first event
    /// on, beside the one that is served, and puts it in its place when it has caught up; or gives it up and throws, if
    /// events that it would take are truncated by now, see `NamedProjection`.
    /// @returns its number
    /// @throws UsageError  if there is none of that name, or one is being built already
    std::int64_t rebuild(std::string_view name) {
        return detail::with_projection_rows(store_, [&](auto& rows, auto&...) {
            auto const all = rows.of(name);
            require_any(all, name);
            auto const is_in_use = [](ProjectionStatus const& row) { return row.state != ProjectionState::retired; };
            auto const in_use = std::find_if(all.rbegin(), all.rend(), is_in_use);
            ProjectionStatus const& newest = in_use == all.rend() ? all.back() : *in_use;
            if (!newest.is_served) {
                throw UsageError{detail::name_of(newest.key) + " is being built already"};
            }
            std::int64_t const generation = all.back().key.generation + 1;
            detail::add_generation(rows, newest.key.name, generation, newest.definition, newest.parts);
            return generation;
        });
    }

    /// The events that a projection has put aside, oldest first.
    [[nodiscard]] std::vector<DeadLetter> dead_letters(std::string_view name) const {
        return detail::read_projection_rows(store_, [name](auto& rows) { return rows.dead_letters(name); });
    }

    /// Hands the dead letters of the served generation to `projection`, oldest first, and forgets those that it has
    /// handled; if it takes the store's transaction, both in one. Later events of the same streams were handled before.
    /// @returns how many
    /// @throws what the handler throws; that letter and those behind it remain
    template <class P>
    std::size_t replay_dead_letters(P& projection) {
        detail::ProjectionConsumer<Store, std::reference_wrapper<P>> consumer{std::ref(projection)};
        return detail::replay_dead_letters(store_, consumer);
    }

    /// Waits until readers of the projection see all up to `position`, that of an `AppendResult` for one.
    /// @throws DeadlineExceeded  if they do not within `time`
    /// @throws ProjectionFailed  if the projection has stopped before it
    void wait_for(Position position, std::string_view name, std::chrono::milliseconds time) const {
        auto const until = std::chrono::steady_clock::now() + time;
        for (std::chrono::milliseconds pause{1};; pause = pause < longest_pause ? pause * 2 : pause) {
            if (has_reached(position, name)) {
                return;
            }
            if (std::chrono::steady_clock::now() + pause > until) {
                throw DeadlineExceeded{
                    "annals: projection '" + std::string{name} + "' has not reached position " + to_text(position) +
                    " in the time allowed"
                };
            }
            std::this_thread::sleep_for(pause);
        }
    }

    /// The same for what an append has returned.
    void wait_for(AppendResult const& appended, std::string_view name, std::chrono::milliseconds time) const {
        wait_for(appended.position, name, time);
    }

private:
    static constexpr std::chrono::milliseconds longest_pause{20};

    [[nodiscard]] bool has_reached(Position position, std::string_view name) const {
        auto const rows = status(name);
        auto const served = detail::generation_in_service(rows);
        for (ProjectionStatus const& row : rows) {
            bool const is_behind = row.state != ProjectionState::transacted && row.position < position;
            if (row.key.generation == served && is_behind) {
                if (row.state == ProjectionState::failed) {
                    throw ProjectionFailed{row.key, row.failure.value_or(ProjectionFailure{})};
                }
                return false;
            }
        }
        return served.has_value();
    }

    static void require_any(std::vector<ProjectionStatus> const& rows, std::string_view name) {
        if (rows.empty()) {
            throw UsageError{"annals: there is no projection '" + std::string{name} + "' in this store"};
        }
    }

    template <class Change>
    void change(std::string_view name, Change const& change) {
        detail::with_projection_rows(store_, [&](auto& rows, auto&...) {
            auto const all = rows.of(name);
            require_any(all, name);
            for (ProjectionStatus const& seen : all) {
                if (auto row = rows.lock(seen.key)) {
                    change(*row);
                    rows.update(*row);
                }
            }
        });
    }

    Store& store_;
};

} // namespace annals

#endif // ANNALS_PROJECTION_CONTROL_HPP
