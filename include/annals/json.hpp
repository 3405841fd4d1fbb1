// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_HPP
#define ANNALS_JSON_HPP

#include <annals/concepts/event_codec.hpp>
#include <annals/concepts/snapshot_codec.hpp>
#include <annals/json/codec.hpp>
#include <annals/json/personal.hpp>
#include <annals/json/snapshot_codec.hpp>

// Events and snapshots as JSON. Including this header makes JSON what stores of encoded events use
// by default.

namespace annals {

template <class Event>
struct DefaultEventCodec {
    using type = JsonCodec<Event>;
};

template <class State>
struct DefaultSnapshotCodec {
    using type = JsonSnapshotCodec<State>;
};

} // namespace annals

#endif // ANNALS_JSON_HPP
