// expect: annals: cached aggregates are copied, and this aggregate cannot be: give it a copy constructor, or leave out

#include <annals/annals.hpp>
#include <annals/cached_aggregates.hpp>

#include <memory>
#include <string>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}

#ifdef ANNALS_EXPECT_FAIL
    std::unique_ptr<int> not_to_be_copied_;
#endif
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) {
    auto orders = annals::repository_for<Order>(store, annals::CachedAggregates{.capacity = 10'000});
    static_cast<void>(orders);
}
