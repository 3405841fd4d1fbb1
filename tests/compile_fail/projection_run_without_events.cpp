// expect: annals: this is not a projection: say which events it takes, `using events = ...;`

#include <annals/annals.hpp>
#include <annals/projection_runner.hpp>

#include <string_view>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

struct Report {
    static constexpr std::string_view name = "report";
#ifndef ANNALS_EXPECT_FAIL
    using events = OrderEvent;
#endif
    void handle(Created const&) {}
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) { annals::ProjectionRunner{store, Report{}}.catch_up(); }
