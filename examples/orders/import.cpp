// SPDX-License-Identifier: MIT

#include "import.hpp"

#include "console.hpp"
#include "dated_line.hpp"
#include "invoice_file.hpp"
#include "survey.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace orders {

namespace {

/// Tells the time of the line that is being imported.
class LineClock final : public annals::Clock {
public:
    annals::Timestamp time;

private:
    annals::Timestamp now() override { return time; }
};

/// Lines of one invoice that are stored in one commit: all of them, unless they are too many.
struct Part {
    std::string invoice;
    std::string customer;
    std::string country;
    std::string place;            ///< file and line of the first
    std::vector<DatedLine> lines; ///< by their dates
    std::size_t weight = 0;       ///< about the memory that they take
    bool is_last = false;
};

/// Makes room for the largest orders there are, and keeps any commit of the sort below a store's limits.
constexpr std::size_t max_part_weight = 1'000'000;
/// Of parts that wait for more lines of their invoices.
constexpr std::size_t max_waiting_weight = 16'000'000;

[[nodiscard]] std::size_t weight_of(OrderLine const& line) {
    return 250 + line.stock_code.size() + line.description.size();
}

/// The second reading of the files: gathers the lines of each invoice and stores them, some orders a commit.
template <class Store>
class Import {
public:
    Import(Store& store, annals::Metadata const& metadata, Survey survey, Console& console)
        : context_{metadata, &clock_}, orders_(orders_in(store, context_)), survey_{std::move(survey)},
          console_{&console} {}

    void run() {
        console_->begin("importing", survey_.bytes);
        std::uint64_t bytes_before = 0;
        for (std::string const& file : survey_.files) {
            try {
                InvoiceFile in{file};
                for (InvoiceFile::Entry entry; in.next(entry); console_->advance_to(bytes_before + in.bytes_read())) {
                    if (entry.fault.empty()) { // the survey has complained of it
                        take(entry.place, std::move(entry.line));
                    }
                }
                bytes_before += in.bytes_read();
            } catch (UnreadableFile const& error) {
                console_->complain(file + ": " + error.what());
            }
        }
        store_batch();
        for (auto const& [invoice, part] : waiting_) {
            leave_out(part, "its lines have changed while they were read");
        }
        console_->end();
    }

    [[nodiscard]] std::uint64_t new_orders() const noexcept { return new_orders_; }
    [[nodiscard]] std::uint64_t new_lines() const noexcept { return new_lines_; }

private:
    /// A line is stored together with the others of its invoice, when the last of them has been read.
    void take(std::string const& place, InvoiceLine line) {
        Invoice& invoice = survey_.invoices[line.invoice];
        if (invoice.is_left_out) {
            return;
        }
        if (invoice.read == invoice.lines) {
            console_->complain(place + ": the line was not there when the file was checked");
            return;
        }
        ++invoice.read;

        Part& part = waiting_[line.invoice];
        if (part.lines.empty()) {
            part.invoice = line.invoice;
            part.customer = std::move(line.customer);
            part.country = std::move(line.country);
            part.place = place;
        }
        std::size_t const weight = weight_of(line.line);
        auto const later =
            std::upper_bound(part.lines.begin(), part.lines.end(), line.date, [](auto date, auto const& other) {
                return date < other.date;
            });
        part.lines.insert(later, {line.date, std::move(line.line)});
        part.weight += weight;
        part.is_last = invoice.read == invoice.lines;
        waiting_weight_ += weight;
        if (part.is_last || part.weight >= max_part_weight) {
            add_to_batch(waiting_.extract(line.invoice).mapped());
        }
        if (waiting_weight_ >= max_waiting_weight) {
            while (!waiting_.empty()) {
                add_to_batch(waiting_.extract(waiting_.begin()).mapped());
            }
            store_batch(); // no two parts of one order may come into one commit
        }
    }

    void add_to_batch(Part part) {
        waiting_weight_ -= part.weight;
        batch_weight_ += part.weight;
        batch_lines_ += part.lines.size();
        batch_.push_back(std::move(part));
        if (batch_.size() >= 200 || batch_lines_ >= 1'000 || batch_weight_ >= max_part_weight) {
            store_batch();
        }
    }

