// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_SNAPSHOT_POLICY_HPP
#define ANNALS_CONCEPTS_SNAPSHOT_POLICY_HPP

#include <annals/stream_version.hpp>
#include <annals/timestamp.hpp>

#include <concepts>

namespace annals {

/// What a policy may decide on, after a save.
struct SnapshotFacts {
    Version before;          ///< of the stream before the save
    Version now;             ///< of the stream after the save
    Version snapshot;        ///< of the snapshot that the aggregate was loaded from or last wrote; 0 if none
    Timestamp snapshot_time; ///< when that snapshot was taken; meaningless if there is none
    Timestamp time;          ///< now
};

/// Decides whether a snapshot is taken after a save.
///
/// Models: EveryNEvents, NeverSnapshot, SnapshotAfter, SnapshotWhen, and policies joined by `||` and `&&`.
template <class P>
concept SnapshotPolicy = std::copy_constructible<P> && requires(P const& policy, SnapshotFacts const& facts) {
    { policy.is_due(facts) } -> std::same_as<bool>;
};

} // namespace annals

#endif // ANNALS_CONCEPTS_SNAPSHOT_POLICY_HPP
