// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/retail_data.hpp>
#include <tests/examples/support/terminal.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using examples::OrdersProgram;
using examples::Outcome;
using examples::sample_day;
using examples::words;
using nlohmann::json;

namespace {

void require_refusal(Outcome const& outcome, std::string const& message) {
    CHECK(outcome.err == "orders: " + message + '\n');
    CHECK(outcome.out == "");
    CHECK(outcome.status == 1);
}

} // namespace

TEST_CASE("orders are created, filled and shipped by hand", "[orders]") {
    OrdersProgram const orders;
    Outcome outcome = orders.run({"create", "X1", "--customer", "17", "--country", "Norway"});
    CHECK(outcome.out == "order X1 is at version 1, total 0.00\n");
    CHECK(outcome.status == 0);
    outcome = orders.run(
        {"add-item", "X1", "--stock", "T", "--quantity", "3", "--price", "1234.555", "--description", "Tea pot"}
    );
    CHECK(outcome.out == "order X1 is at version 2, total 3,703.665\n");
    outcome = orders.run({"ship", "X1", "--carrier", "DHL", "--tracking", "TRK-1"});
    CHECK(outcome.out == "order X1 is at version 3, total 3,703.665\n");

    CHECK(
        orders.run({"show", "X1"}).out == "order     X1\n"
                                          "customer  17\n"
                                          "country   Norway\n"
                                          "status    shipped with DHL, TRK-1\n"
                                          "version   3\n"
                                          "\n"
                                          "stock code  description  quantity  unit price     amount\n"
                                          "----------  -----------  --------  ----------  ---------\n"
                                          "T           Tea pot             3   1,234.555  3,703.665\n"
                                          "----------  -----------  --------  ----------  ---------\n"
                                          "total                                          3,703.665\n"
    );
    json const shown = json::parse(orders.run({"show", "X1", "--json"}).out);
    CHECK(
        shown ==
        json{
            {"id", "X1"},
            {"version", 3},
            {"kind", "order"},
            {"customer", "17"},
            {"country", "Norway"},
            {"status", "shipped"},
            {"carrier", "DHL"},
            {"tracking_number", "TRK-1"},
            {"lines",
             {{{"stock_code", "T"},
               {"description", "Tea pot"},
               {"quantity", 3},
               {"unit_price", "1234.555"},
               {"amount", "3703.665"}}}},
            {"total", "3703.665"},
        }
    );
    std::string const history = orders.run({"history", "X1"}).out;
    CHECK_THAT(history, Catch::Matchers::ContainsSubstring("order created for customer 17, Norway\n"));
    CHECK_THAT(history, Catch::Matchers::ContainsSubstring("added 3 x T Tea pot at 1,234.555\n"));
    CHECK_THAT(history, Catch::Matchers::ContainsSubstring("shipped with DHL, TRK-1\n"));
    CHECK(json::parse(orders.run({"report", "--json"}).out)["revenue"] == "3703.665");
}

TEST_CASE("the rules of the domain refuse in words", "[orders]") {
    OrdersProgram const orders;
    std::vector<std::string> const create{"create", "X1", "--customer", "17", "--country", "Norway"};
    std::vector<std::string> const ship{"ship", "X1", "--carrier", "DHL", "--tracking", "1"};
    auto const add = [](std::string const& quantity) {
        return std::vector<std::string>{"add-item", "X1", "--stock", "T", "--quantity", quantity, "--price", "2.5"};
    };
    require_refusal(orders.run(ship), "there is no store '" + orders.store() + "' yet");
    REQUIRE(orders.run(create).status == 0);
    require_refusal(orders.run(create), "order X1 exists already");
    require_refusal(orders.run(ship), "order X1 is empty and cannot be shipped");
    require_refusal(orders.run(add("0")), "the quantity must be more than 0");
    require_refusal(orders.run(add("-3")), "the quantity must be more than 0");
    require_refusal(orders.run(add("2000000000")), "the quantity is too large");
    require_refusal(
        orders.run({"add-item", "X2", "--stock", "T", "--quantity", "1", "--price", "1"}), "there is no order X2"
    );
    REQUIRE(orders.run(add("1")).status == 0);
    REQUIRE(orders.run(ship).status == 0);
    require_refusal(orders.run(ship), "order X1 has been shipped and cannot be changed");
    require_refusal(orders.run(add("1")), "order X1 has been shipped and cannot be changed");
    require_refusal(orders.run({"show", "X2"}), "there is no order X2");
    require_refusal(orders.run({"history", "X2"}), "there is no order X2");
    require_refusal(orders.run({"create", "", "--customer", "17", "--country", "Norway"}), "the aggregate id is empty");
    require_refusal(
        orders.run({"create", std::string(256, 'x'), "--customer", "17", "--country", "Norway"}),
        "the aggregate id has 256 bytes, at most 255 are allowed"
    );
}

