// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_LOG_FOLLOWER_HPP
#define ANNALS_DETAIL_LOG_FOLLOWER_HPP

#include <annals/detail/failure.hpp>
#include <annals/detail/projection_hold.hpp>
#include <annals/detail/projection_moves.hpp>
#include <annals/detail/runner_control.hpp>
#include <annals/detail/truncated_streams.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace annals::detail {

/// Hands the log to a consumer, page by page, and keeps the consumer's row in the store in step with it.
///
/// A consumer has
/// - `name()`, `definition()`, `filter()`, and `is_transactional`: whether `handle` takes the store's transaction, and
///   that transaction also moves the row, so that each event counts exactly once;
/// - `accepts_truncated()`: whether it may begin with a log that has lost events, see `TruncatableEventStore`;
/// - `prepare(generation, transaction...)`, called after each claim;
/// - `handle(events, is_live, done, may_go_on, transaction...)`: handles events in order until `may_go_on()` says no;
///   `done` is their number all the time, also when it throws;
/// - `serve(generation, transaction...)`, called when readers are to be served from what it has built.
template <class Store, class Consumer>
class LogFollower {
public:
    LogFollower(Store& store, Consumer consumer, ProjectionOptions options, RunnerControl& control)
        : store_{store}, consumer_{std::move(consumer)}, filter_{consumer_.filter()}, options_{options},
          control_{control}, hold_{store, std::move(options)} {}

    /// Does the next piece of work.
    /// @returns false if there is nothing to do for now
    /// @throws what ends the run, and what a repetition may mend, see `is_transient_failure`
    bool step() {
        if (!hold_.row()) {
            hold_.open(consumer_.name(), consumer_.definition());
        }
        try {
            return hold_.is_claimed() ? follow() : claim();
        } catch (FencedOut const&) {
            if (!hold_.is_replaced()) {
                throw;
            }
            hold_.close();
            return true;
        }
    }

    /// Notes how far it has come, and lets another runner take over at once.
    void release() {
        if (hold_.is_claimed()) {
            Page page = Page::at(read_to_, {});
            std::size_t done = 0;
            Blame blame = Blame::store;
            commit(page, done, blame);
        }
        hold_.release([](ProjectionStatus&) {});
    }

    /// Notes in the store what has ended the run.
    void note_failure(ProjectionFailure failure) {
        hold_.release([&](ProjectionStatus& row) {
            row.state = ProjectionState::failed;
            row.failure = std::move(failure);
        });
    }

    [[nodiscard]] std::optional<ProjectionStatus> const& row() const noexcept { return hold_.row(); }
    [[nodiscard]] bool has_claim() const noexcept { return hold_.is_claimed(); }
    [[nodiscard]] Position head() const noexcept { return head_; }

    /// Whether it has all up to `position`, and readers are served from that as far as it depends on this part.
    [[nodiscard]] bool has_reached(Position position) const noexcept {
        return hold_.is_claimed() && hold_.row()->state == ProjectionState::active && read_to_ >= position;
    }
    [[nodiscard]] std::uint64_t handled() const noexcept { return handled_; }

private:
    using Page = LogPage<typename Store::payload_type>;
    using Clock = std::chrono::steady_clock;

    /// Whose fault a failure is. What a handler has queued fails later than the handler, see `Transaction::queue`.
    enum class Blame : std::uint8_t { store, handler, either };

    bool claim() {
        if (!Consumer::accepts_truncated() && hold_.row()->position == Position{}) {
            lost_ = truncated_streams(store_, filter_);
        }
        if (!hold_.claim([&](std::int64_t generation, auto&... transaction) {
                consumer_.prepare(generation, transaction...);
            })) {
            return false;
        }
        if (hold_.row()->position != Position{}) {
            lost_.clear(); // what was built so far was built of the whole log
        }
        go_on_from(*hold_.row());
        handled_to_ = read_to_;
        require_whole_log();
        // In a transaction of its own, so that what it finds can be noted by the holder of the claim.
        with_projection_rows(store_, [&](auto& rows, auto&...) { static_cast<void>(hold_.lock(rows)); });
        return true;
    }

    /// @throws UsageError  if it is to be built of a log that has lost some of what it would take
    void require_whole_log() {
        if (!lost_.empty()) {
            hold_.give_up_rebuild(); // so that the next runner goes on with what is served
            throw lacks_truncated(consumer_.name(), lost_);
        }
    }

    bool follow() {
        require_whole_log();
        Page page = read_page(store_, read_to_, filter_, options_);
        head_ = page.head;
        page.forget_up_to(handled_to_);
        if (read_to_ < careful_to_) {
            page.keep_first(1);
        }
        if (page.events.empty() && hold_.row()->is_served && Clock::now() - heard_of_ < idle_time(page)) {
            read_to_ = page.end;
            return !page.reaches_head;
        }
        return handle(page);
    }

