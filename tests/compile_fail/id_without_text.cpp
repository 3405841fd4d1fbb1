// expect: annals: an id is a string, an integer, a UUID, or has `std::string to_string\(Id const&\)`

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

namespace shop {

struct OrderId {
    int number = 0;
};
#ifndef ANNALS_EXPECT_FAIL
std::string to_string(OrderId const& id);
#endif

struct Created {};

class Order final : public annals::Aggregate<OrderId, std::variant<Created>> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
};

} // namespace shop
