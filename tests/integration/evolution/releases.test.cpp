// SPDX-License-Identifier: MIT

#include <annals/projection_runner.hpp>
#include <annals/repository.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/support/order_releases.hpp>

#include <string>
#include <utility>

// Releases of one application that work on one database at the same time, each with stores of its own.

using namespace releases;

namespace {

template <class Release, class Store>
class Process {
public:
    explicit Process(Store store) : store_{std::move(store)} {}

    template <class Command>
    OrderState run(std::string const& id, Command command) {
        return orders_.transact(id, command).state();
    }
    [[nodiscard]] OrderState read(std::string const& id) { return orders_.get_by_id(id).value().state(); }

private:
    Store store_;
    decltype(annals::repository_for<Order<Release>>(store_)) orders_{annals::repository_for<Order<Release>>(store_)};
};
template <class Release, class Store>
[[nodiscard]] Process<Release, Store> process(Store store) {
    return Process<Release, Store>{std::move(store)};
}

auto const create = [](auto& order) { order.create("ada", 12.5); };
auto const add = [](auto& order) { order.add(3); };
auto const ship = [](auto& order) { order.ship("DHL"); };

/// Counts items by the shapes of the third release.
struct ItemsSold {
    static constexpr std::string_view name = "items-sold";
    using events = Order<third::Release>::event_type;
    static constexpr bool takes_subset = true;

    std::int64_t* items;
    int* shipped;
    void handle(third::ItemAdded const& event) const { *items += event.quantity; }
    void handle(third::OrderShipped const&) const { ++*shipped; }
};

template <class Place>
void check_rolling_deployment() {
    Place const place;
    auto first = process<first::Release>(place.store());
    first.run("o-1", create);
    first.run("o-1", add);
    {
        // The second knows what is to come and writes as before, so that both read all of each other.
        auto second = process<second::Release>(place.store());
        CHECK(second.read("o-1") == OrderState{"ada", 12.5, "USD", 3, ""});
        second.run("o-1", add);
        CHECK(first.read("o-1") == OrderState{"ada", 12.5, "", 6, ""});
        first.run("o-1", add);
        second.run("o-2", create);
        first.run("o-2", add);
        second.run("o-2", ship);
        CHECK(first.read("o-2") == OrderState{"ada", 12.5, "", 3, "DHL"});
        CHECK(second.read("o-1") == OrderState{"ada", 12.5, "USD", 9, ""});
    }
    {
        // The third writes it, while the second is still there.
        auto second = process<second::Release>(place.store());
        auto third = process<third::Release>(place.store());
        third.run("o-3", create);
        second.run("o-3", add);
        third.run("o-3", add);
        second.run("o-1", ship);
        third.run("o-3", ship);
        for (std::string const id : {"o-1", "o-2", "o-3"}) {
            CHECK(second.read(id) == third.read(id));
        }
        CHECK(third.read("o-1") == OrderState{"ada", 12.5, "USD", 9, "DHL"});
        CHECK(third.read("o-3") == OrderState{"ada", 12.5, "EUR", 6, "DHL"});
    }
    // Why there is a second: what the third writes, the first cannot read.
    CHECK_THROWS_AS(first.read("o-3"), annals::DecodeError);
    CHECK(first.read("o-1").items == 9);

    std::int64_t items = 0;
    int shipped = 0;
    auto store = place.store();
    annals::ProjectionRunner{store, ItemsSold{&items, &shipped}}.catch_up();
    CHECK(items == 9 + 3 + 6);
    CHECK(shipped == 3); // under both names
}

} // namespace

TEST_CASE("evolution: three releases on one file", "[sqlite]") { check_rolling_deployment<projections::SqlitePlace>(); }

TEST_CASE("postgres: evolution: three releases on one database") {
    check_rolling_deployment<projections::PostgresPlace>();
}
