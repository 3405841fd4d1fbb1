// SPDX-License-Identifier: MIT

#include "catalogue.hpp"

#include "events.hpp"
#include <annals/json/catalogue.hpp>

#include <iostream>
#include <string>

namespace orders {

void write_catalogue(std::string const& file) {
    annals::write_catalogue<OrderEvent>(file);
    std::cout << "the catalogue is up to date\n";
}

} // namespace orders
