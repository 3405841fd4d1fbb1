// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/retail_data.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <examples/orders/invoice_file.hpp>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

using examples::OrdersProgram;
using examples::Outcome;
using examples::Program;
using examples::words;
using nlohmann::json;
using std::chrono::steady_clock;

namespace {

/// The report that the files must lead to, by way of memory.
json expected_report(std::vector<std::string> const& files) {
    Outcome const outcome =
        examples::run_in_memory(words({"import"}, files, std::vector<std::string>{"report", "--json"}));
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return json::parse(outcome.out.substr(outcome.out.find('\n')));
}

json report(OrdersProgram const& orders) {
    Outcome const outcome = orders.run({"report", "--json"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return json::parse(outcome.out);
}

/// How many events each order has when it is whole: one more than lines.
std::map<std::string, std::int64_t> whole_orders(std::vector<std::string> const& files) {
    std::map<std::string, std::int64_t> events;
    for (std::string const& file : files) {
        orders::InvoiceFile in{file};
        for (orders::InvoiceFile::Entry entry; in.next(entry);) {
            ++events.try_emplace(entry.line.invoice, 1).first->second;
        }
    }
    return events;
}

/// How many events a store has, 0 if it does not exist. Each order in it must be whole.
std::int64_t count_whole(std::string const& store, std::map<std::string, std::int64_t> const& whole) {
    if (!std::filesystem::exists(store)) {
        return 0;
    }
    std::map<std::string, std::int64_t> found;
    std::int64_t events = 0;
    for (auto const& event : annals::SqliteEventStore{store}.get_all_events()) {
        ++found[event.aggregate_id()];
        ++events;
    }
    for (auto const& [id, count] : found) {
        if (count != whole.at(id)) {
            FAIL("order " << id << " has " << count << " events instead of " << whole.at(id));
        }
    }
    return events;
}

} // namespace

TEST_CASE("import: killed anywhere, it leaves whole orders and is completed by the next one", "[orders]") {
    auto const files = examples::sample_days();
    json const expected = expected_report(files);
    auto const whole = whole_orders(files);
    OrdersProgram const orders;
    auto const import = orders.command(words({"import"}, files));

    auto const begin = steady_clock::now();
    REQUIRE(Program{import}.wait().status == 0);
    auto const duration = steady_clock::now() - begin;
    std::int64_t const all = count_whole(orders.store(), whole);

    int partial = 0;
    int const points = reliability::scaled(40);
    for (int point = 0; point < points; ++point) {
        orders.remove_store();
        // Killed twice in the same store, the second time further on.
        for (int const share : {point, point + points}) {
            Program program{import};
            std::this_thread::sleep_for(duration * share / (2 * points));
            program.kill();
            static_cast<void>(program.wait());
            std::int64_t const stored = count_whole(orders.store(), whole);
            partial += stored > 0 && stored < all ? 1 : 0;
            // A report in between must not keep the one at the end from being right.
            if (stored > 0) {
                CHECK(report(orders)["lines"] <= expected["lines"]);
            }
        }
        Outcome const last = orders.run(words({"import"}, files));
        CHECK(last.status == 0);
        CHECK(last.err == "");
        REQUIRE(count_whole(orders.store(), whole) == all);
        REQUIRE(report(orders) == expected);
    }
    INFO(partial << " of " << 2 * points << " kills left a part of the orders");
    CHECK(partial > points / 4);
}

TEST_CASE("report: killed anywhere, the next one counts each line once", "[orders]") {
    auto const files = examples::sample_days();
    json const expected = expected_report(files);
    OrdersProgram const orders;
    REQUIRE(orders.run(words({"import"}, files)).status == 0);
    std::filesystem::copy_file(orders.store(), orders.file("imported.db"));
    auto const report_command = orders.command({"report", "--json"});

    auto const begin = steady_clock::now();
    REQUIRE(Program{report_command}.wait().status == 0);
    auto const duration = steady_clock::now() - begin;

    int const points = reliability::scaled(20);
    for (int point = 0; point < points; ++point) {
        orders.remove_store();
        std::filesystem::copy_file(orders.file("imported.db"), orders.store());
        Program program{report_command};
        std::this_thread::sleep_for(duration * point / points);
        program.kill();
        static_cast<void>(program.wait());
        REQUIRE(report(orders) == expected);
    }
}

TEST_CASE("import: several at once on one store, of different files and of the same", "[orders]") {
    auto const files = examples::sample_days();
    json const expected = expected_report(files);
    auto const whole = whole_orders(files);
    auto const reversed = std::vector<std::string>{files.rbegin(), files.rend()};
    for (int round = 0; round < reliability::scaled(10); ++round) {
        OrdersProgram const orders;
        Program a{orders.command(words({"import"}, files))};
        Program b{orders.command(words({"import"}, reversed))};
        Program c{orders.command({"import", files[0]})};
        Program d{orders.command({"import", files[0], files[1]})};
        for (Program* const program : {&a, &b, &c, &d}) {
            Outcome const outcome = program->wait();
            CHECK(outcome.err == "");
            CHECK(outcome.status == 0);
        }
        count_whole(orders.store(), whole);
        REQUIRE(report(orders) == expected);
    }
}

TEST_CASE("import: all of the data set, exactly, twice, in little memory", "[orders]") {
    auto const files = examples::four_months();
    if (files.empty()) {
        WARN("the files of four months are not at hand, see ANNALS_RETAIL_DATA: the sample days will do");
    }
    OrdersProgram const orders;
    auto const import = words({"import"}, files.empty() ? examples::sample_days() : files);
    for (int i = 0; i < 2; ++i) {
        Outcome const outcome = orders.run(import);
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        if (!reliability::is_sanitized) {
            CHECK(outcome.peak_kibibytes < 100'000'000 / 1024);
        }
        json const totals = report(orders);
        CHECK(totals["lines"] == (files.empty() ? 8'233 : 142'083));
        CHECK(totals["orders"] == (files.empty() ? 427 : 6'877));
        CHECK(totals["credit_notes"] == (files.empty() ? 41 : 1'123));
        CHECK(totals["customers"] == (files.empty() ? 289 : 2'189));
        CHECK(totals["countries"] == (files.empty() ? 10 : 32));
        CHECK(totals["revenue"] == (files.empty() ? "142361.36" : "2490287.01"));
    }
}
