// expect: annals: schema versions count from 1: correct event_schema_version

#include <annals/json.hpp>

#include <cstdint>
#include <variant>

struct OrderCancelled {};

#ifdef ANNALS_EXPECT_FAIL
template <>
inline constexpr std::int32_t annals::event_schema_version<OrderCancelled> = 0;
#endif

using OrderEvent = std::variant<OrderCancelled>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
