// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_CHECKPOINT_STORE_HPP
#define ANNALS_CONCEPTS_CHECKPOINT_STORE_HPP

#include <annals/checkpoint.hpp>
#include <annals/limits.hpp>

#include <concepts>
#include <optional>
#include <string_view>

namespace annals {

/// Remembers how far each projection has come.
///
/// **load** returns the checkpoint of that name, or nothing if there is none yet. **advance** replaces `from` (nothing:
/// there is none yet) by `to` in one step, and throws `FencedOut`, writing nothing, if the stored one is not `from`:
/// of two runners of one projection exactly one moves on. Both may be called from several threads at once.
///
/// Models: InMemoryCheckpointStore, SqliteCheckpointStore. `annals/testing/checkpoint_store_contract.hpp` checks it.
template <class S>
concept CheckpointStore =
    requires(S& store, std::string_view name, std::optional<Checkpoint> const& from, Checkpoint const& to) {
        { store.load(name) } -> std::same_as<std::optional<Checkpoint>>;
        store.advance(name, from, to);
    };

} // namespace annals

#endif // ANNALS_CONCEPTS_CHECKPOINT_STORE_HPP
