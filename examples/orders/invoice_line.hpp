// SPDX-License-Identifier: MIT

#ifndef ORDERS_INVOICE_LINE_HPP
#define ORDERS_INVOICE_LINE_HPP

#include "csv.hpp"
#include "order.hpp"
#include <annals/timestamp.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace orders {

/// The columns of the "Online Retail" data set.
inline constexpr std::array<std::string_view, 8> invoice_columns{
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"
};

/// A line of an invoice: a record of such a file.
struct InvoiceLine {
    std::string invoice;
    std::string customer;
    std::string country;
    annals::Timestamp date;
    OrderLine line;
};

[[nodiscard]] inline bool is_header(std::vector<std::string> const& fields) {
    return std::equal(fields.begin(), fields.end(), invoice_columns.begin(), invoice_columns.end());
}

/// The invoice that a record belongs to, also a faulty one, as far as can be told.
[[nodiscard]] inline std::optional<std::string> invoice_of(CsvRecord const& record) {
    bool const is_known = !record.fields.empty() && !record.fields[0].empty() && record.fields[0].size() <= 255 &&
                          is_printable(record.fields[0]);
    return is_known ? std::optional{record.fields[0]} : std::nullopt;
}

/// The data set writes customer 17850 as `17850.0`.
[[nodiscard]] inline std::string customer_id(std::string_view text) {
    if (text.size() > 2 && text.ends_with(".0") && parse_whole_number(text.substr(0, text.size() - 2))) {
        text.remove_suffix(2);
    }
    return std::string{text};
}

/// Reads a record.
/// @throws std::domain_error  with a sentence for the user, if it is no line of an invoice
[[nodiscard]] inline InvoiceLine parse_invoice_line(CsvRecord const& record) {
    if (!record.error.empty()) {
        throw std::domain_error{record.error};
    }
    auto const& fields = record.fields;
    if (fields.size() != invoice_columns.size()) {
        throw std::domain_error{
            "the line has " + std::to_string(fields.size()) + " fields instead of " +
            std::to_string(invoice_columns.size())
        };
    }
    require_name("invoice number", fields[0]);
    if (!fields[6].empty()) {
        require_name("customer", fields[6]);
    }
    require_name("country", fields[7]);
    std::optional<std::int64_t> const quantity = parse_whole_number(fields[3]);
    if (!quantity || *quantity == 0) {
        throw std::domain_error{"the quantity is not a whole number other than 0"};
    }
    std::optional<Money> const unit_price = parse_money(fields[5]);
    if (!unit_price) {
        throw std::domain_error{"the unit price is not a decimal number"};
    }
    annals::Timestamp date;
    try {
        date = annals::parse_timestamp(fields[4]);
    } catch (annals::InvalidInput const&) {
        throw std::domain_error{"the date is not a time such as 2010-12-01 08:26:00"};
    }
    InvoiceLine line{
        fields[0], customer_id(fields[6]), fields[7], date, {fields[1], fields[2], *quantity, *unit_price}
    };
    require_line(line.line);
    return line;
}

} // namespace orders

#endif // ORDERS_INVOICE_LINE_HPP
