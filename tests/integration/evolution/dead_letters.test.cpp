// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/support/order_releases.hpp>

#include <chrono>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

// Events that could not be read were put aside by their position alone: once the code can read them, so it does.

using namespace releases;
using namespace std::chrono_literals;

namespace {

/// As long as nobody has written down how items looked before.
struct ItemAdded {
    std::int32_t quantity{};
};
ANNALS_FIELDS(ItemAdded, quantity)

template <class Added>
struct Items {
    static constexpr std::string_view name = "items";
    using events = std::variant<Added>;

    std::multiset<std::int32_t>* seen;
    void handle(Added const& event) const { seen->insert(event.quantity); }
};

template <class Store>
void append(Store& store, annals::EncodedPayload payload) {
    annals::NewEvent<annals::EncodedPayload> const event{annals::new_event_id(), {}, {}, std::move(payload)};
    store.append({"Order", "o-1"}, annals::ExpectedVersion::any(), std::span{&event, 1});
}

template <class Place>
void check_letters() {
    Place const place;
    auto store = place.store();
    append(store, {"ItemAdded", 1, R"({"quantity":1})"});
    append(store, {"ItemAdded", 1, R"({"count":2})"});
    append(store, {"ItemAdded", 1, R"({"quantity":3})"});
    append(store, {"ItemAdded", 2, R"({"quantity":4})"});
    annals::ProjectionOptions const putting_aside{
        .on_poison = annals::PoisonPolicy::put_aside, .attempts = 1, .first_wait = 1ms
    };
    std::multiset<std::int32_t> seen;
    annals::ProjectionRunner{store, Items<ItemAdded>{&seen}, putting_aside}.catch_up();
    annals::ProjectionControl control{store};
    CHECK(seen == std::multiset<std::int32_t>{1, 3});
    REQUIRE(control.dead_letters("items").size() == 2);

    // Now they have, and the next version is known as well.
    Items<third::ItemAdded> deployed{&seen};
    CHECK(control.replay_dead_letters(deployed) == 2);
    CHECK(seen == std::multiset<std::int32_t>{1, 2, 3, 4});
    CHECK(control.dead_letters("items").empty());
}

} // namespace

TEST_CASE("evolution: dead letters are read by the code of the day", "[sqlite]") {
    check_letters<projections::SqlitePlace>();
}

TEST_CASE("postgres: evolution: dead letters are read by the code of the day") {
    check_letters<projections::PostgresPlace>();
}
