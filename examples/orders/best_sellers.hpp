// SPDX-License-Identifier: MIT

#ifndef ORDERS_BEST_SELLERS_HPP
#define ORDERS_BEST_SELLERS_HPP

#include "order.hpp"
#include "sql_table.hpp"
#include "totals.hpp"
#include <annals/annals.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace orders {

/// How much of each product was sold less what came back, under the name that it last had.
class BestSellers {
public:
    static constexpr std::string_view name = "best_sellers";
    static constexpr bool takes_subset = true;
    using events = Order;

    template <class Transaction>
    void prepare(std::int64_t generation, Transaction& transaction) {
        table_ = table_of(transaction, name, generation);
        transaction.run(
            "CREATE TABLE IF NOT EXISTS " + table_ +
            " (stock_code TEXT PRIMARY KEY, description TEXT NOT NULL, quantity BIGINT NOT NULL, "
            "revenue BIGINT NOT NULL)"
        );
    }
    template <class Transaction>
    void serve(std::int64_t generation, Transaction& transaction) {
        transaction.run("DROP TABLE IF EXISTS " + table_of(transaction, name, generation - 1));
    }

    template <class Transaction>
    void handle(LineAdded const& e, annals::EventFacts const&, Transaction& transaction) {
        add(transaction, e, e.quantity);
    }
    template <class Transaction>
    void handle(LineReturned const& e, annals::EventFacts const&, Transaction& transaction) {
        add(transaction, e, -std::int64_t{e.quantity});
    }

    template <class Reader>
    [[nodiscard]] static std::vector<ProductSales> read(Reader& reader, std::int64_t generation) {
        std::vector<ProductSales> products;
        auto rows = reader.query(
            "SELECT stock_code, description, quantity, revenue FROM " + table_of(reader, name, generation)
        );
        while (rows.next()) {
            products.push_back(
                {std::string{rows.text(0)}, std::string{rows.text(1)}, rows.integer(2), Money{rows.integer(3)}}
            );
        }
        return products;
    }

private:
    template <class Transaction, class Line>
    void add(Transaction& transaction, Line const& line, std::int64_t quantity) {
        transaction.queue(
            "INSERT INTO " + table_ +
                " AS s (stock_code, description, quantity, revenue) VALUES ($1, $2, $3, $4) "
                "ON CONFLICT (stock_code) DO UPDATE SET "
                "description = CASE excluded.description WHEN '' THEN s.description ELSE excluded.description END, "
                "quantity = s.quantity + excluded.quantity, revenue = s.revenue + excluded.revenue",
            line.stock_code,
            line.description,
            quantity,
            (quantity * line.unit_price).millionths()
        );
    }

    std::string table_;
};

/// The same in memory, for a fold.
class BestSellersMap {
public:
    static constexpr bool takes_subset = true;
    using events = Order;

    void handle(LineAdded const& e) { add(e, e.quantity); }
    void handle(LineReturned const& e) { add(e, -std::int64_t{e.quantity}); }

    [[nodiscard]] std::vector<ProductSales> read() const {
        std::vector<ProductSales> products;
        for (auto const& [code, product] : products_) {
            products.push_back(product);
        }
        return products;
    }

private:
    template <class Line>
    void add(Line const& line, std::int64_t quantity) {
        ProductSales& product = products_[line.stock_code];
        product.stock_code = line.stock_code;
        product.description = line.description.empty() ? product.description : line.description;
        product.quantity += quantity;
        product.revenue = product.revenue + quantity * line.unit_price;
    }

    std::map<std::string, ProductSales> products_;
};

} // namespace orders

#endif // ORDERS_BEST_SELLERS_HPP
