// expect: annals: this event is not in the aggregate's variant: add its type to the std::variant

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

struct Created {};
struct Shipped {};

class Order final : public annals::Aggregate<std::string, std::variant<Created>> {
public:
    using Aggregate::Aggregate;
    void create() { raise_event(Created{}); }
#ifdef ANNALS_EXPECT_FAIL
    void ship() { raise_event(Shipped{}); }
#endif

private:
    void apply_event(Created const&) override {}
};