TEST_CASE("an order is shown as it was", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", sample_day("2010-12-01")}).status == 0);
    auto const show = [&orders](std::vector<std::string> const& options) {
        Outcome const outcome = orders.run(words({"show", "536591", "--json"}, options));
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        return json::parse(outcome.out);
    };
    // Its lines carry two time stamps: 34 of 159.26 in all, then 6 of 39.06.
    CHECK(show({})["version"] == 41);
    CHECK(show({})["total"] == "198.32");
    CHECK(show({"--at", "2010-12-01T16:57:00Z"})["version"] == 35);
    CHECK(show({"--at", "2010-12-01 16:57:59.999999"})["total"] == "159.26");
    CHECK(show({"--at", "2010-12-01T17:58:00+01:00"})["total"] == "198.32");
    CHECK(show({"--at-version", "1"})["lines"].empty());
    CHECK(show({"--at-version", "35"})["total"] == "159.26");
    CHECK(show({"--at-version", "36"})["lines"].size() == 35);
    CHECK(show({"--at-version", "1000"})["version"] == 41);
    require_refusal(orders.run({"show", "536591", "--at", "2010-12-01T16:56:59Z"}), "order 536591 did not exist then");
    require_refusal(orders.run({"show", "1", "--at", "2010-12-01T16:56:59Z"}), "there is no order 1");
}

TEST_CASE("the history of an order of several snapshots is whole", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", sample_day("2010-12-01")}).status == 0);
    json const history = json::parse(orders.run({"history", "536592", "--json"}).out);
    REQUIRE(history.size() == 593);
    for (std::size_t i = 0; i < history.size(); ++i) {
        REQUIRE(history[i]["version"] == i + 1);
    }
    json const shown = json::parse(orders.run({"show", "536592", "--json"}).out);
    CHECK(shown["lines"].size() == 592);
    CHECK(shown == json::parse(orders.run({"show", "536592", "--at-version", "593", "--json"}).out));
}

TEST_CASE("memory and SQLite give the same answers", "[orders]") {
    auto const ask = words({"import"}, examples::sample_days(), std::vector<std::string>{"report", "--json"});
    Outcome const durable = OrdersProgram{}.run(ask);
    Outcome const volatile_one = examples::run_in_memory(ask);
    CHECK(durable.status == 0);
    CHECK(volatile_one.status == 0);
    CHECK(durable.out == volatile_one.out);
    CHECK_THAT(durable.out, Catch::Matchers::ContainsSubstring("142361.36"));

    auto const show = words({"import"}, examples::sample_days(), std::vector<std::string>{"show", "536591"});
    CHECK(OrdersProgram{}.run(show).out == examples::run_in_memory(show).out);
}

TEST_CASE("the report is a table for people too", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", sample_day("2010-12-22")}).status == 0);
    CHECK(
        orders.run({"report"}).out == "country         lines  orders  credit notes  customers   revenue\n"
                                      "--------------  -----  ------  ------------  ---------  --------\n"
                                      "United Kingdom    250      20             5         15  5,423.45\n"
                                      "Belgium            37       1             0          1    600.72\n"
                                      "France              4       1             0          1    110.40\n"
                                      "--------------  -----  ------  ------------  ---------  --------\n"
                                      "3 countries       291      22             5         17  6,134.57\n"
    );
    json const report = json::parse(orders.run({"report", "--json"}).out);
    CHECK(
        report["by_country"]["Belgium"] ==
        json{{"lines", 37}, {"orders", 1}, {"credit_notes", 0}, {"customers", 1}, {"revenue", "600.72"}}
    );
}

