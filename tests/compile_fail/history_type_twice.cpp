// expect: annals: a type stands twice in this history

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
OrderCreated upcast(OrderCreatedV1 const& v1) { return {static_cast<int>(v1.total * 100)}; }

template <>
inline constexpr auto annals::event_history<OrderCreated> =
#ifdef ANNALS_EXPECT_FAIL
    annals::history<OrderCreatedV1, OrderCreatedV1>;
#else
    annals::history<OrderCreatedV1, annals::NeverStored>;
#endif

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
