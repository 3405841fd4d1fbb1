// expect: annals: the aggregate needs `void apply_event\(Event const&\) override` for each event

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

struct Created {};
struct Shipped {};

class Order final : public annals::Aggregate<std::string, std::variant<Created, Shipped>> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
#ifndef ANNALS_EXPECT_FAIL
    void apply_event(Shipped const&) override {}
#endif
};

Order make();
Order make() { return Order{"order-1"}; }
