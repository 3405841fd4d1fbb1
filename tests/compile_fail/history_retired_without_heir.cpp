// expect: annals: a retired event leads nowhere: write `To upcast

#include <annals/json.hpp>

#include <variant>
#include <vector>

struct OrderCreated {};
struct OrderPlaced {};
using OrderEvent = std::variant<OrderCreated>;

#ifndef ANNALS_EXPECT_FAIL
std::vector<OrderEvent> upcast(OrderPlaced const&) { return {}; }
#endif

template <>
inline constexpr auto annals::retired_events<OrderEvent> = annals::history<OrderPlaced>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
