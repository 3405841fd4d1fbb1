// expect: annals: two events of this variant are stored under the same name

#include <annals/json.hpp>

#include <array>
#include <string_view>
#include <variant>

struct OrderCreated {};
struct OrderOpened {};

template <>
inline constexpr auto annals::event_aliases<OrderCreated> =
#ifdef ANNALS_EXPECT_FAIL
    std::array<std::string_view, 1>{"OrderOpened"};
#else
    std::array<std::string_view, 1>{"OrderBegun"};
#endif

using OrderEvent = std::variant<OrderCreated, OrderOpened>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
