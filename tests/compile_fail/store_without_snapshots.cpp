// expect: annals: this store keeps no snapshots: give it a member `snapshot_store<State>\(\)`, or use

#include <annals/annals.hpp>

#include <span>
#include <string>
#include <variant>
#include <vector>

struct Created {};
using OrderEvent = std::variant<Created>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;
    [[nodiscard]] int snapshot() const { return 0; }
    void restore(int) {}

private:
    void apply_event(Created const&) override {}
};

/// All that the concept asks for.
struct Store : private annals::InMemoryEventStore<OrderEvent> {
    using InMemoryEventStore::append;
    using InMemoryEventStore::get_all_events;
    using InMemoryEventStore::get_events;
    using InMemoryEventStore::head;
    using InMemoryEventStore::payload_type;
    using InMemoryEventStore::read_all;
    using InMemoryEventStore::stream_version;
#ifndef ANNALS_EXPECT_FAIL
    using InMemoryEventStore::snapshot_store;
#endif
};

void use(Store& store);
void use(Store& store) {
    auto orders = annals::repository_for<Order>(store, annals::EveryNEvents{100});
    static_cast<void>(orders);
}
