// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_SNAPSHOT_POLICY_HPP
#define ANNALS_CONCEPTS_SNAPSHOT_POLICY_HPP

#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>
#include <annals/timestamp.hpp>

#include <chrono>
#include <concepts>

namespace annals {

/// What a policy may decide on, after a save.
struct SnapshotFacts {
    Version before;          ///< of the stream before the save
    Version now;             ///< of the stream after the save
    Version snapshot;        ///< of the snapshot that the aggregate was loaded from or last wrote; 0 if none
    Timestamp snapshot_time; ///< when that snapshot was taken; meaningless if there is none
    Timestamp time;          ///< now
    /// How long it took to load the aggregate; 0 if it was not loaded, or a snapshot was taken since.
    std::chrono::nanoseconds load_time{};
};

/// Decides whether a snapshot is taken after a save.
///
/// Models: AfterReplaying, EveryNEvents, NeverSnapshot, SlowLoad, SnapshotAfter, SnapshotWhen, policies joined by `||`
/// and `&&` or turned round by `!`, and `SnapshotWriter::Background`.
template <class P>
concept SnapshotPolicy = std::copy_constructible<P> && requires(P const& policy, SnapshotFacts const& facts) {
    { policy.is_due(facts) } -> std::same_as<bool>;
};

/// A policy that also says when the snapshot is written, which the commit does not wait for.
///
/// **defer** calls `job` once, later, on any thread, or never. A later job for the same stream of the same store makes
/// an earlier one superfluous.
///
/// Models: SnapshotWriter::Background.
template <class P>
concept DeferringPolicy =
    SnapshotPolicy<P> && requires(P const& policy, void const* store, StreamName const& stream, bool (*job)()) {
        policy.defer(store, stream, job);
    };

} // namespace annals

#endif // ANNALS_CONCEPTS_SNAPSHOT_POLICY_HPP
