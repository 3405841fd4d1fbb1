// expect: annals: this aggregate is a template and has no stable name: specialise annals::aggregate_type

#include <annals/annals.hpp>

#include <string>
#include <string_view>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

template <class Currency>
class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
};

struct Euro {};
#ifndef ANNALS_EXPECT_FAIL
template <>
inline constexpr std::string_view annals::aggregate_type<Order<Euro>> = "EuroOrder";
#endif

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) {
    auto orders = annals::repository_for<Order<Euro>>(store);
    static_cast<void>(orders);
}
