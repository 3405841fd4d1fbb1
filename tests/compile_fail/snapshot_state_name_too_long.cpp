// expect: annals: the name of a state has at most 238 bytes, as its fingerprint stands behind it

#include <annals/json.hpp>

#include <array>
#include <optional>
#include <string_view>

struct OrderState {
    int items = 0;
};
ANNALS_FIELDS(OrderState, items)

#ifdef ANNALS_EXPECT_FAIL
inline constexpr std::size_t size = 239;
#else
inline constexpr std::size_t size = 238;
#endif
inline constexpr auto long_name = [] {
    std::array<char, size> name{};
    name.fill('n');
    return name;
}();
template <>
inline constexpr std::string_view annals::event_name<OrderState>{long_name.data(), long_name.size()};

std::optional<OrderState> there_and_back(OrderState const& state) {
    annals::JsonSnapshotCodec<OrderState> const codec;
    return codec.decode(codec.encode(state));
}
