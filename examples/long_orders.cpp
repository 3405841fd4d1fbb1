// SPDX-License-Identifier: MIT
// Orders of many events: snapshots spare most of the replay, and are never trusted.
//
//     long_orders [FOLDER]

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/snapshot_writer.hpp>
#include <annals/sqlite.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

struct ItemAdded {
    std::int64_t cents{};
};
ANNALS_FIELDS(ItemAdded, cents)

namespace first_release {

struct OrderState {
    std::int64_t total{};
};
ANNALS_FIELDS(OrderState, total)

} // namespace first_release

namespace second_release {

struct OrderState { // another shape: snapshots of the first release are of no use any more, and nobody has to say so
    std::int64_t total{};
    std::int64_t items{};
};
ANNALS_FIELDS(OrderState, total, items)

} // namespace second_release

template <class State>
class Order final : public annals::Aggregate<std::string, std::variant<ItemAdded>> {
public:
    using Aggregate::Aggregate;
    void add(std::int64_t cents) { raise_event(ItemAdded{cents}); }

    // With these two, a repository can take snapshots.
    [[nodiscard]] State const& snapshot() const noexcept { return state_; }
    void restore(State state) { state_ = std::move(state); }

    [[nodiscard]] int applied() const noexcept { return applied_; }

private:
    void apply_event(ItemAdded const& event) override {
        ++applied_;
        state_.total += event.cents;
        if constexpr (requires { state_.items; }) {
            ++state_.items;
        }
    }

    State state_;
    int applied_ = 0;
};
template <class State>
inline constexpr std::string_view annals::aggregate_type<Order<State>> = "Order";

using FirstOrder = Order<first_release::OrderState>;
using SecondOrder = Order<second_release::OrderState>;

template <class Orders>
void load(Orders& orders, std::string const& what) {
    auto const order = orders.get_by_id("o-1");
    std::cout << what << ": " << order->applied() << " of " << order->version().value() << " events applied, total "
              << order->snapshot().total << '\n';
}

template <class Orders>
void add_ten_items(Orders& orders) {
    orders.transact("o-1", [](auto& order) {
        for (int i = 0; i < 10; ++i) {
            order.add(5);
        }
    });
}

int main(int argc, char** argv) try {
    auto const file = std::filesystem::path{argc > 1 ? argv[1] : "."} / "long_orders.db";
    std::filesystem::remove(file);
    annals::SqliteEventStore store{file.string()};

    auto first = annals::repository_for<FirstOrder>(store, annals::EveryNEvents{400});
    for (int i = 0; i < 45; ++i) {
        add_ten_items(first);
    }
    auto without = annals::repository_for<FirstOrder>(store);
    load(without, "without a snapshot");
    load(first, "with the one at version 400");

    // A thread encodes and writes snapshots, so that no command waits for that.
    annals::SnapshotWriter writer;
    auto second = annals::repository_for<SecondOrder>(store, writer.in_background(annals::EveryNEvents{100}));
    load(second, "the second release, to which that is none");
    for (int i = 0; i < 5; ++i) {
        add_ten_items(second);
    }
    writer.flush();
    load(second, "with one of its own");
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
