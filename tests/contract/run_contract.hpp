// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_RUN_CONTRACT_HPP
#define ANNALS_TESTS_CONTRACT_RUN_CONTRACT_HPP

#include <annals/testing/contract_rule.hpp>
#include <tests/catch.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace annals_tests {

/// Rules for several threads stand in test cases of their own, which the thread sanitizer runs.
enum class Rules : std::uint8_t { sequential, concurrent };

/// Checks the rules of one kind, but the named one, each on a fixture and in a section of its own.
template <class Fixture, std::size_t Size>
void run_contract(
    std::array<annals::testing::ContractRule<Fixture>, Size> const& contract, Rules kind, std::string_view except = {}
) {
    for (auto const& rule : contract) {
        if (rule.starts_threads == (kind == Rules::concurrent) && rule.name != except) {
            DYNAMIC_SECTION(std::string{rule.name}) {
                Fixture fixture;
                REQUIRE_NOTHROW(rule.check(fixture));
            }
        }
    }
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_RUN_CONTRACT_HPP
