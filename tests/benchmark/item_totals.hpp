// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_BENCHMARK_ITEM_TOTALS_HPP
#define ANNALS_TESTS_BENCHMARK_ITEM_TOTALS_HPP

#include <annals/event_facts.hpp>
#include <tests/benchmark/orders.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace annals_benchmark {

/// The statement of one event: how many of a product were ordered. By SQLite and PostgreSQL alike.
[[nodiscard]] inline std::string item_upsert(std::string const& table) {
    return "INSERT INTO " + table + " AS line (product_id, quantity) VALUES ($1, $2) ON CONFLICT (product_id) " +
           "DO UPDATE SET quantity = line.quantity + excluded.quantity";
}

[[nodiscard]] inline std::string item_table(std::string const& table) {
    return "CREATE TABLE IF NOT EXISTS " + table + " (product_id TEXT PRIMARY KEY, quantity BIGINT NOT NULL)";
}

/// What was ordered of each product, in a table beside the events.
struct ItemTotals {
    static constexpr std::string_view name = "item_totals";
    using events = std::variant<OrderItemAdded>;

    std::string table;
    std::function<void(annals::Position)> seen = nullptr; ///< called when what an event changes has been changed

    template <class Transaction>
    void prepare(std::int64_t, Transaction& transaction) {
        transaction.run(item_table(table));
        upsert = item_upsert(table);
    }
    template <class Transaction>
    void handle(OrderItemAdded const& item, annals::EventFacts const& at, Transaction& transaction) {
        transaction.queue(upsert, item.product_id, std::int64_t{item.quantity});
        if (seen) {
            transaction.flush();
            seen(at.position);
        }
    }

    std::string upsert{};
};

} // namespace annals_benchmark

#endif // ANNALS_TESTS_BENCHMARK_ITEM_TOTALS_HPP
