// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_EXAMPLES_SUPPORT_ORDERS_PROGRAM_HPP
#define ANNALS_TESTS_EXAMPLES_SUPPORT_ORDERS_PROGRAM_HPP

#include <tests/examples/support/program.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace examples {

inline constexpr std::string_view header =
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n";

/// The program `orders` with an SQLite store, and files, of its own.
class OrdersProgram {
public:
    /// Runs it with these arguments behind `--store`.
    [[nodiscard]] Outcome run(std::vector<std::string> const& arguments) const {
        return Program{command(arguments)}.wait();
    }

    /// What it takes to start it, without waiting for it.
    [[nodiscard]] std::vector<std::string> command(std::vector<std::string> const& arguments) const {
        std::vector<std::string> command{ANNALS_ORDERS, "--store", "sqlite:" + store()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return command;
    }

    [[nodiscard]] std::string store() const { return directory_.file("orders.db"); }

    void remove_store() const {
        for (char const* const suffix : {"", "-wal", "-shm"}) {
            std::filesystem::remove(store() + suffix);
        }
    }

    /// Writes a CSV file: the header and these lines.
    /// @returns its path
    std::string csv(std::string_view name, std::string_view lines) const {
        std::string const path = directory_.file(name);
        std::ofstream{path, std::ios::binary} << header << lines;
        return path;
    }

    [[nodiscard]] std::string file(std::string_view name) const { return directory_.file(name); }

private:
    reliability::TempDirectory directory_;
};

/// The program with the store in memory.
[[nodiscard]] inline Outcome run_in_memory(std::vector<std::string> const& arguments) {
    std::vector<std::string> command{ANNALS_ORDERS, "--store", "memory"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return Program{command}.wait();
}

/// A command line of several parts: `words({"import"}, files, {"report", "--json"})`.
template <class... Parts>
[[nodiscard]] std::vector<std::string> words(std::vector<std::string> first, Parts const&... others) {
    (first.insert(first.end(), others.begin(), others.end()), ...);
    return first;
}

} // namespace examples

#endif // ANNALS_TESTS_EXAMPLES_SUPPORT_ORDERS_PROGRAM_HPP
