// expect: annals: a former shape of this event has no JSON form

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <variant>

struct OrderCreatedV1 {
    double total{};
};
struct OrderCreated {
    int cents{};
};
#ifndef ANNALS_EXPECT_FAIL
ANNALS_FIELDS(OrderCreatedV1, total)
#endif
ANNALS_FIELDS(OrderCreated, cents)
OrderCreated upcast(OrderCreatedV1 const& v1) { return {static_cast<int>(v1.total * 100)}; }

template <>
inline constexpr auto annals::event_history<OrderCreated> = annals::history<OrderCreatedV1>;

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
