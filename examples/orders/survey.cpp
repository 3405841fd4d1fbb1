// SPDX-License-Identifier: MIT

#include "survey.hpp"

#include "fingerprint.hpp"
#include "invoice_file.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

namespace orders {

namespace {

[[nodiscard]] std::uint64_t size_of(std::string const& path) {
    std::error_code error;
    auto const size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

/// The files without those that were named twice.
[[nodiscard]] std::vector<std::string> each_once(std::vector<std::string> const& paths) {
    std::vector<std::string> files;
    std::set<std::filesystem::path> seen;
    for (std::string const& path : paths) {
        std::error_code error;
        auto const canonical = std::filesystem::canonical(path, error);
        if (error || seen.insert(canonical).second) {
            files.push_back(path);
        }
    }
    return files;
}

void note(Survey& survey, InvoiceFile::Entry const& entry, Console& console) {
    std::string fault = entry.fault;
    std::optional<std::string> const invoice_id = fault.empty() ? entry.line.invoice : entry.invoice;
    if (!invoice_id) {
        console.complain(entry.place + ": " + fault);
        return;
    }
    Invoice& invoice = survey.invoices[*invoice_id];
    if (fault.empty()) {
        std::uint64_t const buyer = Fingerprint{}.add(entry.line.customer).add(entry.line.country).value();
        if (invoice.lines == 0) {
            invoice.buyer = buyer;
        } else if (invoice.buyer != buyer) {
            fault = "the customer or the country is not that of the order's first line";
        }
        ++invoice.lines;
        ++survey.lines;
    }
    if (!fault.empty()) {
        invoice.is_left_out = true;
        console.complain(entry.place + ": " + fault + " (order " + *invoice_id + " is left out)");
    }
}

} // namespace

Survey survey(std::vector<std::string> const& paths, Console& console) {
    Survey survey;
    std::vector<std::string> const files = each_once(paths);
    for (std::string const& file : files) {
        survey.bytes += size_of(file);
    }
    console.begin("checking ", survey.bytes);
    std::uint64_t bytes_before = 0;
    for (std::string const& file : files) {
        try {
            InvoiceFile in{file};
            for (InvoiceFile::Entry entry; in.next(entry); console.advance_to(bytes_before + in.bytes_read())) {
                note(survey, entry, console);
            }
            survey.files.push_back(file);
        } catch (UnreadableFile const& error) {
            console.complain(file + ": " + error.what());
        }
        bytes_before += size_of(file);
    }
    console.end();
    return survey;
}

} // namespace orders
