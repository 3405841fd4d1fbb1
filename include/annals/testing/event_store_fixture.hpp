// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_EVENT_STORE_FIXTURE_HPP
#define ANNALS_TESTING_EVENT_STORE_FIXTURE_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/testing/contract_rule.hpp>

#include <concepts>
#include <cstddef>

namespace annals::testing {

/// What `event_store_contract` needs to try a store. Write one for a store of yours; each rule gets an object of its
/// own.
///
/// **store** is an empty store when the fixture is made. **second_handle** is another way to the same store: a second
/// object on the same file or database, opened on its own. Where a store is one object only, it is that object again.
/// **payload** makes the n-th payload, different for each n, at least up to 50,000; **is_same_payload** compares two.
/// **reopen** closes both handles and opens them again; only stores that persist need it. It is called while no other
/// thread uses the fixture.
///
/// ```
/// struct MyFixture {
///     using store_type = MyStore;
///     static constexpr annals::testing::Quirks quirks{.persists_across_reopen = false};
///     static OrderEvent payload(std::size_t n) { return OrderItemAdded{static_cast<int>(n)}; }
///     static bool is_same_payload(OrderEvent const& a, OrderEvent const& b) { return a == b; }
///     MyStore& store() { return store_; }
///     MyStore& second_handle() { return store_; }
///     MyStore store_;
/// };
/// ```
template <class F>
concept EventStoreFixture = EventStore<typename F::store_type> &&
                            requires(F& fixture, std::size_t n, typename F::store_type::payload_type const& payload) {
                                { F::quirks } -> std::convertible_to<Quirks>;
                                { F::payload(n) } -> std::same_as<typename F::store_type::payload_type>;
                                { F::is_same_payload(payload, payload) } -> std::same_as<bool>;
                                { fixture.store() } -> std::same_as<typename F::store_type&>;
                                { fixture.second_handle() } -> std::same_as<typename F::store_type&>;
                                requires !F::quirks.persists_across_reopen || requires { fixture.reopen(); };
                            };

} // namespace annals::testing

#endif // ANNALS_TESTING_EVENT_STORE_FIXTURE_HPP
