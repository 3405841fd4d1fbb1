// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_TEETH_HPP
#define ANNALS_TESTS_CONTRACT_TEETH_HPP

#include <annals/testing/contract_rule.hpp>
#include <tests/catch.hpp>
#include <tests/contract/run_contract.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace annals_tests {

/// Every rule has a store that breaks it, and rejects each of them.
template <class Fixture, std::size_t Size, class Broken>
void expect_rejected(
    std::array<annals::testing::ContractRule<Fixture>, Size> const& contract,
    std::vector<Broken> const& stores,
    Rules kind
) {
    for (auto const& rule : contract) {
        if (rule.starts_threads != (kind == Rules::concurrent)) {
            continue;
        }
        INFO("the rule: " << std::string{rule.name});
        std::size_t breaking = 0;
        for (Broken const& broken : stores) {
            auto const& names = broken.broken_rules;
            if (std::find(names.begin(), names.end(), rule.name) != names.end()) {
                ++breaking;
                INFO("the broken store: " << std::string{broken.name});
                Fixture fixture{broken};
                CHECK_THROWS_AS(rule.check(fixture), annals::testing::ContractViolation);
            }
        }
        CHECK(breaking > 0);
    }
    for (Broken const& broken : stores) {
        INFO("the broken store: " << std::string{broken.name});
        CHECK_FALSE(broken.broken_rules.empty());
        for (std::string_view const name : broken.broken_rules) {
            INFO("claims to break: " << std::string{name});
            CHECK(std::any_of(contract.begin(), contract.end(), [name](auto const& rule) { return rule.name == name; })
            );
        }
    }
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_TEETH_HPP
