// SPDX-License-Identifier: MIT

#ifndef ORDERS_REVENUE_BY_DAY_HPP
#define ORDERS_REVENUE_BY_DAY_HPP

#include "order.hpp"
#include "sql_table.hpp"
#include "totals.hpp"
#include <annals/annals.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace orders {

/// What was sold less what came back, by the day of the event and the order's country.
class RevenueByDay {
public:
    static constexpr std::string_view name = "revenue_by_day";
    static constexpr std::string_view countries = "revenue_by_day_countries";
    static constexpr bool takes_subset = true;
    using events = Order;

    template <class Transaction>
    void prepare(std::int64_t generation, Transaction& transaction) {
        days_ = table_of(transaction, name, generation);
        countries_ = table_of(transaction, countries, generation);
        transaction.run(
            "CREATE TABLE IF NOT EXISTS " + days_ +
            " (day TEXT NOT NULL, country TEXT NOT NULL, lines BIGINT NOT NULL, revenue BIGINT NOT NULL, "
            "PRIMARY KEY (day, country))"
        );
        transaction.run(
            "CREATE TABLE IF NOT EXISTS " + countries_ + " (order_id TEXT PRIMARY KEY, country TEXT NOT NULL)"
        );
    }
    template <class Transaction>
    void serve(std::int64_t generation, Transaction& transaction) {
        transaction.run("DROP TABLE IF EXISTS " + table_of(transaction, name, generation - 1));
        transaction.run("DROP TABLE IF EXISTS " + table_of(transaction, countries, generation - 1));
    }

    template <class Transaction>
    void handle(OrderCreated const& e, annals::EventFacts const& at, Transaction& transaction) {
        transaction.queue("INSERT INTO " + countries_ + " VALUES ($1, $2)", at.aggregate_id(), e.country);
    }
    template <class Transaction>
    void handle(LineAdded const& e, annals::EventFacts const& at, Transaction& transaction) {
        add(transaction, at, e.quantity * e.unit_price);
    }
    template <class Transaction>
    void handle(LineReturned const& e, annals::EventFacts const& at, Transaction& transaction) {
        add(transaction, at, -std::int64_t{e.quantity} * e.unit_price);
    }

    template <class Reader>
    [[nodiscard]] static std::vector<DayRevenue> read(Reader& reader, std::int64_t generation) {
        std::vector<DayRevenue> days;
        auto rows = reader.query("SELECT day, country, lines, revenue FROM " + table_of(reader, name, generation));
        while (rows.next()) {
            days.push_back(
                {std::string{rows.text(0)}, std::string{rows.text(1)}, rows.integer(2), Money{rows.integer(3)}}
            );
        }
        return days;
    }

private:
    template <class Transaction>
    void add(Transaction& transaction, annals::EventFacts const& at, Money amount) {
        transaction.queue(
            "INSERT INTO " + days_ +
                " AS d (day, country, lines, revenue) SELECT CAST($1 AS TEXT), country, 1, "
                "CAST($2 AS BIGINT) FROM " +
                countries_ +
                " WHERE order_id = $3 ON CONFLICT (day, country) DO UPDATE SET "
                "lines = d.lines + 1, revenue = d.revenue + excluded.revenue",
            annals::to_text(at.timestamp).substr(0, 10),
            amount.millionths(),
            at.aggregate_id()
        );
    }

    std::string days_;
    std::string countries_;
};

/// The same in memory, for a fold.
class RevenueByDayMap {
public:
    static constexpr bool takes_subset = true;
    using events = Order;

    void handle(OrderCreated const& e, annals::EventFacts const& at) { countries_[at.aggregate_id()] = e.country; }
    void handle(LineAdded const& e, annals::EventFacts const& at) { add(at, e.quantity * e.unit_price); }
    void handle(LineReturned const& e, annals::EventFacts const& at) {
        add(at, -std::int64_t{e.quantity} * e.unit_price);
    }

    [[nodiscard]] std::vector<DayRevenue> read() const {
        std::vector<DayRevenue> days;
        for (auto const& [key, day] : days_) {
            days.push_back(day);
        }
        return days;
    }

private:
    void add(annals::EventFacts const& at, Money amount) {
        std::string const day = annals::to_text(at.timestamp).substr(0, 10);
        std::string const& country = countries_.at(at.aggregate_id());
        DayRevenue& sum = days_.try_emplace({day, country}, DayRevenue{day, country, 0, Money{}}).first->second;
        ++sum.lines;
        sum.revenue = sum.revenue + amount;
    }

    std::map<std::string, std::string> countries_;
    std::map<std::pair<std::string, std::string>, DayRevenue> days_;
};

} // namespace orders

#endif // ORDERS_REVENUE_BY_DAY_HPP
