// expect: annals: written_schema_version of this event has no way back: write `To downcast

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <cstdint>
#include <variant>

struct OrderCreatedV1 {
    double total{};
};
struct OrderCreated {
    int cents{};
};
ANNALS_FIELDS(OrderCreatedV1, total)
ANNALS_FIELDS(OrderCreated, cents)
OrderCreated upcast(OrderCreatedV1 const& v1) { return {static_cast<int>(v1.total * 100)}; }
#ifndef ANNALS_EXPECT_FAIL
OrderCreatedV1 downcast(OrderCreated const& now) { return {now.cents / 100.0}; }
#endif

template <>
inline constexpr auto annals::event_history<OrderCreated> = annals::history<OrderCreatedV1>;
template <>
inline constexpr std::int32_t annals::written_schema_version<OrderCreated> = 1;

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
