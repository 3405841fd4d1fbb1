// SPDX-License-Identifier: MIT

#ifndef ORDERS_ORDER_SUMMARY_HPP
#define ORDERS_ORDER_SUMMARY_HPP

#include "order.hpp"
#include "sql_table.hpp"
#include "totals.hpp"
#include <annals/annals.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace orders {

/// One row an order.
class OrderSummary {
public:
    static constexpr std::string_view name = "order_summary";
    using events = Order;

    template <class Transaction>
    void prepare(std::int64_t generation, Transaction& transaction) {
        table_ = table_of(transaction, name, generation);
        transaction.run(
            "CREATE TABLE IF NOT EXISTS " + table_ +
            " (order_id TEXT PRIMARY KEY, kind TEXT NOT NULL, customer TEXT NOT NULL, country TEXT NOT NULL, "
            "status TEXT NOT NULL, lines BIGINT NOT NULL, revenue BIGINT NOT NULL)"
        );
    }
    template <class Transaction>
    void serve(std::int64_t generation, Transaction& transaction) {
        transaction.run("DROP TABLE IF EXISTS " + table_of(transaction, name, generation - 1));
    }

    template <class Transaction>
    void handle(OrderCreated const& e, annals::EventFacts const& at, Transaction& transaction) {
        transaction.queue(
            "INSERT INTO " + table_ + " VALUES ($1, $2, $3, $4, 'open', 0, 0)",
            at.aggregate_id(),
            to_text(e.kind),
            e.customer,
            e.country
        );
    }
    template <class Transaction>
    void handle(LineAdded const& e, annals::EventFacts const& at, Transaction& transaction) {
        add(transaction, at, e.quantity * e.unit_price);
    }
    template <class Transaction>
    void handle(LineReturned const& e, annals::EventFacts const& at, Transaction& transaction) {
        add(transaction, at, -std::int64_t{e.quantity} * e.unit_price);
    }
    template <class Transaction>
    void handle(OrderShipped const&, annals::EventFacts const& at, Transaction& transaction) {
        transaction.queue("UPDATE " + table_ + " SET status = 'shipped' WHERE order_id = $1", at.aggregate_id());
    }

    /// The totals of all orders, and of each country.
    template <class Reader>
    [[nodiscard]] static Report read(Reader& reader, std::int64_t generation) {
        // The sum of integers is exact, and fails rather than become a floating-point number.
        std::string const select = "SELECT coalesce(sum(lines), 0), count(*), count(*) FILTER (WHERE kind = 'credit "
                                   "note'), count(DISTINCT nullif(customer, '')), coalesce(sum(revenue), 0)";
        std::string const from = " FROM " + table_of(reader, name, generation);
        Report report;
        auto all = reader.query(select + from);
        if (all.next()) {
            report.all = totals(all);
        }
        auto countries = reader.query(select + ", country" + from + " GROUP BY country");
        while (countries.next()) {
            report.by_country.emplace(countries.text(5), totals(countries));
        }
        return report;
    }

private:
    template <class Transaction>
    void add(Transaction& transaction, annals::EventFacts const& at, Money amount) {
        transaction.queue(
            "UPDATE " + table_ + " SET lines = lines + 1, revenue = revenue + $1 WHERE order_id = $2",
            amount.millionths(),
            at.aggregate_id()
        );
    }

    template <class Rows>
    [[nodiscard]] static Totals totals(Rows const& rows) {
        return {rows.integer(0), rows.integer(1), rows.integer(2), rows.integer(3), Money{rows.integer(4)}};
    }

    std::string table_;
};

/// The same in memory, for a fold.
class OrderSummaryMap {
public:
    using events = Order;

    void handle(OrderCreated const& e, annals::EventFacts const& at) { rows_[at.aggregate_id()].created = e; }
    void handle(LineAdded const& e, annals::EventFacts const& at) { add(at, e.quantity * e.unit_price); }
    void handle(LineReturned const& e, annals::EventFacts const& at) {
        add(at, -std::int64_t{e.quantity} * e.unit_price);
    }
    void handle(OrderShipped const&) {}

    [[nodiscard]] Report read() const {
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

    void add(annals::EventFacts const& at, Money amount) {
        Row& row = rows_[at.aggregate_id()];
        row.revenue = row.revenue + amount;
        ++row.lines;
    }

    std::map<std::string, Row> rows_;
};

} // namespace orders

#endif // ORDERS_ORDER_SUMMARY_HPP
