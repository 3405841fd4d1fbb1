// expect: annals: this event or state can be written as JSON but not read: give it from_json

#include <annals/json.hpp>

#include <string>
#include <variant>

struct OrderShipped {
    std::string carrier;

#ifdef ANNALS_EXPECT_FAIL
    explicit OrderShipped(std::string by) : carrier{std::move(by)} {}
#endif
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderShipped, carrier)

using OrderEvent = std::variant<OrderShipped>;

OrderEvent decode(annals::SourcedEvent<annals::EncodedPayload> const& stored) {
    return annals::JsonCodec<OrderEvent>{}.decode(stored);
}
