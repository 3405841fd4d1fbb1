// SPDX-License-Identifier: MIT
// Orders in PostgreSQL: an event and a row of your own table, committed together.
//
//     postgres_quickstart "host=127.0.0.1 dbname=shop user=me"

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/postgres.hpp>

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

struct OrderCreated {
    std::string customer;
};
struct OrderShipped {
    std::string tracking_number;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderCreated, customer)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderShipped, tracking_number)
using OrderEvent = std::variant<OrderCreated, OrderShipped>;

class Order final : public annals::Aggregate<std::string, OrderEvent> {
public:
    using Aggregate::Aggregate;

    void create(std::string customer) { raise_event(OrderCreated{std::move(customer)}); }
    void ship(std::string tracking_number) {
        if (is_shipped_) {
            throw std::domain_error{"the order is shipped already"};
        }
        raise_event(OrderShipped{std::move(tracking_number)});
    }

private:
    void apply_event(OrderCreated const&) override {}
    void apply_event(OrderShipped const&) override { is_shipped_ = true; }

    bool is_shipped_ = false;
};

int main(int argc, char** argv) try {
    // Anything that libpq understands: TLS, several hosts, a service file, or nothing and the PG... variables.
    annals::PostgresEventStore store{argc > 1 ? argv[1] : ""};
    auto orders = annals::repository_for<Order>(store);

    std::string const id = annals::to_text(annals::new_event_id()); // so that it can be run again
    orders.transact(id, [](Order& order) { order.create("customer-456"); });

    auto const ship = [&](std::string const& tracking_number) {
        store.transact([&](annals::postgres::Transaction& transaction) {
            transaction.run(
                "CREATE TABLE IF NOT EXISTS public.parcels (tracking_number text PRIMARY KEY, order_id text)"
            );
            transaction.run("INSERT INTO public.parcels VALUES ($1, $2)", tracking_number, id);
            annals::repository_for<Order>(transaction).transact(id, [&](Order& order) { order.ship(tracking_number); });
        });
    };
    ship("TRK-1 of " + id);
    try {
        ship("TRK-2 of " + id); // refused, so this parcel's row is not kept either
    } catch (std::domain_error const& error) {
        std::cout << "refused: " << error.what() << '\n';
    }

    store.transact([&](annals::postgres::Transaction& transaction) {
        auto parcels = transaction.query("SELECT count(*) FROM public.parcels WHERE order_id = $1", id);
        if (parcels.next()) {
            std::cout << "parcels: " << parcels.integer(0) << '\n';
        }
    });
    std::cout << "version: " << store.stream_version({"Order", id}).value() << '\n';
} catch (std::exception const& error) {
    std::cerr << error.what() << '\n';
    return 1;
}
