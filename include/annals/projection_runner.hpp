// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_RUNNER_HPP
#define ANNALS_PROJECTION_RUNNER_HPP

#include <annals/detail/projection_consumer.hpp>
#include <annals/detail/runner_thread.hpp>

#include <chrono>
#include <utility>

namespace annals {

/// Runs a projection: hands it the events of the log as they come, and keeps its place in the store.
///
/// `annals::ProjectionRunner runner{store, RevenueByDay{}}; runner.start();`
///
/// A projection whose handlers take the store's transaction counts each event **exactly once**: what they write and
/// the projection's place are committed together. Otherwise each event is handled **at least once**, in order, and
/// again after a crash if its place was not yet noted; tell repetitions by `EventFacts::event_id`.
///
/// Of all runners of one projection, in whatever process, one works and the others stand by; they take over when it has
/// not been heard of for `ProjectionOptions::lease`, by the clock of the store. A runner that was replaced meanwhile
/// can write nothing more, and ends with `FencedOut`.
///
/// A new `version` of the projection is built beside the one that is served, with `EventFacts::is_live` false, and
/// takes its place, at one event, when it has caught up.
///
/// While the store cannot be reached it tries again, and says so in `progress()`. It ends when it is stopped, or with
/// - `ProjectionFailed`: a handler has failed, also at the last of `ProjectionOptions::attempts`; what came before that
///   event is done, and the state `failed` with the reason is in the store;
/// - `FencedOut`: another runner or a newer definition has taken over;
/// - `HistoryDiverged`: the store does not have the events that the projection has handled;
/// - `CorruptData`, `StoreError`, ...: what the store or the projection's hooks threw.
///
/// All members may be called from any thread. The store must outlive it; the projection is kept by value (or pass a
/// `std::reference_wrapper`) and used by the running thread alone.
template <class Store, class P>
class ProjectionRunner {
public:
    /// @throws UsageError  if an option makes no sense
    ProjectionRunner(Store& store, P projection, ProjectionOptions options = {})
        : runner_{store, detail::ProjectionConsumer<Store, P>{std::move(projection)}, std::move(options)} {}

    /// Begins to run, in a thread of its own.
    /// @throws UsageError  if it was started before
    void start() { runner_.start(); }

    /// Ends the run when the page at hand is done, and waits for that. Does nothing if it has ended.
    ///
    /// What has ended it before is thrown by `wait`.
    void stop() { runner_.stop(); }

    /// Waits until the run is over. @returns false if it goes on after that time
    /// @throws what has ended it, if that was not `stop`
    bool wait(std::chrono::milliseconds time = (std::chrono::milliseconds::max)()) { return runner_.wait(time); }

    /// Runs in this thread until the projection has handled all that was in the log at the call, or `stop` is called.
    /// @throws DeadlineExceeded  if that takes longer; what is done stays done
    /// @throws what ends a run
    void catch_up(std::chrono::milliseconds time = std::chrono::hours{24}) { runner_.catch_up(time); }

    /// Where it stands.
    [[nodiscard]] ProjectionProgress progress() const { return runner_.progress(); }

private:
    detail::RunnerThread<Store, detail::ProjectionConsumer<Store, P>> runner_;
};

} // namespace annals

#endif // ANNALS_PROJECTION_RUNNER_HPP
