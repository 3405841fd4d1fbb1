// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_EVENT_STORES_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_EVENT_STORES_HPP

#include <tests/contract/broken/appending.hpp>
#include <tests/contract/broken/concurrency.hpp>
#include <tests/contract/broken/end_of_life.hpp>
#include <tests/contract/broken/envelope.hpp>
#include <tests/contract/broken/filters.hpp>
#include <tests/contract/broken/idempotency.hpp>
#include <tests/contract/broken/input.hpp>
#include <tests/contract/broken/names.hpp>
#include <tests/contract/broken/reading.hpp>
#include <tests/contract/broken/reopening.hpp>
#include <tests/contract/broken/tombstones.hpp>

namespace annals_tests {

/// All the wrong event stores.
[[nodiscard]] inline std::vector<BrokenEventStore> broken_event_stores() {
    std::vector<BrokenEventStore> all;
    for (auto const& theme :
         {broken_appending(),
          broken_names(),
          broken_reading(),
          broken_filters(),
          broken_envelopes(),
          broken_idempotency(),
          broken_input(),
          broken_reopening(),
          broken_concurrency(),
          broken_truncations(),
          broken_tombstones()}) {
        all.insert(all.end(), theme.begin(), theme.end());
    }
    return all;
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_EVENT_STORES_HPP
