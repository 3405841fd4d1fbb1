// expect: annals: ANNALS_FIELDS names a field twice

#include <annals/json.hpp>
#include <annals/json/fields.hpp>

#include <string>

struct OrderCreated {
    std::string customer_id;
    int lines = 0;
};
#ifdef ANNALS_EXPECT_FAIL
ANNALS_FIELDS(OrderCreated, customer_id, customer_id)
#else
ANNALS_FIELDS(OrderCreated, customer_id, lines)
#endif
