// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_HPP
#define ANNALS_POSTGRES_HPP

// The PostgreSQL adapter. Link with libpq 14 or later; the CMake target is annals::postgres.
//
// Beside it, for those who need them: annals/postgres/grants.hpp and annals/postgres/checkpoint_store.hpp.

#include <annals/postgres/event_store.hpp>
#include <annals/postgres/schema.hpp>
#include <annals/postgres/snapshot_store.hpp>

#endif // ANNALS_POSTGRES_HPP
