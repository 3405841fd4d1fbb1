// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_SNAPSHOT_STORE_HPP
#define ANNALS_CONCEPTS_SNAPSHOT_STORE_HPP

#include <annals/snapshot.hpp>

#include <concepts>
#include <optional>

namespace annals {

/// Keeps the latest snapshot of each stream.
///
/// **save** replaces the snapshot of the stream. **load** returns it, or nothing if there is none or it is damaged.
/// **remove** forgets it. Losing a snapshot never loses an event. All may be called from several threads at once.
///
/// Models: InMemorySnapshotStore, SqliteSnapshotStore. `annals/testing/snapshot_store_contract.hpp` checks it.
template <class S>
concept SnapshotStore =
    requires(S& store, StreamName const& stream, Snapshot<typename S::payload_type> const& snapshot) {
        typename S::payload_type;
        { store.load(stream) } -> std::same_as<std::optional<Snapshot<typename S::payload_type>>>;
        store.save(snapshot);
        store.remove(stream);
    };

} // namespace annals

#endif // ANNALS_CONCEPTS_SNAPSHOT_STORE_HPP
