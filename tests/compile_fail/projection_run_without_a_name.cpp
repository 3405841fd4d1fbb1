// expect: annals: a projection that is run needs a name: `static constexpr std::string_view name

#include <annals/annals.hpp>
#include <annals/projection_runner.hpp>

#include <string_view>
#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;

struct Report {
#ifndef ANNALS_EXPECT_FAIL
    static constexpr std::string_view name = "report";
#endif
    using events = OrderEvent;
    void handle(Created const&) {}
};

void use(annals::InMemoryEventStore<OrderEvent>& store);
void use(annals::InMemoryEventStore<OrderEvent>& store) { annals::ProjectionRunner{store, Report{}}.catch_up(); }
