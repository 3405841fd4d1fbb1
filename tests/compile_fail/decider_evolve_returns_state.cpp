// expect: annals: `evolve` of a decider changes the state that it is given and returns nothing

#include <annals/decider.hpp>

#include <string>
#include <variant>

namespace shop {

struct Created {};
struct Order {};
#ifdef ANNALS_EXPECT_FAIL
Order evolve(Order const&, Created const&);
#else
void evolve(Order&, Created const&);
#endif

} // namespace shop

using Aggregate = annals::Decider<std::string, shop::Order, std::variant<shop::Created>>;

void use(Aggregate& order);
void use(Aggregate& order) { order.replay(annals::Version{1}, shop::Created{}); }
