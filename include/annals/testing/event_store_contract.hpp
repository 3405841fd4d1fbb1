// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_EVENT_STORE_CONTRACT_HPP
#define ANNALS_TESTING_EVENT_STORE_CONTRACT_HPP

#include <annals/testing/contract/append.hpp>
#include <annals/testing/contract/commit.hpp>
#include <annals/testing/contract/encoded_input.hpp>
#include <annals/testing/contract/envelope.hpp>
#include <annals/testing/contract/filter.hpp>
#include <annals/testing/contract/following.hpp>
#include <annals/testing/contract/idempotency.hpp>
#include <annals/testing/contract/input.hpp>
#include <annals/testing/contract/names.hpp>
#include <annals/testing/contract/racing.hpp>
#include <annals/testing/contract/ranges.hpp>
#include <annals/testing/contract/reading.hpp>
#include <annals/testing/contract/reopening.hpp>
#include <annals/testing/contract/retry.hpp>
#include <annals/testing/contract/tombstones.hpp>

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

template <class Fixture>
constexpr auto filter_rules() {
    if constexpr (FilteringEventStore<StoreOf<Fixture>>) {
        return filter_contract<Fixture>;
    } else {
        return no_rules<Fixture>;
    }
}

template <class Fixture>
constexpr auto end_of_life_rules() {
    if constexpr (TruncatableEventStore<StoreOf<Fixture>>) {
        return end_of_life_contract<Fixture>;
    } else {
        return no_rules<Fixture>;
    }
}

} // namespace detail

/// Everything that an `EventStore` promises and the compiler cannot check; and a `FilteringEventStore` or a
/// `TruncatableEventStore`, if it is one.
///
/// Each rule wants a `Fixture` of its own. A run takes about a second on a store that flushes a disk at each commit.
/// It is joined from the parts in `annals/testing/contract`, which can be had alone.
template <EventStoreFixture Fixture>
// clang-format off: it takes the angle brackets for comparisons
inline constexpr auto event_store_contract = detail::join(
    append_contract<Fixture>, commit_contract<Fixture>, names_contract<Fixture>, reading_contract<Fixture>,
    ranges_contract<Fixture>, detail::filter_rules<Fixture>(), envelope_contract<Fixture>, retry_contract<Fixture>, idempotency_contract<Fixture>,
    input_contract<Fixture>, detail::encoded_rules<Fixture>(), detail::reopening_rules<Fixture>(),
    racing_contract<Fixture>, following_contract<Fixture>, detail::end_of_life_rules<Fixture>()
);
// clang-format on

} // namespace annals::testing

#endif // ANNALS_TESTING_EVENT_STORE_CONTRACT_HPP
