// expect: annals: this is not an event store: see annals/concepts/event_store.hpp

#include <annals/annals.hpp>

#include <string>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;
#ifdef ANNALS_EXPECT_FAIL
struct Store {
    using payload_type = OrderEvent;
};
#else
using Store = annals::InMemoryEventStore<OrderEvent>;
#endif

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
};

void use(Store& store);
void use(Store& store) {
    auto orders = annals::repository_for<Order>(store);
    static_cast<void>(orders);
}
