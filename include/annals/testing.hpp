// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_HPP
#define ANNALS_TESTING_HPP

// For tests: contracts to try stores with, given/when/then for aggregates, clocks and ids that are known beforehand.
// No test framework is needed, and any will do: whatever fails throws.

#include <annals/testing/checkpoint_store_contract.hpp>
#include <annals/testing/event_store_contract.hpp>
#include <annals/testing/fakes.hpp>
#include <annals/testing/key_store_contract.hpp>
#include <annals/testing/snapshot_store_contract.hpp>
#include <annals/testing/spec.hpp>

#endif // ANNALS_TESTING_HPP
