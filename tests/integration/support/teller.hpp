// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_SUPPORT_TELLER_HPP
#define ANNALS_TESTS_INTEGRATION_SUPPORT_TELLER_HPP

#include <annals/cached_aggregates.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Repositories that keep aggregates, over stores that others write to, roll back and restore.

namespace cached {

struct Deposited {
    std::int64_t amount = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Deposited, amount)

/// An account that knows the order of what it has seen.
class Account final : public annals::Aggregate<std::string, std::variant<Deposited>> {
public:
    using Aggregate::Aggregate;

    void deposit(std::int64_t amount) { raise_event(Deposited{amount}); }
    [[nodiscard]] std::vector<std::int64_t> const& journal() const { return journal_; }

private:
    void apply_event(Deposited const& event) override { journal_.push_back(event.amount); }

    std::vector<std::int64_t> journal_;
};

struct ChangedMyMind : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A repository with a cache and one without, over a store object of their own: what one process has.
template <class Store>
struct Teller {
    explicit Teller(Store opened) : store{std::move(opened)} {}

    Store store;
    unit::HookedStore<Store> hooked{store};
    decltype(annals::repository_for<Account>(hooked, annals::CachedAggregates{})
    ) accounts{annals::repository_for<Account>(hooked, annals::CachedAggregates{.capacity = 2})};
    decltype(annals::repository_for<Account>(store)) plain{annals::repository_for<Account>(store)};

    void deposit(std::string const& id, std::int64_t amount) {
        accounts.transact(id, [amount](Account& account) { account.deposit(amount); });
    }

    /// The events that a load reads; -1 if what it gives is not what replaying gives.
    std::int64_t events_read(std::string const& id) {
        hooked.events_read = 0;
        std::optional<Account> const kept = accounts.get_by_id(id);
        std::optional<Account> const replayed = plain.get_by_id(id);
        bool const is_right =
            kept.has_value() == replayed.has_value() &&
            (!kept || (kept->journal() == replayed->journal() && kept->version() == replayed->version()));
        return is_right ? static_cast<std::int64_t>(hooked.events_read) : -1;
    }
};

template <class Place>
auto teller_at(Place const& place) {
    return Teller<decltype(place.store())>{place.store()};
}

/// Makes the events up to that position the whole history, as restoring a backup does.
template <class Place, class Store>
void restore(Place const& place, Store& store, annals::Position position) {
    store.transact([&](typename Store::transaction_type& transaction) {
        for (std::string const& sql : place.losing_tail(position.first())) {
            transaction.run(sql);
        }
    });
}

} // namespace cached

#endif // ANNALS_TESTS_INTEGRATION_SUPPORT_TELLER_HPP
