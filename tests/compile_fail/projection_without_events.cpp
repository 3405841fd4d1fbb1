// expect: annals: this is not a projection: say which events it takes, `using events = ...;`

#include <annals/annals.hpp>

#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

struct Report {
#ifndef ANNALS_EXPECT_FAIL
    using events = OrderEvent;
#endif
    void handle(Created const&) {}
};

void use(annals::InMemoryEventStore<OrderEvent> const& store, Report& report);
void use(annals::InMemoryEventStore<OrderEvent> const& store, Report& report) { annals::project(store, report); }
