// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_LOG_FOLLOWER_HPP
#define ANNALS_DETAIL_LOG_FOLLOWER_HPP

#include <annals/detail/failure.hpp>
#include <annals/detail/projection_moves.hpp>
#include <annals/detail/runner_control.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace annals::detail {

/// Hands the log to a consumer, page by page, and keeps the consumer's row in the store in step with it.
///
/// A consumer has
/// - `name()`, `definition()`, `filter()`, and `is_transactional`: whether `handle` takes the store's transaction, and
///   that transaction also moves the row, so that each event counts exactly once;
/// - `prepare(generation, transaction...)`, called after each claim;
/// - `handle(events, is_live, done, may_go_on, transaction...)`: handles events in order until `may_go_on()` says no;
///   `done` is their number all the time, also when it throws;
/// - `serve(generation, transaction...)`, called when readers are to be served from what it has built.
template <class Store, class Consumer>
class LogFollower {
public:
    LogFollower(Store& store, Consumer consumer, ProjectionOptions options, RunnerControl& control)
        : store_{store}, consumer_{std::move(consumer)}, filter_{consumer_.filter()}, options_{std::move(options)},
          control_{control} {}

    /// Does the next piece of work.
    /// @returns false if there is nothing to do for now
    /// @throws what ends the run, and what a repetition may mend, see `is_transient_failure`
    bool step() {
        if (!row_) {
            open();
        }
        try {
            return has_claim_ ? follow() : claim();
        } catch (FencedOut const&) {
            has_claim_ = false;
            if (!with_projection_rows(store_, [&](auto& rows, auto&...) { return is_rebuilt(rows, *row_); })) {
                throw;
            }
            row_.reset();
            return true;
        }
    }

    /// Notes how far it has come, and lets another runner take over at once.
    void release() {
        if (has_claim_) {
            Page page = Page::at(read_to_, {});
            std::size_t done = 0;
            bool is_handler_at_work = false;
            commit(page, done, is_handler_at_work);
            change_own([](ProjectionStatus& row) { row.owner.clear(); });
        }
        has_claim_ = false;
    }

    /// Notes in the store what has ended the run.
    void note_failure(ProjectionFailure failure) {
        if (has_claim_) {
            change_own([&](ProjectionStatus& row) {
                row.state = ProjectionState::failed;
                row.failure = std::move(failure);
                row.owner.clear();
            });
        }
        has_claim_ = false;
    }

    [[nodiscard]] std::optional<ProjectionStatus> const& row() const noexcept { return row_; }
    [[nodiscard]] bool has_claim() const noexcept { return has_claim_; }
    [[nodiscard]] Position head() const noexcept { return head_; }

    /// Whether readers are served from what it has built, and it has all up to `position`.
    [[nodiscard]] bool has_reached(Position position) const noexcept {
        return has_claim_ && row_->is_served && read_to_ >= position;
    }
    [[nodiscard]] std::uint64_t handled() const noexcept { return handled_; }

private:
    using Page = LogPage<typename Store::payload_type>;
    using Clock = std::chrono::steady_clock;

    void open() {
        row_ = with_projection_rows(store_, [&](auto& rows, auto&...) {
            for (ProjectionStatus const& row : rows.of(consumer_.name())) {
                if (row.state == ProjectionState::transacted) {
                    throw UsageError{name_of(row.key) + " is kept up to date by the appends themselves"};
                }
            }
            return open_projection(rows, consumer_.name(), consumer_.definition(), options_.part, options_.parts);
        });
    }

    bool claim() {
        auto const claim = with_projection_rows(store_, [&](auto& rows, auto&... transaction) {
            static_cast<void>(rows.lock({row_->key.name, row_->key.generation, 0})); // one part at a time prepares
            auto made = detail::claim(rows, row_->key, options_.owner, options_.lease, is_first_claim_);
            if (made.is_made) {
                consumer_.prepare(made.row.key.generation, transaction...);
            }
            return made;
        });
        row_ = claim.row;
        is_first_claim_ = false;
        if (!claim.is_made) {
            if (row_->state == ProjectionState::failed) {
                throw ProjectionFailed{row_->key, row_->failure.value_or(ProjectionFailure{})};
            }
            if (row_->state == ProjectionState::retired) {
                throw FencedOut{name_of(row_->key) + " has been replaced"};
            }
            return false;
        }
        has_claim_ = true;
        read_to_ = row_->position;
        handled_to_ = row_->position;
        heard_of_ = Clock::now();
        // In a transaction of its own, so that what it finds can be noted by the holder of the claim.
        with_projection_rows(store_, [&](auto& rows, auto&...) {
            static_cast<void>(own_row(store_, rows, row_->key, row_->epoch));
        });
        return true;
    }

    bool follow() {
        Page page = read_page(store_, read_to_, filter_, options_);
        head_ = page.head;
        page.forget_up_to(handled_to_);
        if (read_to_ < careful_to_) {
            page.keep_first(1);
        }
        if (page.events.empty() && row_->is_served && Clock::now() - heard_of_ < idle_time(page)) {
            read_to_ = page.end;
            return !page.reaches_head;
        }
        return handle(page);
    }

    /// How long the store may hear nothing of a page without events.
    [[nodiscard]] std::chrono::milliseconds idle_time(Page const& page) const {
        auto const renewal = options_.lease / 3;
        return page.end == row_->position || renewal < options_.idle_checkpoint ? renewal : options_.idle_checkpoint;
    }