TEST_CASE("a report follows what has been stored since the last one", "[orders]") {
    OrdersProgram const orders;
    REQUIRE(orders.run({"import", sample_day("2010-12-22")}).status == 0);
    CHECK(json::parse(orders.run({"report", "--json"}).out)["lines"] == 291);
    REQUIRE(orders.run({"import", sample_day("2010-12-01")}).status == 0);
    json const report = json::parse(orders.run({"report", "--json"}).out);
    CHECK(report["lines"] == 291 + 3'108);
    CHECK(report["revenue"] == "64770.13");
    CHECK(json::parse(orders.run({"report", "--json"}).out) == report);
}

TEST_CASE("the report on nothing is zeros", "[orders]") {
    json const report = json::parse(examples::run_in_memory({"report", "--json"}).out);
    CHECK(report["lines"] == 0);
    CHECK(report["revenue"] == "0.00");
    CHECK(report["by_country"] == json::object());
}

TEST_CASE("wrong command lines are told from what fails", "[orders]") {
    std::vector<std::vector<std::string>> const wrong{
        {},
        {"frobnicate"},
        {"import"},
        {"show"},
        {"show", "1", "2"},
        {"show", "1", "--at-version", "0"},
        {"show", "1", "--at-version", "99999999999999999999"},
        {"show", "1", "--at", "tomorrow"},
        {"show", "1", "--at-version", "1", "--at", "2010-12-01"},
        {"create", "1", "--country", "Norway"},
        {"add-item", "1", "--stock", "T", "--quantity", "1.5", "--price", "1"},
        {"add-item", "1", "--stock", "T", "--quantity", "99999999999999999999", "--price", "1"},
        {"add-item", "1", "--stock", "T", "--quantity", "1", "--price", "cheap"},
        {"report", "--store", "oracle"},
        {"report", "--store", "sqlite:"},
    };
    OrdersProgram const orders;
    for (auto const& arguments : wrong) {
        CAPTURE(arguments);
        Outcome const outcome = orders.run(arguments);
        CHECK(outcome.status == 2);
        CHECK(outcome.err != "");
        CHECK(outcome.out == "");
    }
    CHECK_FALSE(std::filesystem::exists(orders.store()));
    CHECK(orders.run({"--help"}).status == 0);
    CHECK(orders.run({"show", "--help"}).status == 0);
}

TEST_CASE("the option --store may stand behind the subcommand", "[orders]") {
    Outcome const outcome =
        examples::Program{{ANNALS_ORDERS, "import", sample_day("2010-12-22"), "--store", "memory", "report", "--json"}}
            .wait();
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, Catch::Matchers::ContainsSubstring("6134.57"));
}

TEST_CASE("a store that is none is refused in one line and left as it is", "[orders]") {
    OrdersProgram const orders;
    require_refusal(orders.run({"report"}), "there is no store '" + orders.store() + "' yet");
    CHECK_FALSE(std::filesystem::exists(orders.store()));

    std::string const text(10'000, 'x');
    std::ofstream{orders.store()} << text;
    Outcome const outcome = orders.run({"import", sample_day("2010-12-22")});
    require_refusal(outcome, "SQLite could not open '" + orders.store() + "': file is not a database");
    CHECK(reliability::read_file(orders.store()) == text);

    orders.remove_store();
    REQUIRE(orders.run({"import", sample_day("2010-12-22")}).status == 0);
    std::filesystem::resize_file(orders.store(), std::filesystem::file_size(orders.store()) / 2);
    Outcome const cut = orders.run({"report"});
    CHECK(cut.status == 1);
    CHECK(cut.err.starts_with("orders: "));
    CHECK(cut.err.find('\n') == cut.err.size() - 1);
}

TEST_CASE("output that cannot be written is a failure", "[orders]") {
    Outcome const outcome =
        examples::Program{{"/bin/sh", "-c", R"(exec "$0" --store memory report >/dev/full)", ANNALS_ORDERS}}.wait();
    CHECK(outcome.status == 1);
    CHECK(outcome.err == "orders: the output could not be written\n");
}

TEST_CASE("progress is shown on a terminal only", "[orders]") {
    auto const import = words({ANNALS_ORDERS, "--store", "memory", "import"}, examples::sample_days());
    CHECK(examples::Program{import}.wait().err == "");

    examples::Terminal const terminal;
    Outcome const outcome = examples::Program{import, terminal.slave()}.wait();
    CHECK(outcome.status == 0);
    std::string const shown = terminal.shown();
    CHECK_THAT(shown, Catch::Matchers::ContainsSubstring("importing ["));
    CHECK(shown.ends_with("\r\x1b[K")); // and removed
}
