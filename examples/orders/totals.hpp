// SPDX-License-Identifier: MIT

#ifndef ORDERS_TOTALS_HPP
#define ORDERS_TOTALS_HPP

#include "money.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace orders {

// What the reports say.

struct Totals {
    std::int64_t lines = 0;
    std::int64_t orders = 0; ///< credit notes and adjustments too
    std::int64_t credit_notes = 0;
    std::int64_t customers = 0; ///< different ones that are known
    Money revenue;
};

struct Report {
    Totals all;
    std::map<std::string, Totals> by_country;
};

struct DayRevenue {
    std::string day; ///< 2010-12-01
    std::string country;
    std::int64_t lines = 0;
    Money revenue;
};

struct ProductSales {
    std::string stock_code;
    std::string description;
    std::int64_t quantity = 0; ///< below 0 if more came back
    Money revenue;
};

} // namespace orders

#endif // ORDERS_TOTALS_HPP
