// expect: annals: the event variant names one type twice

#include <annals/decider.hpp>

#include <string>
#include <variant>

namespace shop {

struct Created {};
struct Order {};
void evolve(Order&, Created const&);
#ifdef ANNALS_EXPECT_FAIL
using OrderEvent = std::variant<Created, Created>;
#else
using OrderEvent = std::variant<Created>;
#endif

} // namespace shop

annals::Version use(annals::Decider<std::string, shop::Order, shop::OrderEvent> const& order);
annals::Version use(annals::Decider<std::string, shop::Order, shop::OrderEvent> const& order) {
    return order.version();
}
