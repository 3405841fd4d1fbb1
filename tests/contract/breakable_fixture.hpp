// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BREAKABLE_FIXTURE_HPP
#define ANNALS_TESTS_CONTRACT_BREAKABLE_FIXTURE_HPP

#include <annals/testing/contract_rule.hpp>
#include <tests/contract/broken/broken_event_store.hpp>
#include <tests/contract/encoded_payloads.hpp>

namespace annals_tests {

/// Two handles of a correct store, or of a broken one.
struct BreakableFixture : EncodedPayloads {
    using store_type = BreakableEventStore;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    BreakableFixture() { second.handle = 1; }
    explicit BreakableFixture(BrokenEventStore const& broken) : BreakableFixture{} {
        broken.break_step(first.core->steps);
    }

    store_type& store() { return first; }
    store_type& second_handle() { return second; }
    void reopen() { first.core->steps.reopen(first); }

    BreakableEventStore first;
    BreakableEventStore second = first;
};

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BREAKABLE_FIXTURE_HPP
