// SPDX-License-Identifier: MIT
// Event sourcing with annals: from the first event to the first read model.

#include <annals/annals.hpp>

#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// Events: plain structs that say what has happened, and a variant that names them all.

struct OrderCreated {
    std::string customer;
};
struct ItemAdded {
    std::string product;
    int quantity = 0;
    std::int64_t cents = 0; // a unit; money is never a double
};
struct OrderShipped {
    std::string tracking_number, carrier;
};
using OrderEvent = std::variant<OrderCreated, ItemAdded, OrderShipped>;

// The aggregate: commands check the rules and raise events; only events change the state.

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

    struct State {
        std::string customer;
        std::vector<ItemAdded> items;
        std::int64_t total = 0;
        bool shipped = false;
    };

    void create(std::string customer) {
        if (!state_.customer.empty()) {
            throw std::domain_error{"the order exists already"};
        }
        raise_event(OrderCreated{std::move(customer)});
    }
    void add_item(std::string product, int quantity, std::int64_t cents) {
        if (state_.shipped) {
            throw std::domain_error{"a shipped order cannot be changed"};
        }
        raise_event(ItemAdded{std::move(product), quantity, cents});
    }
    void ship(std::string tracking_number, std::string carrier) {
        if (state_.items.empty()) {
            throw std::domain_error{"an empty order cannot be shipped"};
        }
        raise_event(OrderShipped{std::move(tracking_number), std::move(carrier)});
    }

    // With these two, a repository can take snapshots.
    [[nodiscard]] State const& snapshot() const { return state_; }
    void restore(State state) { state_ = std::move(state); }

private: // one handler an event: if one is missing, the program does not compile
    void apply_event(OrderCreated const& e) override { state_.customer = e.customer; }
    void apply_event(ItemAdded const& e) override {
        state_.items.push_back(e);
        state_.total += e.quantity * e.cents;
    }
    void apply_event(OrderShipped const&) override { state_.shipped = true; }

    State state_;
};

// A projection: a read model, built from the events of all orders.

struct OrderSummaries {
    using events = Order;

    struct Summary {
        std::string customer;
        std::int64_t total = 0;
        std::string status;
    };
    std::map<std::string, Summary> by_order;

    void handle(OrderCreated const& e, annals::EventFacts const& at) {
        by_order[at.aggregate_id()] = {e.customer, 0, "pending"};
    }
    void handle(ItemAdded const& e, annals::EventFacts const& at) {
        by_order[at.aggregate_id()].total += e.quantity * e.cents;
    }
    void handle(OrderShipped const&, annals::EventFacts const& at) { by_order[at.aggregate_id()].status = "shipped"; }
};

int main() try {
    // The event store. annals::SqliteEventStore{"orders.db"} keeps the same promises on disk.
    annals::InMemoryEventStore<OrderEvent> store;
    // The repository: loads orders and stores what they raise, a snapshot every 100 events.
    auto orders = annals::repository_for<Order>(store, annals::EveryNEvents{100});

    Order order{"order-123"};
    order.create("customer-456");
    order.add_item("teapot", 2, 2999);
    order.add_item("tray", 1, 4999);
    orders.save(order);
    std::cout << "stored:   order-123 in " << order.version().value() << " events\n";

    std::optional<Order> const loaded = orders.get_by_id("order-123"); // its events, replayed
    if (!loaded) {
        return 1; // nothing was ever stored under that id
    }
    std::cout << "loaded:   " << loaded->snapshot().items.size() << " items, " << loaded->snapshot().total
              << " cents\n";

    // Two people change the same order: the first wins, the second is told.
    Order mine = *loaded;
    Order yours = *loaded;
    mine.add_item("cup", 1, 1999);
    yours.add_item("saucer", 1, 999);
    orders.save(mine);
    try {
        orders.save(yours);
    } catch (annals::ConcurrencyError const& error) {
        std::cout << "conflict: " << error.what() << '\n';
    }
    // transact() is load, decide, save. When it loses a race, it decides again on what the winner has left.
    orders.transact("order-123", [](Order& o) { o.add_item("saucer", 1, 999); });
    orders.transact("order-123", [](Order& o) { o.ship("TRK-123", "DHL"); });
    try {
        orders.transact("order-123", [](Order& o) { o.add_item("spoon", 1, 99); });
    } catch (std::domain_error const& error) {
        std::cout << "refused:  " << error.what() << '\n';
    }

    OrderSummaries summaries;
    annals::project(store, summaries);
    for (auto const& [id, summary] : summaries.by_order) {
        std::cout << "summary:  " << id << ", " << summary.total << " cents, " << summary.status << '\n';
    }
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
