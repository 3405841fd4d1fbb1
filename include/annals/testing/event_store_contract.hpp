// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_EVENT_STORE_CONTRACT_HPP
#define ANNALS_TESTING_EVENT_STORE_CONTRACT_HPP

#include <annals/testing/contract/append.hpp>
#include <annals/testing/contract/concurrency.hpp>
#include <annals/testing/contract/envelope.hpp>
#include <annals/testing/contract/idempotency.hpp>
#include <annals/testing/contract/input.hpp>
#include <annals/testing/contract/names.hpp>
#include <annals/testing/contract/reading.hpp>
#include <annals/testing/contract/reopening.hpp>

#include <array>
#include <concepts>

namespace annals::testing {

namespace detail {

template <class Fixture>
inline constexpr std::array<ContractRule<Fixture>, 0> no_rules{};

template <class Fixture>
constexpr auto encoded_rules() {
    if constexpr (std::same_as<PayloadOf<Fixture>, EncodedPayload>) {
        return join(encoded_envelope_contract<Fixture>, encoded_input_contract<Fixture>);
    } else {
        return no_rules<Fixture>;
    }
}

template <class Fixture>
constexpr auto reopening_rules() {
    if constexpr (Fixture::quirks.persists_across_reopen) {
        return reopening_contract<Fixture>;
    } else {
        return no_rules<Fixture>;
    }
}

} // namespace detail

/// Everything that an `EventStore` promises and the compiler cannot check.
///
/// Each rule wants a `Fixture` of its own. A run takes about a second on a store that flushes a disk at each commit.
/// The parts can be had alone: `append_contract`, `names_contract`, `reading_contract`, `envelope_contract`,
/// `idempotency_contract`, `input_contract`, `reopening_contract`, `concurrency_contract`.
template <EventStoreFixture Fixture>
inline constexpr auto event_store_contract = detail::
    join(append_contract<Fixture>, names_contract<Fixture>, reading_contract<Fixture>, envelope_contract<Fixture>, idempotency_contract<Fixture>, input_contract<Fixture>, detail::encoded_rules<Fixture>(), detail::reopening_rules<Fixture>(), concurrency_contract<Fixture>);

} // namespace annals::testing

#endif // ANNALS_TESTING_EVENT_STORE_CONTRACT_HPP
