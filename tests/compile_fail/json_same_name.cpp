// expect: annals: two events of this variant are stored under the same name: specialise

#include <annals/json.hpp>

#include <variant>

namespace sales {
struct Cancelled {};
} // namespace sales
namespace delivery {
struct Cancelled {};
} // namespace delivery

#ifndef ANNALS_EXPECT_FAIL
template <>
inline constexpr std::string_view annals::event_name<delivery::Cancelled> = "delivery-cancelled";
#endif

using OrderEvent = std::variant<sales::Cancelled, delivery::Cancelled>;

annals::EncodedPayload encode(OrderEvent const& event) { return annals::JsonCodec<OrderEvent>{}.encode(event); }
