// SPDX-License-Identifier: MIT

#ifndef ORDERS_INVOICE_FILE_HPP
#define ORDERS_INVOICE_FILE_HPP

#include "invoice_line.hpp"

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace orders {

/// A CSV file of invoice lines, read one line at a time.
class InvoiceFile {
public:
    /// What stands in one place of the file: a line, or a fault.
    struct Entry {
        std::string place; ///< `file:line`
        InvoiceLine line;
        std::string fault;                  ///< what is wrong, for the user; empty if nothing is
        std::optional<std::string> invoice; ///< whose line is faulty, as far as it can be told
    };

    /// @throws UnreadableFile  if it is not a file of invoice lines
    explicit InvoiceFile(std::string path) : path_{std::move(path)}, in_{open(path_)} {
        if (!reader_.next(record_) || !is_header(record_.fields)) {
            throw UnreadableFile{"does not begin with the columns InvoiceNo,StockCode,..."};
        }
    }

    /// Reads on.
    /// @returns false at the end
    /// @throws UnreadableFile  if the file cannot be read any further
    [[nodiscard]] bool next(Entry& entry) {
        do {
            if (!reader_.next(record_)) {
                return false;
            }
        } while (is_header(record_.fields)); // files that were joined to one
        entry.place = path_ + ':' + std::to_string(record_.line);
        entry.fault.clear();
        try {
            entry.line = parse_invoice_line(record_);
        } catch (std::domain_error const& fault) {
            reader_.reject();
            entry.fault = fault.what();
            entry.invoice = invoice_of(record_);
        }
        return true;
    }

    /// How much of the file has been read.
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return reader_.bytes_read(); }

private:
    [[nodiscard]] static std::ifstream open(std::string const& path) {
        std::error_code error;
        auto const status = std::filesystem::status(path, error);
        if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
            throw UnreadableFile{"is not a regular file"}; // an import reads it twice
        }
        errno = 0;
        std::ifstream in{path, std::ios::binary};
        if (!in) {
            throw UnreadableFile{std::generic_category().message(errno)};
        }
        return in;
    }

    std::string path_;
    std::ifstream in_;
    CsvReader reader_{in_};
    CsvRecord record_;
};

} // namespace orders

#endif // ORDERS_INVOICE_FILE_HPP
