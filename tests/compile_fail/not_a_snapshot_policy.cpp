// expect: annals: this is not a snapshot policy: pass annals::EveryNEvents{100}

#include <annals/annals.hpp>

#include <string>
#include <variant>

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

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) {
#ifdef ANNALS_EXPECT_FAIL
    auto orders = annals::repository_for<Order>(store, 100);
#else
    auto orders = annals::repository_for<Order>(store, annals::EveryNEvents{100});
#endif
    static_cast<void>(orders);
}
