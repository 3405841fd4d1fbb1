// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_TRUNCATABLE_EVENT_STORE_HPP
#define ANNALS_CONCEPTS_TRUNCATABLE_EVENT_STORE_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/truncation.hpp>

#include <concepts>
#include <string_view>
#include <vector>

namespace annals {

/// An event store whose streams can lose their beginning, or end.
///
/// **truncate_before** takes away the content of all events of the stream before version `first`, for good; the last
/// event always stays. What stays of them is id, version, position and time: ids stay known to later appends, versions
/// and positions stay without holes, checkpoints stay valid. Readers are handed the events that are left, with their
/// versions and positions. When it was cut short by a failure, call it again. **tombstone** does the same up to the
/// last event and ends the stream: an append to it throws `StreamTombstoned`, for ever. **truncations** are those made
/// so far, oldest first.
///
/// Models: InMemoryEventStore, SqliteEventStore, PostgresEventStore.
template <class S>
concept TruncatableEventStore =
    EventStore<S> &&
    requires(S& store, S const& view, StreamName const& stream, Version first, std::string_view reason) {
        store.truncate_before(stream, first, reason);
        store.tombstone(stream, reason);
        { view.truncations() } -> std::same_as<std::vector<Truncation>>;
    };

} // namespace annals

#endif // ANNALS_CONCEPTS_TRUNCATABLE_EVENT_STORE_HPP
