// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>

#include <optional>
#include <string>
#include <utility>
#include <variant>

// An application is released again with one field more in its state, and nobody thinks of the snapshots.

namespace {

struct Deposited {
    int amount = 0;
};
ANNALS_FIELDS(Deposited, amount)
using Event = std::variant<Deposited>;

namespace first_release {
struct State {
    int total = 0;
    void add(int amount) { total += amount; }
};
ANNALS_FIELDS(State, total)
} // namespace first_release

namespace second_release {
struct State {
    int total = 0;
    int largest = 0; // with a default, so that the old JSON fits
    void add(int amount) {
        total += amount;
        largest = amount > largest ? amount : largest;
    }
};
ANNALS_FIELDS_WITH_DEFAULTS(State, total, largest)
} // namespace second_release

template <class State>
class Wallet final : public annals::Aggregate<std::string, Event> {
public:
    using Aggregate::Aggregate;

    void deposit(int amount) { raise_event(Deposited{amount}); }
    [[nodiscard]] State const& state() const { return state_; }
    [[nodiscard]] State snapshot() const { return state_; }
    void restore(State state) { state_ = std::move(state); }

private:
    void apply_event(Deposited const& event) override { state_.add(event.amount); }

    State state_;
};

/// The same state with a codec that knows its name and its version alone.
template <class State>
struct Careless : State {};

template <class State>
class CarelessCodec {
public:
    using state_type = Careless<State>;

    [[nodiscard]] annals::EncodedPayload encode(state_type const& state) const {
        return annals::detail::encode_json<State>(state);
    }
    [[nodiscard]] std::optional<state_type> decode(annals::EncodedPayload const& stored) const {
        if (stored.type != annals::event_name<State>) {
            return std::nullopt;
        }
        return state_type{annals::detail::decode_json<State>(stored)};
    }
};

} // namespace

template <class State>
inline constexpr std::string_view annals::aggregate_type<Wallet<State>> = "Wallet";

template <class State>
struct annals::DefaultSnapshotCodec<Careless<State>> {
    using type = CarelessCodec<State>;
};

namespace {

template <class State>
void deposit(annals::SqliteEventStore& store, int amount) {
    annals::repository_for<Wallet<State>>(store, annals::EveryNEvents{3}).transact("w", [amount](auto& wallet) {
        wallet.deposit(amount);
    });
}

/// Three deposits by the first release, one by the second, which is then to know the largest.
template <class First, class Second>
[[nodiscard]] Wallet<Second> released_again(annals::SqliteEventStore& store) {
    for (int const amount : {5, 50, 7}) {
        deposit<First>(store, amount);
    }
    deposit<Second>(store, 9);
    return annals::repository_for<Wallet<Second>>(store, annals::EveryNEvents{3}).get_by_id("w").value();
}

} // namespace

TEST_CASE("snapshots: those of a state with other fields are passed over, and replaced when one is due", "[sqlite]") {
    using First = first_release::State;
    using Second = second_release::State;
    annals::SqliteEventStore store{":memory:"};
    auto const wallet = released_again<First, Second>(store);
    CHECK(wallet.snapshot_mark().version == annals::Version{});
    CHECK(wallet.state().total == 71);
    CHECK(wallet.state().largest == 50);

    deposit<Second>(store, 1);
    deposit<Second>(store, 1);
    auto wallets = annals::repository_for<Wallet<Second>>(store, annals::EveryNEvents{3});
    CHECK(wallets.get_by_id("w")->snapshot_mark().version == annals::Version{6});
    CHECK(wallets.get_by_id("w")->state().largest == 50);

    // Back to the first release, which does not know the second's snapshot.
    auto old = annals::repository_for<Wallet<First>>(store, annals::EveryNEvents{3});
    CHECK(old.get_by_id("w")->snapshot_mark().version == annals::Version{});
    CHECK(old.get_by_id("w")->state().total == 73);
}

TEST_CASE("snapshots: without a fingerprint the second release loads a state that never was", "[sqlite]") {
    annals::SqliteEventStore store{":memory:"};
    auto const wallet = released_again<Careless<first_release::State>, Careless<second_release::State>>(store);
    CHECK(wallet.snapshot_mark().version == annals::Version{3});
    CHECK(wallet.state().total == 71);
    CHECK(wallet.state().largest == 9); // 50 was deposited
}
