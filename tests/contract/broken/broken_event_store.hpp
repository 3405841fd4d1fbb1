// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_BROKEN_EVENT_STORE_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_BROKEN_EVENT_STORE_HPP

#include <tests/contract/breakable_event_store.hpp>

#include <functional>
#include <string_view>
#include <vector>

namespace annals_tests {

using Store = BreakableEventStore;
using Steps = BreakableEventStore::Steps;

/// A store with one step done wrong, and the rules of the contract that it breaks. It may break others too.
struct BrokenEventStore {
    std::string_view name;
    std::function<void(Steps&)> break_step;
    std::vector<std::string_view> broken_rules;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_BROKEN_EVENT_STORE_HPP
