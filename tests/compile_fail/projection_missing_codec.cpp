// expect: annals: this store does not keep the projection's event variant itself: include <annals/json.hpp>

#include <annals/annals.hpp>

#include <variant>

struct Created {};
using OrderEvent = std::variant<Created>;
#ifdef ANNALS_EXPECT_FAIL
using Store = annals::InMemoryEventStore<annals::EncodedPayload>;
#else
using Store = annals::InMemoryEventStore<OrderEvent>;
#endif

struct Report {
    using events = OrderEvent;
    void handle(Created const&) {}
};

void use(Store const& store, Report& report);
void use(Store const& store, Report& report) { annals::project(store, report); }
