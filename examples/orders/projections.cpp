// SPDX-License-Identifier: MIT

#include "projections.hpp"

#include "best_sellers.hpp"
#include "order_summary.hpp"
#include "read_model.hpp"
#include "revenue_by_day.hpp"
#include "table.hpp"

#include <iostream>
#include <stdexcept>
#include <string>

namespace orders {

namespace {

template <class P, class Store>
bool rebuild_if_named(Store& store, std::string const& name) {
    annals::ProjectionControl control{store};
    if (name != P::name || control.status(name).empty()) {
        return false;
    }
    // One that was not finished is gone on with.
    if (control.status(name).back().is_served) {
        control.rebuild(name);
    }
    bring_up_to_date<P>(store);
    std::cout << name << ": generation " << control.served_generation(name).value() << " is served\n";
    return true;
}

} // namespace

template <class Store>
void print_projections(Store& store) {
    using enum Table::Align;
    annals::ProjectionControl const control{store};
    auto const head = store.head().first();
    Table table{{left, right, left, right, right, right, left}};
    table.add({"projection", "generation", "state", "position", "to go", "dead letters", "failure"});
    table.add_rule();
    for (annals::ProjectionStatus const& status : control.list()) {
        auto const position = status.position.first();
        bool const is_over = status.state == annals::ProjectionState::retired;
        table.add({
            status.key.name,
            std::to_string(status.key.generation),
            std::string{annals::to_text(status.state)},
            with_thousands(position),
            is_over ? "" : with_thousands(head - position),
            std::to_string(control.dead_letters(status.key.name).size()),
            status.failure ? status.failure->reason : "",
        });
    }
    std::cout << table;
}

template <class Store>
void rebuild(Store& store, std::string const& name) {
    if (!rebuild_if_named<OrderSummary>(store, name) && !rebuild_if_named<RevenueByDay>(store, name) &&
        !rebuild_if_named<BestSellers>(store, name)) {
        throw std::domain_error{"there is no read model '" + name + "' in this store"};
    }
}

/// Memory keeps none.
template <>
void rebuild(MemoryStore&, std::string const& name) {
    throw std::domain_error{"there is no read model '" + name + "' in this store"};
}

template void print_projections(MemoryStore&);
template void print_projections(SqliteStore&);
template void print_projections(PostgresStore&);
template void rebuild(SqliteStore&, std::string const&);
template void rebuild(PostgresStore&, std::string const&);

} // namespace orders
