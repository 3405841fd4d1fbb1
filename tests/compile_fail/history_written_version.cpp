// expect: annals: written_schema_version of this event is none

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <cstdint>
#include <variant>

struct OrderCreated {
    int cents{};
};
ANNALS_FIELDS(OrderCreated, cents)

template <>
inline constexpr auto annals::event_history<OrderCreated> = annals::history<annals::NeverStored>;
#ifdef ANNALS_EXPECT_FAIL
template <>
inline constexpr std::int32_t annals::written_schema_version<OrderCreated> = 1;
#endif

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
