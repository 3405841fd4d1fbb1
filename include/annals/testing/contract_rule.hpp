// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_RULE_HPP
#define ANNALS_TESTING_CONTRACT_RULE_HPP

#include <annals/testing/contract_violation.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace annals::testing {

/// One rule of a contract: a sentence, and a function that checks it on a fixture made for this rule alone.
///
/// Contracts are arrays of rules, so that any test framework, or none, can walk over them:
/// ```
/// for (auto const& rule : annals::testing::event_store_contract<MyFixture>) {
///     MyFixture fixture;
///     rule.check(fixture); // throws ContractViolation
/// }
/// ```
template <class Fixture>
struct ContractRule {
    std::string_view name;
    void (*check)(Fixture& fixture); ///< throws `ContractViolation` if the rule is broken, and nothing else
    bool starts_threads = false;     ///< a rule for several threads at once, for a thread sanitizer to watch
};

/// How the stores of an adapter may differ and still keep the contract.
struct Quirks {
    bool persists_across_reopen = false; ///< what was stored is there after the fixture's `reopen()`
};

namespace detail {

/// Turns whatever a store throws unexpectedly into a violation, so that a rule fails in one way only.
template <class Fixture, void (*Check)(Fixture&)>
void guarded(Fixture& fixture) {
    try {
        Check(fixture);
    } catch (ContractViolation const&) {
        throw;
    } catch (std::exception const& error) {
        throw ContractViolation{std::string{"an unexpected exception: "} + error.what()};
    }
}

template <class Fixture, void (*Check)(Fixture&)>
constexpr ContractRule<Fixture> rule(std::string_view name) {
    return {name, &guarded<Fixture, Check>};
}

template <class Fixture, void (*Check)(Fixture&)>
constexpr ContractRule<Fixture> rule_for_threads(std::string_view name) {
    return {name, &guarded<Fixture, Check>, true};
}

template <class Fixture, std::size_t... Sizes>
constexpr auto join(std::array<ContractRule<Fixture>, Sizes> const&... parts) {
    std::array<ContractRule<Fixture>, (Sizes + ... + 0)> all{};
    std::size_t size = 0;
    auto const add = [&all, &size](auto const& part) {
        for (auto const& rule : part) {
            all[size++] = rule;
        }
    };
    (add(parts), ...);
    return all;
}

} // namespace detail

} // namespace annals::testing

#endif // ANNALS_TESTING_CONTRACT_RULE_HPP
