// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_HPP
#define ANNALS_SQLITE_HPP

// The SQLite adapter. Link with SQLite 3.37 or later; the CMake target is annals::sqlite.
//
// Beside it, for those who need it: annals/sqlite/checkpoint_store.hpp.

#include <annals/sqlite/event_store.hpp>
#include <annals/sqlite/snapshot_store.hpp>

#endif // ANNALS_SQLITE_HPP
