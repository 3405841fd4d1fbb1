// SPDX-License-Identifier: MIT

#include "report.hpp"

#include "best_sellers.hpp"
#include "order_summary.hpp"
#include "read_model.hpp"
#include "revenue_by_day.hpp"
#include "table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace orders {

namespace {

/// What a read model says: over memory folded anew, in a database kept and brought up to date.
template <class Kept, class Folded>
[[nodiscard]] auto read_model(MemoryStore& store) {
    Folded folded;
    annals::project(store, folded);
    return folded.read();
}
template <class Kept, class Folded, class Store>
[[nodiscard]] auto read_model(Store& store) {
    return read_up_to_date<Kept>(store, [](auto& reader, std::int64_t generation) {
        return Kept::read(reader, generation);
    });
}

void add_to_json(nlohmann::ordered_json& json, Totals const& totals) {
    json["lines"] = totals.lines;
    json["orders"] = totals.orders;
    json["credit_notes"] = totals.credit_notes;
    json["customers"] = totals.customers;
    json["revenue"] = to_text(totals.revenue);
}

void print_json(Report const& report) {
    nlohmann::ordered_json json;
    add_to_json(json, report.all);
    json["countries"] = report.by_country.size();
    json["by_country"] = nlohmann::ordered_json::object();
    for (auto const& [country, totals] : report.by_country) {
        add_to_json(json["by_country"][country], totals);
    }
    std::cout << json.dump(2) << '\n';
}

void print_table(Report const& report) {
    using enum Table::Align;
    std::vector<std::pair<std::string, Totals>> countries{report.by_country.begin(), report.by_country.end()};
    std::sort(countries.begin(), countries.end(), [](auto const& a, auto const& b) {
        return std::tie(b.second.revenue, a.first) < std::tie(a.second.revenue, b.first);
    });
    Table table{{left, right, right, right, right, right}};
    auto const add = [&table](std::string const& name, Totals const& totals) {
        table.add({
            name,
            with_thousands(totals.lines),
            with_thousands(totals.orders),
            with_thousands(totals.credit_notes),
            with_thousands(totals.customers),
            with_thousands(to_text(totals.revenue)),
        });
    };
    table.add({"country", "lines", "orders", "credit notes", "customers", "revenue"});
    table.add_rule();
    for (auto const& [country, totals] : countries) {
        add(country, totals);
    }
    table.add_rule();
    add(std::to_string(countries.size()) + " countries", report.all);
    std::cout << table;
}

void print(std::vector<DayRevenue> days) {
    using enum Table::Align;
    std::sort(days.begin(), days.end(), [](DayRevenue const& a, DayRevenue const& b) {
        return std::tie(a.day, a.country) < std::tie(b.day, b.country);
    });
    Table table{{left, left, right, right}};
    table.add({"day", "country", "lines", "revenue"});
    table.add_rule();
    for (DayRevenue const& day : days) {
        table.add({day.day, day.country, with_thousands(day.lines), with_thousands(to_text(day.revenue))});
    }
    std::cout << table;
}

void print(std::vector<ProductSales> products) {
    using enum Table::Align;
    constexpr std::size_t shown = 20;
    std::sort(products.begin(), products.end(), [](ProductSales const& a, ProductSales const& b) {
        return std::tie(b.revenue, a.stock_code) < std::tie(a.revenue, b.stock_code);
    });
    Table table{{left, left, right, right}};
    table.add({"stock code", "description", "quantity", "revenue"});
    table.add_rule();
    for (std::size_t i = 0; i < products.size() && i < shown; ++i) {
        ProductSales const& product = products[i];
        table.add({
            product.stock_code,
            product.description,
            with_thousands(product.quantity),
            with_thousands(to_text(product.revenue)),
        });
    }
    std::cout << table;
}

} // namespace

template <class Store>
void print_report(Store& store, bool as_json) {
    Report const report = read_model<OrderSummary, OrderSummaryMap>(store);
    as_json ? print_json(report) : print_table(report);
}

template <class Store>
void print_days(Store& store) {
    print(read_model<RevenueByDay, RevenueByDayMap>(store));
}

template <class Store>
void print_best_sellers(Store& store) {
    print(read_model<BestSellers, BestSellersMap>(store));
}

template void print_report(MemoryStore&, bool);
template void print_days(MemoryStore&);
template void print_best_sellers(MemoryStore&);
template void print_report(SqliteStore&, bool);
template void print_days(SqliteStore&);
template void print_best_sellers(SqliteStore&);
template void print_report(PostgresStore&, bool);
template void print_days(PostgresStore&);
template void print_best_sellers(PostgresStore&);

} // namespace orders
