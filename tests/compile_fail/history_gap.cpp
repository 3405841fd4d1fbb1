// expect: RequireUpcast<OrderCreatedV1, OrderCreated, false>

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <variant>

struct OrderCreatedV1 {
    double total{};
};
struct OrderCreated {
    int cents{};
};
ANNALS_FIELDS(OrderCreatedV1, total)
ANNALS_FIELDS(OrderCreated, cents)
#ifndef ANNALS_EXPECT_FAIL
OrderCreated upcast(OrderCreatedV1 const& v1) { return {static_cast<int>(v1.total * 100)}; }
#endif

template <>
inline constexpr auto annals::event_history<OrderCreated> = annals::history<OrderCreatedV1>;

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
