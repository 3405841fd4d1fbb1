// SPDX-License-Identifier: MIT

#ifndef ANNALS_SNAPSHOT_HPP
#define ANNALS_SNAPSHOT_HPP

#include <annals/event_id.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>
#include <annals/timestamp.hpp>

namespace annals {

/// The state of an aggregate after one of its events: a cache that saves replaying the events before.
///
/// `event_id` is the id of the event at `version`. A snapshot is used only if the stream has that very event there.
template <class State>
struct Snapshot {
    StreamName stream;
    Version version;
    EventId event_id{};
    Timestamp taken_at;
    State state;
};

} // namespace annals

#endif // ANNALS_SNAPSHOT_HPP
