// expect: annals: versions of this event have no step: list them in event_history

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <cstdint>
#include <variant>

struct OrderCreated {
    int cents{};
};
ANNALS_FIELDS(OrderCreated, cents)

template <>
#ifdef ANNALS_EXPECT_FAIL
inline constexpr std::int32_t annals::event_schema_version<OrderCreated> = 3;
#else
inline constexpr auto annals::event_history<OrderCreated> = annals::history<annals::NeverStored, annals::NeverStored>;
#endif

using OrderEvent = std::variant<OrderCreated>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
