// expect: annals: this projection has no handler for one of its events: add `void handle\(Event const&

#include <annals/annals.hpp>

#include <variant>

struct Created {};
struct Shipped {};
using OrderEvent = std::variant<Created, Shipped>;

struct Report {
    using events = OrderEvent;
    void handle(Created const&) {}
#ifndef ANNALS_EXPECT_FAIL
    void handle(Shipped const&) {}
#endif
};

void use(annals::InMemoryEventStore<OrderEvent> const& store, Report& report);
void use(annals::InMemoryEventStore<OrderEvent> const& store, Report& report) { annals::project(store, report); }
