// SPDX-License-Identifier: MIT

#include "report.hpp"

#include "overloaded.hpp"
#include "table.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace orders {

namespace {

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

/// The read model in SQLite: one row an order.
class OrderTable {
public:
    static void create(annals::sqlite::Transaction& transaction) {
        transaction.execute(R"(
            CREATE TABLE IF NOT EXISTS order_report (
                order_id TEXT    PRIMARY KEY,
                kind     TEXT    NOT NULL,
                customer TEXT    NOT NULL,
                country  TEXT    NOT NULL,
                lines    INTEGER NOT NULL,
                revenue  INTEGER NOT NULL -- in millionths
            ) STRICT, WITHOUT ROWID)");
    }

    void handle(annals::SourcedEvent<OrderEvent> const& event, annals::sqlite::Transaction& transaction) {
        std::string const& id = event.aggregate_id();
        auto const add_line = [&](Money amount) {
            transaction.run(
                "UPDATE order_report SET lines = lines + 1, revenue = revenue + ?2 WHERE order_id = ?1",
                id,
                amount.millionths()
            );
        };
        std::visit(
            Overloaded{
                [&](OrderCreated const& e) {
                    transaction.run(
                        "INSERT INTO order_report VALUES (?1, ?2, ?3, ?4, 0, 0)",
                        id,
                        to_text(e.kind),
                        e.customer,
                        e.country
                    );
                },
                [&](LineAdded const& e) { add_line(e.quantity * e.unit_price); },
                [&](LineReturned const& e) { add_line(-std::int64_t{e.quantity} * e.unit_price); },
                [](OrderShipped const&) {},
            },
            event.payload
        );
    }

    static Report report(annals::sqlite::Transaction& transaction) {
        Report report;
        // sum() of integers is exact, and fails rather than become a floating-point number.
        auto all = transaction.query(
            "SELECT sum(lines), count(*), sum(kind = 'credit note'), count(DISTINCT nullif(customer, '')), "
            "sum(revenue) FROM order_report"
        );
        if (all.next()) {
            report.all = totals(all);
        }
        auto countries = transaction.query(
            "SELECT sum(lines), count(*), sum(kind = 'credit note'), count(DISTINCT nullif(customer, '')), "
            "sum(revenue), country FROM order_report GROUP BY country"
        );
        while (countries.next()) {
            report.by_country.emplace(countries.text(5), totals(countries));
        }
        return report;
    }

private:
    static Totals totals(annals::sqlite::Rows const& rows) {
        return {rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3), Money{rows.integer(4)}};
    }
};

/// The same in memory.
class OrderMap {
public:
    void handle(annals::SourcedEvent<OrderEvent> const& event) {
        Row& row = rows_[event.aggregate_id()];
        auto const add_line = [&](Money amount) {
            row.revenue = row.revenue + amount;
            ++row.lines;
        };
        std::visit(
            Overloaded{
                [&](OrderCreated const& e) { row.created = e; },
                [&](LineAdded const& e) { add_line(e.quantity * e.unit_price); },
                [&](LineReturned const& e) { add_line(-std::int64_t{e.quantity} * e.unit_price); },
                [](OrderShipped const&) {},
            },
            event.payload
        );
    }

    [[nodiscard]] Report report() const {
        Report report;
        std::set<std::string> customers;
        std::set<std::pair<std::string, std::string>> customers_by_country;
        for (auto const& [id, row] : rows_) {
            auto const& [kind, customer, country] = row.created;
            Totals& here = report.by_country[country];
            for (Totals* const totals : {&report.all, &here}) {
                totals->lines += row.lines;
                totals->orders += 1;
                totals->credit_notes += kind == OrderKind::credit_note ? 1 : 0;
                totals->revenue = totals->revenue + row.revenue;
            }
            if (!customer.empty()) {
                report.all.customers += customers.insert(customer).second ? 1 : 0;
                here.customers += customers_by_country.emplace(country, customer).second ? 1 : 0;
            }
        }
        return report;
    }

private:
    struct Row {
        OrderCreated created;
        std::int64_t lines = 0;
        Money revenue;
    };
    std::map<std::string, Row> rows_;
};

[[nodiscard]] Report report_on(SqliteStore& store) {
    store.transact(OrderTable::create);
    OrderTable table;
    annals::sqlite::project<OrderEvent>(store, "order-report", table, 1'000);
    return store.transact(OrderTable::report);
}

/// The other stores fold all orders anew.
template <class Store>
[[nodiscard]] Report report_on(Store const& store) {
    OrderMap map;
    annals::project<OrderEvent>(store, map);
    return map.report();
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

} // namespace

template <class Store>
void print_report(Store& store, bool as_json) {
    Report const report = report_on(store);
    as_json ? print_json(report) : print_table(report);
}

template void print_report(MemoryStore&, bool);
template void print_report(SqliteStore&, bool);
template void print_report(PostgresStore&, bool);

} // namespace orders
