// SPDX-License-Identifier: MIT

#ifndef ORDERS_SQL_TABLE_HPP
#define ORDERS_SQL_TABLE_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace orders {

// The projections here are written once for SQLite and PostgreSQL: their handlers get the store's transaction. Each
// generation has tables of its own; those of the one before go when it is replaced. Amounts are in millionths.

/// The tables of one generation, `NAME_GENERATION`.
template <class Transaction>
[[nodiscard]] std::string table_of(Transaction& transaction, std::string_view name, std::int64_t generation) {
    return transaction.table(std::string{name} + '_' + std::to_string(generation));
}

} // namespace orders

#endif // ORDERS_SQL_TABLE_HPP
