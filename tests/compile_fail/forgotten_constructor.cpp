// expect: annals: this is not an aggregate: derive it from annals::Aggregate<Id, Event> with `using Aggregate

#include <annals/annals.hpp>

#include <string>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
#ifdef ANNALS_EXPECT_FAIL
    Order() : Aggregate{"order-1"} {}
#else
    using Aggregate::Aggregate;
#endif

private:
    void apply_event(Created const&) override {}
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) {
    auto orders = annals::repository_for<Order>(store);
    static_cast<void>(orders);
}
