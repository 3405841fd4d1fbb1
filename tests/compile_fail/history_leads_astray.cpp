// expect: annals: a step of this event's history leads nowhere: write `To upcast

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <variant>

struct OrderCreatedV1 {
    double total{};
};
struct OrderCreatedV2 {
    double total{};
};
struct OrderCreated {
    int cents{};
};
ANNALS_FIELDS(OrderCreatedV1, total)
ANNALS_FIELDS(OrderCreatedV2, total)
ANNALS_FIELDS(OrderCreated, cents)
#ifdef ANNALS_EXPECT_FAIL
OrderCreated upcast(OrderCreatedV1 const& v1) { return {static_cast<int>(v1.total * 100)}; }
#else
OrderCreatedV2 upcast(OrderCreatedV1 const& v1) { return {v1.total}; }
#endif
OrderCreated upcast(OrderCreatedV2 const& v2) { return {static_cast<int>(v2.total * 100)}; }

template <>
inline constexpr auto annals::event_history<OrderCreated> = annals::history<OrderCreatedV1, OrderCreatedV2>;

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