    /// How long the store may hear nothing of a page without events.
    [[nodiscard]] std::chrono::milliseconds idle_time(Page const& page) const {
        auto const renewal = options_.lease / 3;
        return page.end == hold_.row()->position || renewal < options_.idle_checkpoint ? renewal
                                                                                       : options_.idle_checkpoint;
    }

    bool handle(Page& page) {
        std::size_t done = 0;
        Blame blame = Blame::store;
        std::string reason;
        try {
            commit(page, done, blame);
            attempts_ = 0;
            return !page.reaches_head;
        } catch (...) {
            if (blame == Blame::store || is_transient_failure()) {
                throw;
            }
            reason = failure_text();
        }
        if (page.events.size() == 1 && blame == Blame::handler) {
            give_up_or_wait(page, std::move(reason));
            return true;
        }
        // Which event it is, and whether alone it fails as well, shows one by one.
        careful_to_ = page.end;
        if (done > 0 && blame == Blame::handler) {
            commit_before_failure(page, done);
        }
        return true;
    }

    /// What came before the handler that failed is done first.
    void commit_before_failure(Page& page, std::size_t done) {
        page.keep_first(done);
        if constexpr (Consumer::is_transactional) {
            done = 0; // the transaction that was to do it is undone, so it is handled again
        } else {
            handled_to_ = page.end;
            page.events.clear();
        }
        Blame blame = Blame::store;
        try {
            commit(page, done, blame);
        } catch (...) {
            if (blame == Blame::store || is_transient_failure()) {
                throw;
            }
            // It was one of them, by what it had queued. That shows one by one, too.
        }
    }

    void commit(Page& page, std::size_t& done, Blame& blame) {
        ProjectionStatus const seen = *hold_.row();
        Clock::time_point const begun = Clock::now();
        bool const is_careful = read_to_ < careful_to_;
        auto const may_go_on = [&] { return Clock::now() - begun < options_.lease / 3 && !control_.is_stopping(); };
        auto const hand_over = [&](bool is_live, auto&... transaction) {
            blame = Blame::handler;
            consumer_.handle(page.events, is_live, done, may_go_on, transaction...);
            if (is_careful) {
                (transaction.flush(), ...);
            }
            bool const may_be_queued = Consumer::is_transactional && !is_careful && done > 0;
            blame = may_be_queued ? Blame::either : Blame::store;
            page.keep_first(done);
        };
        if constexpr (!Consumer::is_transactional) {
            with_projection_rows(store_, [&](auto& rows, auto&...) {
                if (!seen.is_served) {
                    keep_behind_served(store_, rows, seen.key, page);
                }
                // What is handled cannot be undone if the row turns out to be another's.
                if (!is_running(hold_.lock(rows).state)) {
                    page = Page::at(page.begin, {});
                }
            });
            hand_over(seen.is_served);
            handled_to_ = page.end;
        }
        hold_.set(with_projection_rows(store_, [&](auto& rows, auto&... transaction) {
            auto const served = seen.is_served ? std::nullopt : keep_behind_served(store_, rows, seen.key, page);
            ProjectionStatus row = hold_.lock(rows);
            bool const is_to_run = is_running(row.state);
            if (row.position != seen.position || (Consumer::is_transactional && !is_to_run)) {
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
                row.state = ProjectionState::active;
                // While others keep the old read model up to date it is served until no part is missing in the new one.
                if (!served || !served->is_leased() || are_others_ready(rows, row.key)) {
                    serve(rows, row, transaction...);
                }
            }
            rows.update(row);
            return row;
        }));
        go_on_from(*hold_.row());
        handled_ += done;
    }

    template <class Rows, class... Transaction>
    void serve(Rows& rows, ProjectionStatus& row, Transaction&... transaction) {
        serve_instead(rows, row, ProjectionState::active);
        if (is_all_served(rows, row.key)) {
            consumer_.serve(row.key.generation, transaction...);
        }
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
            throw ProjectionFailed{hold_.row()->key, failure};
        }
        hold_.put_aside(failure);
        go_on_from(*hold_.row());
        handled_to_ = read_to_;
        attempts_ = 0;
    }

    void go_on_from(ProjectionStatus const& row) {
        read_to_ = row.position;
        heard_of_ = Clock::now();
    }

    Store& store_;
    Consumer consumer_;
    EventFilter filter_;
    ProjectionOptions options_;
    RunnerControl& control_;
    ProjectionHold<Store> hold_;
    std::vector<StreamName> lost_; ///< streams without which nothing is to be built
    Position read_to_;             ///< at or above the row's position
    Position head_;                ///< as it was last seen
    Position handled_to_;          ///< the same; what is between was handled but not noted yet
    Clock::time_point heard_of_;   ///< when the row was last written
    Position careful_to_;          ///< one event at a time up to here, since one of them has failed
    int attempts_ = 0;             ///< at the next event alone
    std::uint64_t handled_ = 0;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_LOG_FOLLOWER_HPP
