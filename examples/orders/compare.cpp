// SPDX-License-Identifier: MIT

#include "compare.hpp"

#include <annals/json/difference.hpp>

#include <iostream>
#include <stdexcept>
#include <string>

namespace orders {

template <class Store>
void print_changes(Store& store, std::string const& id, annals::Version from, annals::Version to) {
    auto const orders = orders_in(store);
    if (!orders.exists(id)) {
        throw std::domain_error{"there is no order " + id};
    }
    auto const changes = annals::changes_between(orders, id, from, to);
    for (annals::Difference const& change : changes) {
        std::cout << printable(annals::to_text(change)) << '\n';
    }
    if (changes.empty()) {
        std::cout << "nothing has changed\n";
    }
}

template void print_changes(MemoryStore&, std::string const&, annals::Version, annals::Version);
template void print_changes(SqliteStore&, std::string const&, annals::Version, annals::Version);
template void print_changes(PostgresStore&, std::string const&, annals::Version, annals::Version);

} // namespace orders
