// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PROJECTION_HOLD_HPP
#define ANNALS_DETAIL_PROJECTION_HOLD_HPP

#include <annals/detail/projection_life.hpp>
#include <annals/detail/projection_moves.hpp>
#include <annals/projection_options.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace annals::detail {

/// The row of a projection in the store, as a runner knows it, and the runner's claim to it.
template <class Store>
class ProjectionHold {
public:
    ProjectionHold(Store& store, ProjectionOptions options) : store_{store}, options_{std::move(options)} {}

    /// As it was last seen; nothing before it was opened.
    [[nodiscard]] std::optional<ProjectionStatus> const& row() const noexcept { return row_; }
    [[nodiscard]] bool is_claimed() const noexcept { return is_claimed_; }

    /// Finds the row, or makes it.
    void open(std::string const& name, std::int64_t definition) {
        row_ = with_projection_rows(store_, [&](auto& rows, auto&...) {
            for (ProjectionStatus const& row : rows.of(name)) {
                if (row.state == ProjectionState::transacted) {
                    throw UsageError{name_of(row.key) + " is kept up to date by the appends themselves"};
                }
            }
            return open_projection(rows, name, definition, options_.part, options_.parts);
        });
    }

    /// Claims the row, if nobody else has it.
    /// @param prepare  called with its generation and the transaction that claims it
    /// @returns whether it has
    /// @throws what there is no use to wait for
    template <class Prepare>
    bool claim(Prepare&& prepare) {
        // It looks before it locks anything: one that stands by does so at each poll.
        row_ = read_projection_rows(store_, [&](auto& rows) { return rows.find(row_->key); }).value();
        if (is_free(*row_, is_first_claim_)) {
            auto const claim = with_projection_rows(store_, [&](auto& rows, auto&... transaction) {
                static_cast<void>(rows.lock({row_->key.name, row_->key.generation, 0})); // one part at a time prepares
                auto made = detail::claim(rows, row_->key, options_.owner, options_.lease, is_first_claim_);
                if (made.is_made) {
                    prepare(made.row.key.generation, transaction...);
                }
                return made;
            });
            row_ = claim.row;
            is_claimed_ = claim.is_made;
        }
        is_first_claim_ = false;
        if (!is_claimed_) {
            require_worth_waiting();
        }
        return is_claimed_;
    }

    /// The row, locked until the end of the transaction, if the claim still stands. @see own_row
    template <class Rows>
    [[nodiscard]] ProjectionStatus lock(Rows& rows) const {
        return own_row(store_, rows, row_->key, row_->epoch);
    }

    /// What was written to the row. The claim is gone if it is not to run any more.
    void set(ProjectionStatus row) {
        is_claimed_ = is_running(row.state);
        row_ = std::move(row);
    }

    /// Makes a dead letter of the event that cannot be handled, and goes on behind it.
    void put_aside(ProjectionFailure const& failure) {
        set(with_projection_rows(store_, [&](auto& rows, auto&...) {
            ProjectionStatus row = lock(rows);
            if (row.position < failure.position) { // else it was put aside before, and the answer was lost
                rows.add({row.key, failure.event_id, failure.position, failure.reason, {}});
                row.position = failure.position;
                row.event_id = failure.event_id;
            }
            if (!is_running(row.state)) { // an operator has paused it meanwhile
                row.owner.clear();
            }
            row.lease_until = row.now + options_.lease;
            rows.update(row);
            return row;
        }));
    }

    /// Ends the claim, and changes the row if it still stood.
    template <class Change>
    void release(Change&& change) {
        if (!is_claimed_) {
            return;
        }
        is_claimed_ = false;
        with_projection_rows(store_, [&](auto& rows, auto&...) {
            auto row = rows.lock(row_->key);
            if (row && row->epoch == row_->epoch) {
                change(*row);
                row->owner.clear();
                rows.update(*row);
                row_ = std::move(row);
            }
        });
    }

    /// Retires the generation that was claimed if its definition is served already: it was to be built anew.
    void give_up_rebuild() {
        bool const is_rebuild = read_projection_rows(store_, [&](auto& rows) {
            auto const all = rows.of(row_->key.name);
            return std::any_of(all.begin(), all.end(), [&](ProjectionStatus const& row) {
                return row.is_served && row.key.generation < row_->key.generation && row.definition == row_->definition;
            });
        });
        if (is_rebuild) {
            release([](ProjectionStatus& row) { row.state = ProjectionState::retired; });
        }
    }

    /// The claim was lost. @returns true if a newer generation of the same is there to go on with: open that
    [[nodiscard]] bool is_replaced() {
        is_claimed_ = false;
        return with_projection_rows(store_, [&](auto& rows, auto&...) { return is_rebuilt(rows, *row_); });
    }
    void close() noexcept { row_.reset(); }

private:
    void require_worth_waiting() const {
        switch (row_->state) {
        case ProjectionState::failed:
            throw ProjectionFailed{row_->key, row_->failure.value_or(ProjectionFailure{})};
        case ProjectionState::retired:
            throw FencedOut{name_of(row_->key) + " has been replaced"};
        case ProjectionState::transacted:
            throw FencedOut{name_of(row_->key) + " is kept up to date by the appends themselves"};
        case ProjectionState::booting:
        case ProjectionState::active:
        case ProjectionState::paused:
            return;
        }
    }

    Store& store_;
    ProjectionOptions options_;
    std::optional<ProjectionStatus> row_;
    bool is_claimed_ = false;
    bool is_first_claim_ = true;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_PROJECTION_HOLD_HPP
