// expect: annals: snapshots of this aggregate need `State snapshot\(\) const` and `void restore\(State\)`

#include <annals/annals.hpp>

#include <string>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;
    [[nodiscard]] int snapshot() const { return 0; }
#ifndef ANNALS_EXPECT_FAIL
    void restore(int) {}
#endif

private:
    void apply_event(Created const&) override {}
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) {
    auto orders = annals::repository_for<Order>(store, annals::EveryNEvents{100});
    static_cast<void>(orders);
}
