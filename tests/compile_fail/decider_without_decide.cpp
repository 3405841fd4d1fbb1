// expect: annals: the decider needs `decide\(State const&, Command const&\)` beside its state

#include <annals/decider.hpp>

#include <string>
#include <variant>

namespace shop {

struct Created {};
struct Order {};
void evolve(Order&, Created const&);
struct Create {};
#ifndef ANNALS_EXPECT_FAIL
Created decide(Order const&, Create const&);
#endif

} // namespace shop

using Aggregate = annals::Decider<std::string, shop::Order, std::variant<shop::Created>>;

void use(Aggregate& order);
void use(Aggregate& order) { order.handle(shop::Create{}); }
