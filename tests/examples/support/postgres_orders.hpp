// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_EXAMPLES_SUPPORT_POSTGRES_ORDERS_HPP
#define ANNALS_TESTS_EXAMPLES_SUPPORT_POSTGRES_ORDERS_HPP

#include <tests/examples/support/orders_program.hpp>
#include <tests/postgres/server.hpp>

#include <string>
#include <vector>

namespace examples {

/// The program with a database of its own on the shared server.
class PostgresOrders {
public:
    PostgresOrders() { annals_tests::Session{annals_tests::shared_conninfo()}.run("CREATE DATABASE " + database_); }
    PostgresOrders(PostgresOrders const&) = delete;
    PostgresOrders& operator=(PostgresOrders const&) = delete;
    ~PostgresOrders() {
        annals_tests::Session{annals_tests::shared_conninfo()}.run("DROP DATABASE " + database_ + " WITH (FORCE)");
    }

    // The last of two settings counts.
    [[nodiscard]] std::string conninfo() const { return annals_tests::shared_conninfo() + " dbname=" + database_; }

    [[nodiscard]] std::vector<std::string> command(std::vector<std::string> const& arguments) const {
        return words({ANNALS_ORDERS, "--store", "postgres:" + conninfo()}, arguments);
    }
    [[nodiscard]] Outcome run(std::vector<std::string> const& arguments) const {
        return Program{command(arguments)}.wait();
    }

private:
    std::string database_ = annals_tests::unique_schema();
};

} // namespace examples

#endif // ANNALS_TESTS_EXAMPLES_SUPPORT_POSTGRES_ORDERS_HPP
