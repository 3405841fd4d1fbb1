// SPDX-License-Identifier: MIT

#ifndef ANNALS_CHECKPOINT_HPP
#define ANNALS_CHECKPOINT_HPP

#include <annals/event_id.hpp>
#include <annals/position.hpp>

#include <cstdint>

namespace annals {

/// How far a projection has come: the last event it has handled.
///
/// The event's id tells a store that was restored or replaced from one that is merely shorter. The epoch grows each
/// time the projection starts afresh, so that a runner left over from before cannot go on.
struct Checkpoint {
    Position position;
    EventId event_id{};
    std::int64_t epoch = 0;

    [[nodiscard]] friend bool operator==(Checkpoint const&, Checkpoint const&) = default;
};

} // namespace annals

#endif // ANNALS_CHECKPOINT_HPP
