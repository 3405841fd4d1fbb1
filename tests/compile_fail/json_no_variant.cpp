// expect: annals: JsonCodec is for a std::variant of event structs, as in std::variant<Order

#include <annals/json.hpp>

#include <variant>

struct OrderCancelled {};

#ifdef ANNALS_EXPECT_FAIL
using OrderEvent = OrderCancelled;
#else
using OrderEvent = std::variant<OrderCancelled>;
#endif

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
OrderEvent decode(annals::SourcedEvent<annals::EncodedPayload> const& stored) {
    return annals::JsonCodec<OrderEvent>{}.decode(stored);
}