    /// Whoever was first, whatever went wrong: what counts is what the orders have when they are loaded again.
    void store_batch() {
        for (annals::Retry retry{annals::RetryPolicy{}};;) {
            try {
                store_missing_lines();
                break;
            } catch (annals::ConcurrencyError const&) {
                if (!retry.wait_for_next_attempt()) {
                    throw;
                }
            } catch (annals::AppendOutcomeUnknown const&) {
                if (!retry.wait_for_next_attempt()) {
                    throw;
                }
            } catch (annals::StoreError const& error) {
                if (!error.is_transient() || !retry.wait_for_next_attempt()) {
                    throw;
                }
            }
        }
        for (Part const& part : batch_) {
            if (part.is_last) {
                handled_.erase(part.invoice);
            } else {
                auto& handled = handled_[part.invoice];
                for (DatedLine const& line : part.lines) {
                    handled.push_back(fingerprint_of(line));
                }
            }
        }
        batch_.clear();
        batch_lines_ = 0;
        batch_weight_ = 0;
    }

    void store_missing_lines() {
        std::vector<Order> changed;
        std::uint64_t created = 0;
        std::uint64_t events = 0;
        for (Part const& part : batch_) {
            if (survey_.invoices[part.invoice].is_left_out) {
                continue;
            }
            try {
                Order order = with_missing_lines(part);
                if (!order.uncommitted_events().empty()) {
                    created += order.version() == annals::Version{} ? 1U : 0U;
                    events += order.uncommitted_events().size();
                    changed.push_back(std::move(order));
                }
            } catch (std::domain_error const& refusal) {
                leave_out(part, refusal.what());
            }
        }
        if (!changed.empty()) {
            orders_.save_all(changed);
        }
        new_orders_ += created;
        new_lines_ += events - created;
    }

    /// The order as it is stored, with those lines of the part raised that it does not have.
    [[nodiscard]] Order with_missing_lines(Part const& part) {
        Order order{part.invoice};
        order.set_context(context_);
        LineCounts stored;
        for (auto const& event : orders_.get_events(part.invoice)) {
            order.replay(event.version, event.payload);
            if (auto const line = line_of(event)) {
                stored.add(fingerprint_of(*line));
            }
        }
        if (auto const handled = handled_.find(part.invoice); handled != handled_.end()) {
            for (std::uint64_t const fingerprint : handled->second) {
                stored.take(fingerprint);
            }
        }
        OrderState const& state = order.state();
        if (state.exists && (state.customer != part.customer || state.country != part.country)) {
            throw std::domain_error{"the order is stored with another customer or country"};
        }
        for (DatedLine const& dated : part.lines) {
            if (stored.take(fingerprint_of(dated))) {
                continue;
            }
            clock_.time = dated.date;
            if (!state.exists) {
                order.create(kind_of(part.invoice), part.customer, part.country);
            }
            if (dated.line.quantity > 0) {
                order.add_line(dated.line);
            } else {
                OrderLine back = dated.line;
                back.quantity = -back.quantity;
                order.return_line(std::move(back));
            }
        }
        return order;
    }

    void leave_out(Part const& part, std::string const& reason) {
        survey_.invoices[part.invoice].is_left_out = true;
        console_->complain(part.place + ": " + reason + " (order " + part.invoice + " is left out)");
    }

    LineClock clock_;
    annals::EventContext context_;
    decltype(orders_in(std::declval<Store&>())) orders_;
    Survey survey_;
    Console* console_;

    std::unordered_map<std::string, Part> waiting_; ///< invoices of which lines are to come
    std::size_t waiting_weight_ = 0;
    std::vector<Part> batch_; ///< the next commit
    std::size_t batch_lines_ = 0;
    std::size_t batch_weight_ = 0;
    /// What has been dealt with of invoices that take more than one part.
    std::unordered_map<std::string, std::vector<std::uint64_t>> handled_;
    std::uint64_t new_orders_ = 0;
    std::uint64_t new_lines_ = 0;
};

} // namespace

template <class Store>
bool import_files(Store& store, std::vector<std::string> const& files, annals::Metadata const& metadata) {
    Console console;
    Survey surveyed = survey(files, console);
    std::uint64_t const lines = surveyed.lines;
    Import<Store> import{store, metadata, std::move(surveyed), console};
    import.run();
    std::cout << with_thousands(static_cast<std::int64_t>(lines)) << " lines read, "
              << with_thousands(static_cast<std::int64_t>(import.new_lines())) << " imported, "
              << with_thousands(static_cast<std::int64_t>(import.new_orders())) << " new orders\n";
    return console.complaints() == 0;
}

template bool import_files(MemoryStore&, std::vector<std::string> const&, annals::Metadata const&);
template bool import_files(SqliteStore&, std::vector<std::string> const&, annals::Metadata const&);
template bool import_files(PostgresStore&, std::vector<std::string> const&, annals::Metadata const&);

} // namespace orders