    bool handle(Page& page) {
        std::size_t done = 0;
        bool is_handler_at_work = false;
        std::string reason;
        try {
            commit(page, done, is_handler_at_work);
            attempts_ = 0;
            return !page.reaches_head;
        } catch (...) {
            if (!is_handler_at_work || is_transient_failure()) {
                throw;
            }
            reason = failure_text();
        }
        if (page.events.size() == 1) {
            give_up_or_wait(page, std::move(reason));
            return true;
        }
        // Which event it is, and whether alone it fails as well, shows one by one.
        careful_to_ = page.end;
        if (done == 0) {
            return true;
        }
        // What came before it is done first. The transaction that was to do it is undone, so it is handled again.
        page.keep_first(done);
        if constexpr (!Consumer::is_transactional) {
            handled_to_ = page.end;
            page.events.clear();
        }
        done = 0;
        commit(page, done, is_handler_at_work);
        return true;
    }

    void commit(Page& page, std::size_t& done, bool& is_handler_at_work) {
        Clock::time_point const begun = Clock::now();
        auto const may_go_on = [&] { return Clock::now() - begun < options_.lease / 3 && !control_.is_stopping(); };
        auto const hand_over = [&](bool is_live, auto&... transaction) {
            is_handler_at_work = true;
            consumer_.handle(page.events, is_live, done, may_go_on, transaction...);
            is_handler_at_work = false;
            page.keep_first(done);
        };
        if constexpr (!Consumer::is_transactional) {
            with_projection_rows(store_, [&](auto& rows, auto&...) {
                if (!row_->is_served) {
                    keep_behind_served(store_, rows, row_->key, page);
                }
                // What is handled cannot be undone if the row turns out to be another's.
                if (!is_running(own_row(store_, rows, row_->key, row_->epoch).state)) {
                    page = Page::at(page.begin, {});
                }
            });
            hand_over(row_->is_served);
            handled_to_ = page.end;
        }
        row_ = with_projection_rows(store_, [&](auto& rows, auto&... transaction) {
            auto const served = row_->is_served ? std::nullopt : keep_behind_served(store_, rows, row_->key, page);
            ProjectionStatus row = own_row(store_, rows, row_->key, row_->epoch);
            bool const is_to_run = is_running(row.state);
            if (row.position != row_->position || (Consumer::is_transactional && !is_to_run)) {
                // An earlier commit was made although its answer was lost; or an operator has paused it.
                page = Page::at(row.position, row.event_id);
            }
            if constexpr (Consumer::is_transactional) {
                hand_over(row.is_served, transaction...);
            }
            move_to_end(store_, rows, row, page);
            row.lease_until = row.now + options_.lease;
            if (!is_to_run) {
                row.owner.clear();
            } else if (!row.is_served && (served ? page.end >= served->position : page.reaches_head)) {
                serve_instead(rows, row, ProjectionState::active);
                if (is_all_served(rows, row.key)) {
                    consumer_.serve(row.key.generation, transaction...);
                }
            }
            rows.update(row);
            return row;
        });
        has_claim_ = is_running(row_->state);
        read_to_ = row_->position;
        heard_of_ = Clock::now();
        handled_ += done;
    }

    /// The first event of the page cannot be handled.
    void give_up_or_wait(Page const& page, std::string reason) {
        auto const& event = page.events.front();
        if (++attempts_ < options_.attempts) {
            control_.pause(wait_before(options_, attempts_));
            return;
        }
        ProjectionFailure const failure{event.event_id, event.position, std::move(reason)};
        if (options_.on_poison == PoisonPolicy::stop) {
            note_failure(failure);
            throw ProjectionFailed{row_->key, failure};
        }
        row_ = with_projection_rows(store_, [&](auto& rows, auto&...) {
            ProjectionStatus row = own_row(store_, rows, row_->key, row_->epoch);
            rows.add({row.key, event.event_id, event.position, failure.reason, {}});
            row.position = event.position;
            row.event_id = event.event_id;
            row.lease_until = row.now + options_.lease;
            rows.update(row);
            return row;
        });
        read_to_ = row_->position;
        handled_to_ = row_->position;
        attempts_ = 0;
    }

    template <class Change>
    void change_own(Change&& change) {
        with_projection_rows(store_, [&](auto& rows, auto&...) {
            auto row = rows.lock(row_->key);
            if (row && row->epoch == row_->epoch) {
                change(*row);
                rows.update(*row);
                row_ = std::move(row);
            }
        });
    }

    Store& store_;
    Consumer consumer_;
    EventFilter filter_;
    ProjectionOptions options_;
    RunnerControl& control_;
    std::optional<ProjectionStatus> row_; ///< as it was last seen; nothing before it was opened
    bool has_claim_ = false;
    bool is_first_claim_ = true;
    Position read_to_;           ///< at or above the row's position
    Position head_;              ///< as it was last seen
    Position handled_to_;        ///< the same; what is between was handled but not noted yet
    Clock::time_point heard_of_; ///< when the row was last written
    Position careful_to_;        ///< one event at a time up to here, since one of them has failed
    int attempts_ = 0;           ///< at the next event alone
    std::uint64_t handled_ = 0;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_LOG_FOLLOWER_HPP
