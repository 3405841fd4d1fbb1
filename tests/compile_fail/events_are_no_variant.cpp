// expect: annals: the events of an aggregate are a std::variant: using OrderEvent = std::variant<OrderCreated

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

struct Created {};
#ifdef ANNALS_EXPECT_FAIL
using OrderEvent = Created;
#else
using OrderEvent = std::variant<Created>;
#endif

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
};
