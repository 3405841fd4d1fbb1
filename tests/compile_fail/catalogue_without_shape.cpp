// expect: annals: the catalogue does not know the JSON of this type: list its fields with ANNALS_FIELDS

#include <annals/json.hpp>
#include <annals/json/catalogue.hpp>

#include <variant>

struct OrderShipped {
    int boxes = 0;
};
#ifdef ANNALS_EXPECT_FAIL
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderShipped, boxes)
#else
ANNALS_FIELDS(OrderShipped, boxes)
#endif

void check() { annals::check_catalogue<std::variant<OrderShipped>>("events.json"); }
