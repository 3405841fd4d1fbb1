// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_TIME_TRAVEL_SUPPORT_BASKET_HPP
#define ANNALS_TESTS_INTEGRATION_TIME_TRAVEL_SUPPORT_BASKET_HPP

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <tests/integration/projections/support/places.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// A domain with something to look back at.
namespace baskets {

struct Item {
    std::string product;
    std::int64_t quantity = 0;
    [[nodiscard]] friend bool operator==(Item const&, Item const&) = default;
};
ANNALS_FIELDS(Item, product, quantity)

struct ItemAdded {
    Item item;
};
struct ItemRemoved {
    std::string product;
};
struct NoteWritten {
    std::string note;
};
ANNALS_FIELDS(ItemAdded, item)
ANNALS_FIELDS(ItemRemoved, product)
ANNALS_FIELDS(NoteWritten, note)

using BasketEvent = std::variant<ItemAdded, ItemRemoved, NoteWritten>;

struct BasketState {
    std::vector<Item> items;
    std::map<std::string, std::int64_t> added; ///< by product, ever
    std::optional<std::string> note;
    [[nodiscard]] friend bool operator==(BasketState const&, BasketState const&) = default;
};
ANNALS_FIELDS(BasketState, items, added, note)

/// By hand, for tests to compare with.
inline void fold_into(BasketState& state, BasketEvent const& event) {
    if (auto const* const added = std::get_if<ItemAdded>(&event)) {
        state.items.push_back(added->item);
        state.added[added->item.product] += added->item.quantity;
    } else if (auto const* const removed = std::get_if<ItemRemoved>(&event)) {
        std::erase_if(state.items, [&](Item const& item) { return item.product == removed->product; });
    } else {
        state.note = std::get<NoteWritten>(event).note;
    }
}

class Basket final : public annals::Aggregate<std::string, BasketEvent> {
public:
    using Aggregate::Aggregate;

    void do_as(BasketEvent event) {
        std::visit([this](auto& alternative) { this->raise_event(std::move(alternative)); }, event);
    }
    [[nodiscard]] BasketState const& state() const noexcept { return state_; }
    [[nodiscard]] BasketState snapshot() const { return state_; }
    void restore(BasketState state) { state_ = std::move(state); }

private:
    void apply_event(ItemAdded const& event) override { fold_into(state_, event); }
    void apply_event(ItemRemoved const& event) override { fold_into(state_, event); }
    void apply_event(NoteWritten const& event) override { fold_into(state_, event); }

    BasketState state_;
};

/// Something or other.
template <class Dice>
[[nodiscard]] BasketEvent any_event(Dice& dice) {
    std::string const product = "p" + std::to_string(dice() % 4);
    switch (dice() % 4) {
    case 0:
        return ItemRemoved{product};
    case 1:
        return NoteWritten{"note " + std::to_string(dice() % 3)};
    default:
        return ItemAdded{{product, static_cast<std::int64_t>(dice() % 5)}};
    }
}

/// Events kept in memory as a database would keep them.
class MemoryPlace {
public:
    [[nodiscard]] annals::InMemoryEventStore<annals::EncodedPayload> store() const {
        return annals::InMemoryEventStore<annals::EncodedPayload>{};
    }
};

using projections::PostgresPlace;
using projections::SqlitePlace;

} // namespace baskets

#endif // ANNALS_TESTS_INTEGRATION_TIME_TRAVEL_SUPPORT_BASKET_HPP
