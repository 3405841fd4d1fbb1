// expect: annals: this store does not keep the aggregate's event variant itself

#include <annals/annals.hpp>

#include <string>
#include <variant>

struct Created {};
struct Shipped {};
using OrderEvent = std::variant<Created, Shipped>;
#ifdef ANNALS_EXPECT_FAIL
using Store = annals::InMemoryEventStore<std::variant<Shipped, Created>>;
#else
using Store = annals::InMemoryEventStore<OrderEvent>;
#endif

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
    void apply_event(Shipped const&) override {}
};

void use(Store& store);
void use(Store& store) {
    auto orders = annals::repository_for<Order>(store);
    static_cast<void>(orders);
}
