// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_SNAPSHOT_CODEC_HPP
#define ANNALS_CONCEPTS_SNAPSHOT_CODEC_HPP

#include <annals/encoded_payload.hpp>
#include <annals/snapshot.hpp>

#include <concepts>
#include <optional>

namespace annals {

/// Stands between the state of an aggregate and a store of encoded snapshots.
///
/// **decode** returns nothing for whatever it cannot read with certainty (another type, another schema version,
/// damaged data): a snapshot is a cache, and the history can always be replayed. It throws nothing but
/// `std::bad_alloc`. All members may be called from several threads at once.
///
/// Models: JsonSnapshotCodec.
template <class C>
concept SnapshotCodec = requires(C const& codec, typename C::state_type const& state, EncodedPayload const& stored) {
    typename C::state_type;
    { codec.encode(state) } -> std::same_as<EncodedPayload>;
    { codec.decode(stored) } -> std::same_as<std::optional<typename C::state_type>>;
};

/// The codec for snapshots of type `State` when none is named. `annals/json.hpp` makes it the JSON codec.
template <class State>
struct DefaultSnapshotCodec;

} // namespace annals

#endif // ANNALS_CONCEPTS_SNAPSHOT_CODEC_HPP
