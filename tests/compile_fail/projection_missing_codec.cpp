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
    void handle(annals::SourcedEvent<OrderEvent> const&) {}
};

void use(Store const& store, Report& report);
void use(Store const& store, Report& report) { static_cast<void>(annals::project<OrderEvent>(store, report)); }
