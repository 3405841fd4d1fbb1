// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_REOPENING_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_REOPENING_HPP

#include <tests/contract/broken/broken_event_store.hpp>

#include <iterator>

namespace annals_tests {

[[nodiscard]] inline std::vector<BrokenEventStore> broken_reopening() {
    return {
        {"loses the last event when it is closed",
         [](Steps& steps) {
             steps.reopen = [](Store& store) {
                 auto& core = *store.core;
                 if (!core.log.empty()) {
                     auto const last = std::prev(core.log.end());
                     core.streams[core.steps.key(last->second.event.stream)].pop_back();
                     core.by_id.erase(last->second.event.event_id);
                     core.log.erase(last);
                 }
             };
         },
         {"events are there after reopening", "a repeated append is recognised after reopening"}},
        {"forgets ids when it is closed",
         [](Steps& steps) { steps.reopen = [](Store& store) { store.core->by_id.clear(); }; },
         {"a repeated append is recognised after reopening"}},
        {"gives the last position again after reopening",
         [](Steps& steps) { steps.reopen = [](Store& store) { --store.core->last_position; }; },
         {"positions go on after reopening"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_REOPENING_HPP
