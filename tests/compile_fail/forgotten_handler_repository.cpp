// expect(gnu): annals: this aggregate lacks a `void apply_event\(Event const&\) override`.*with Event = Shipped
// expect(clang): annals: this aggregate lacks a `void apply_event\(Event const&\) override` for one of the events

#include <annals/annals.hpp>

#include <string>
#include <variant>

struct Created {};
struct Shipped {};
using OrderEvent = std::variant<Created, Shipped>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
#ifndef ANNALS_EXPECT_FAIL
    void apply_event(Shipped const&) override {}
#endif
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) {
    auto orders = annals::repository_for<Order>(store);
    static_cast<void>(orders);
}
