// expect: annals: this type has no stable name of 1 to 255 bytes to be stored under

#include <annals/json.hpp>

#include <variant>

template <class Unit>
struct Cancelled {};

#ifndef ANNALS_EXPECT_FAIL
template <>
inline constexpr std::string_view annals::event_name<Cancelled<int>> = "cancelled";
#endif

using OrderEvent = std::variant<Cancelled<int>>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
