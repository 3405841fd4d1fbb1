// SPDX-License-Identifier: MIT

#ifndef ANNALS_ANNALS_HPP
#define ANNALS_ANNALS_HPP

// The core and the in-memory stores. Add <annals/json.hpp> for the codec and <annals/sqlite.hpp> for a database.

#include <annals/aggregate.hpp>
#include <annals/decider.hpp>
#include <annals/decoded_events.hpp>
#include <annals/error.hpp>
#include <annals/event_stream.hpp>
#include <annals/memory.hpp>
#include <annals/projection.hpp>
#include <annals/repository.hpp>
#include <annals/snapshot_policy.hpp>
#include <annals/stream_error.hpp>
#include <annals/version.hpp>

#endif // ANNALS_ANNALS_HPP
