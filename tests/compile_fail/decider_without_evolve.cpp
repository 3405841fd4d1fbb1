// expect: annals: the decider needs `void evolve\(State&, Event const&\)` beside its state, for each event

#include <annals/decider.hpp>

#include <string>
#include <variant>

namespace shop {

struct Created {};
struct Shipped {};
struct Order {};
void evolve(Order&, Created const&);
#ifndef ANNALS_EXPECT_FAIL
void evolve(Order&, Shipped const&);
#endif

} // namespace shop

using Aggregate = annals::Decider<std::string, shop::Order, std::variant<shop::Created, shop::Shipped>>;

void use(Aggregate& order);
void use(Aggregate& order) { order.replay(annals::Version{1}, shop::Created{}); }
