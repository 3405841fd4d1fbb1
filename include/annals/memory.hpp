// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_HPP
#define ANNALS_MEMORY_HPP

// The in-memory adapter. annals.hpp includes it.
//
// Beside it, for those who need them: annals/memory/checkpoint_store.hpp and annals/memory/message_bus.hpp.

#include <annals/memory/event_store.hpp>
#include <annals/memory/snapshot_store.hpp>

#endif // ANNALS_MEMORY_HPP
