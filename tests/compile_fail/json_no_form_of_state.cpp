// expect: annals: no JSON form for this event or state: add ANNALS_FIELDS

#include <annals/json.hpp>

#include <optional>

struct OrderState {
    int items = 0;
};
#ifndef ANNALS_EXPECT_FAIL
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderState, items)
#endif

std::optional<OrderState> there_and_back(OrderState const& state) {
    annals::JsonSnapshotCodec<OrderState> const codec;
    return codec.decode(codec.encode(state));
}
