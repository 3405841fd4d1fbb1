// expect: annals: this projection has no handler for one of its events: add `void handle\(Event const&

#include <annals/annals.hpp>
#include <annals/projection_runner.hpp>

#include <string_view>
#include <variant>

struct Created {};
struct Shipped {};
using OrderEvent = std::variant<Created, Shipped>;

struct Report {
    static constexpr std::string_view name = "report";
    using events = OrderEvent;
    void handle(Created const&) {}
#ifndef ANNALS_EXPECT_FAIL
    void handle(Shipped const&) {}
#endif
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) { annals::ProjectionRunner{store, Report{}}.catch_up(); }
