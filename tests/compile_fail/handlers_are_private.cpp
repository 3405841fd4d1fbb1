// expect(gnu): is private within this context
// expect(clang): private member of

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

struct Created {};

class Order final : public annals::Aggregate<std::string, std::variant<Created>> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
};

void use(Order& order);
void use(Order& order) {
#ifdef ANNALS_EXPECT_FAIL
    order.apply_event(Created{});
#else
    order.replay(annals::Version{1}, Created{});
#endif
}
