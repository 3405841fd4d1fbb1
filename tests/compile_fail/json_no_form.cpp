// expect: annals: no JSON form for this event or state: add ANNALS_FIELDS

#include <annals/json.hpp>

#include <string>
#include <variant>

struct OrderShipped {
    std::string carrier;
};
#ifndef ANNALS_EXPECT_FAIL
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderShipped, carrier)
#endif
struct OrderCancelled {};

using OrderEvent = std::variant<OrderShipped, OrderCancelled>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
