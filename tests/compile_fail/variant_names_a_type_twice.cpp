// expect: annals: the event variant names one type twice: give each event a type of its own

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

struct Created {};
struct Shipped {};
#ifdef ANNALS_EXPECT_FAIL
using OrderEvent = std::variant<Created, Shipped, Created>;
#else
using OrderEvent = std::variant<Created, Shipped>;
#endif

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
    void apply_event(Shipped const&) override {}
};
