// SPDX-License-Identifier: MIT

#include <annals/cached_aggregates.hpp>
#include <annals/inline_projections.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/unit/support/hooked_store.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Repositories that keep aggregates, over stores that others write to, roll back and restore.

using namespace projections;
using annals::CachedAggregates;
using annals::repository_for;

namespace {

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

/// Takes back the append whose event it is given.
struct Refusal {
    static constexpr std::string_view name = "refusal";
    using events = Account;

    template <class Transaction>
    void handle(Deposited const&, annals::EventFacts const&, Transaction&) const {
        if (*is_on) {
            throw ChangedMyMind{"no"};
        }
    }

    bool const* is_on;
};

/// A repository with a cache and one without, over a store object of their own: what one process has.
template <class Store>
struct Teller {
    explicit Teller(Store opened) : store{std::move(opened)} {}

    Store store;
    unit::HookedStore<Store> hooked{store};
    decltype(repository_for<Account>(hooked, CachedAggregates{})
    ) accounts{repository_for<Account>(hooked, CachedAggregates{.capacity = 2})};
    decltype(repository_for<Account>(store)) plain{repository_for<Account>(store)};

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

template <class Place>
void check_random_run(int steps) {
    Place const place;
    auto ann = teller_at(place);
    auto ben = teller_at(place);
    std::mt19937 random{2026};
    auto const below = [&random](int n) { return std::uniform_int_distribution<int>{0, n - 1}(random); };
    using Transaction = typename decltype(ann.store)::transaction_type;
    for (int step = 0; step < steps; ++step) {
        auto& writer = below(2) == 0 ? ann : ben;
        auto& other = &writer == &ann ? ben : ann;
        std::string const id = "a-" + std::to_string(below(3));
        switch (below(6)) {
        case 0:
            other.plain.transact(id, [](Account& account) { account.deposit(7); });
            break;
        case 1: {
            Account account = writer.accounts.get_by_id(id).value_or(Account{id});
            account.deposit(1);
            other.deposit(id, 2);
            CHECK_THROWS_AS(writer.accounts.save(account), annals::ConcurrencyError);
            break;
        }
        case 2: {
            bool const is_kept = below(2) == 0;
            try {
                writer.store.transact([&](Transaction& transaction) {
                    auto accounts = repository_for<Account>(transaction, CachedAggregates{});
                    for (int i = 0; i < 3; ++i) {
                        accounts.transact(id, [&](Account& account) { account.deposit(below(100)); });
                    }
                    if (!is_kept) {
                        throw ChangedMyMind{"no"};
                    }
                });
            } catch (ChangedMyMind const&) {
                CHECK_FALSE(is_kept);
            }
            break;
        }
        case 3:
            if (below(2) == 0) {
                restore(
                    place, other.store, annals::Position{std::max<std::int64_t>(0, other.store.head().first() - 5)}
                );
                for (int i = below(6); i > 0; --i) { // so that the streams are as long, or longer
                    other.plain.transact(id, [](Account& account) { account.deposit(9); });
                }
                break;
            }
            [[fallthrough]];
        default:
            writer.deposit(id, below(100));
        }
        std::string const seen = "a-" + std::to_string(below(3));
        if (ann.events_read(seen) < 0 || ben.events_read(seen) < 0) {
            CAPTURE(step, seen);
            FAIL("what is kept lies");
        }
    }
}

template <class Place>
void check_tails() {
    Place const place;
    auto ann = teller_at(place);
    auto ben = teller_at(place);
    for (int i = 1; i <= 20; ++i) {
        ann.deposit("a", i);
    }
    CHECK(ben.events_read("a") == 20);
    CHECK(ben.events_read("a") == 1);
    CHECK(ann.events_read("a") == 2);
    ann.deposit("a", 1);
    ann.deposit("a", 2);
    CHECK(ben.events_read("a") == 3);
    ben.hooked.events_read = 0;
    ben.deposit("a", 3);
    CHECK(ben.hooked.events_read == 1);
    CHECK(ann.events_read("a") == 3);
}

template <class Place>
void check_rollback() {
    Place const place;
    auto store = place.store();
    bool is_broken = false;
    annals::InlineProjections bank_store{store, Refusal{&is_broken}};
    unit::HookedStore hooked{bank_store};
    auto accounts = repository_for<Account>(hooked, CachedAggregates{});
    auto const deposit = [&] { accounts.transact("a", [](Account& account) { account.deposit(5); }); };
    auto const events_read = [&] {
        hooked.events_read = 0;
        CHECK(accounts.get_by_id("a")->journal() == repository_for<Account>(store).get_by_id("a")->journal());
        return hooked.events_read;
    };
    for (int i = 0; i < 10; ++i) {
        deposit();
    }
    CHECK(events_read() == 2);
    is_broken = true;
    CHECK_THROWS_AS(deposit(), ChangedMyMind);
    CHECK(events_read() == 10);
    is_broken = false;
    deposit();
    CHECK(events_read() == 2);
}

template <class Place>
void check_backup() {
    Place const place;
    auto ann = teller_at(place);
    auto ben = teller_at(place);
    for (int i = 1; i <= 4; ++i) {
        ann.deposit("a", i);
    }
    annals::Position const backup = ann.store.head();
    ann.deposit("a", 5);
    ann.deposit("a", 6);
    REQUIRE(ann.events_read("a") == 2);
    REQUIRE(ben.events_read("a") == 6);

    restore(place, ann.store, backup);
    CHECK(ann.events_read("a") == 4);
    CHECK(ann.events_read("a") == 1);
    ann.deposit("a", 10);
    ann.deposit("a", 20);                 // the history that ben knows is as long, and another
    CHECK(ben.events_read("a") == 1 + 6); // the one that is not as expected, and all
    CHECK(ben.accounts.get_by_id("a")->journal() == std::vector<std::int64_t>{1, 2, 3, 4, 10, 20});
}

} // namespace

TEST_CASE("cached: nothing tells it from a repository without while two processes write", "[sqlite]") {
    check_random_run<SqlitePlace>(400);
}
TEST_CASE("postgres: cached: nothing tells it from a repository without while two processes write") {
    check_random_run<PostgresPlace>(120);
}

TEST_CASE("cached: only what others have written is read", "[sqlite]") { check_tails<SqlitePlace>(); }
TEST_CASE("postgres: cached: only what others have written is read") { check_tails<PostgresPlace>(); }

TEST_CASE("cached: after an append that was rolled back everything is read", "[sqlite]") {
    check_rollback<SqlitePlace>();
}
TEST_CASE("postgres: cached: after an append that was rolled back everything is read") {
    check_rollback<PostgresPlace>();
}

TEST_CASE("cached: a restored backup is read anew", "[sqlite]") { check_backup<SqlitePlace>(); }
TEST_CASE("postgres: cached: a restored backup is read anew") { check_backup<PostgresPlace>(); }
