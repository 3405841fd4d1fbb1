// expect(gnu): Shipped.* marked .*override.*, but does not override
// expect(clang): only virtual member functions can be marked

#include <annals/aggregate.hpp>

#include <string>
#include <variant>

struct Created {};
struct Shipped {};

class Order final : public annals::Aggregate<std::string, std::variant<Created>> {
public:
    using Aggregate::Aggregate;

private:
    void apply_event(Created const&) override {}
#ifdef ANNALS_EXPECT_FAIL
    void apply_event(Shipped const&) override {}
#endif
};
