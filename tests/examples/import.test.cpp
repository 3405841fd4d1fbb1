// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>
#include <tests/examples/support/retail_data.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

using examples::OrdersProgram;
using examples::Outcome;
using examples::sample_day;
using examples::words;
using nlohmann::json;

namespace {

/// What the store holds, as the program sees it.
json report(OrdersProgram const& orders) {
    Outcome const outcome = orders.run({"report", "--json"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return json::parse(outcome.out);
}

json order(OrdersProgram const& orders, std::string const& id) {
    Outcome const outcome = orders.run({"show", id, "--json"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    return json::parse(outcome.out);
}

void require_import(OrdersProgram const& orders, std::vector<std::string> const& files, std::string const& summary) {
    Outcome const outcome = orders.run(words({"import"}, files));
    CHECK(outcome.err == "");
    CHECK(outcome.out == summary + '\n');
    REQUIRE(outcome.status == 0);
}

std::string line(std::string const& invoice, std::string const& stock, int quantity = 1) {
    return invoice + ',' + stock + ",THING," + std::to_string(quantity) + ",2010-12-01 08:26:00,2.5,17850.0,Norway\n";
}

} // namespace

TEST_CASE("import: the totals of each sample day and of all", "[orders]") {
    struct Totals {
        std::vector<std::string> files;
        json expected;
    };
    auto const totals = [](int lines, int orders, int credit_notes, int customers, int countries, char const* revenue) {
        return json{
            {"lines", lines},
            {"orders", orders},
            {"credit_notes", credit_notes},
            {"customers", customers},
            {"countries", countries},
            {"revenue", revenue}
        };
    };
    auto const [files, expected] = GENERATE_COPY(
        Totals{{sample_day("2010-12-01")}, totals(3108, 143, 6, 98, 7, "58635.56")},
        Totals{{sample_day("2010-12-02")}, totals(2109, 167, 23, 117, 3, "46207.28")},
        Totals{{sample_day("2010-12-05")}, totals(2725, 95, 7, 76, 5, "31383.95")},
        Totals{{sample_day("2010-12-22")}, totals(291, 22, 5, 17, 3, "6134.57")},
        Totals{examples::sample_days(), totals(8233, 427, 41, 289, 10, "142361.36")}
    );
    OrdersProgram const orders;
    REQUIRE(orders.run(words({"import"}, files)).status == 0);
    json found = report(orders);
    found.erase("by_country");
    CHECK(found == expected);
}

TEST_CASE("import: a second one of the same files appends nothing", "[orders]") {
    OrdersProgram const orders;
    auto const files = examples::sample_days();
    require_import(orders, files, "8,233 lines read, 8,233 imported, 427 new orders");
    auto const before = annals::SqliteEventStore{orders.store()}.head();
    json const totals = report(orders);

    require_import(orders, files, "8,233 lines read, 0 imported, 0 new orders");
    CHECK(annals::SqliteEventStore{orders.store()}.head() == before);
    CHECK(report(orders) == totals);
}

TEST_CASE("import: order, grouping and repetition of the files make no difference", "[orders]") {
    OrdersProgram const reference;
    auto files = examples::sample_days();
    REQUIRE(reference.run(words({"import"}, files)).status == 0);

    OrdersProgram const orders;
    std::reverse(files.begin(), files.end());
    REQUIRE(orders.run({"import", files[1]}).status == 0);
    REQUIRE(orders.run({"import", files[0], files[1], files[2]}).status == 0);
    REQUIRE(orders.run(words({"import"}, files, files)).status == 0); // a file named twice is read once
    CHECK(report(orders) == report(reference));
}

TEST_CASE("import: equal lines of an invoice count, and are found again", "[orders]") {
    OrdersProgram const orders;
    auto const one = orders.csv("one.csv", line("1", "A"));
    auto const three = orders.csv("three.csv", line("1", "A") + line("1", "B") + line("1", "A") + line("1", "A"));
    require_import(orders, {one}, "1 lines read, 1 imported, 1 new orders");
    require_import(orders, {three}, "4 lines read, 3 imported, 0 new orders");
    require_import(orders, {three}, "4 lines read, 0 imported, 0 new orders");
    require_import(orders, {one}, "1 lines read, 0 imported, 0 new orders");
    CHECK(order(orders, "1")["total"] == "10.00");
}

TEST_CASE("import: lines differ in each of their parts", "[orders]") {
    OrdersProgram const orders;
    std::string const lines = "1,A,THING,1,2010-12-01 08:26:00,2.5,,Norway\n"
                              "1,B,THING,1,2010-12-01 08:26:00,2.5,,Norway\n"
                              "1,A,OTHER,1,2010-12-01 08:26:00,2.5,,Norway\n"
                              "1,A,THING,2,2010-12-01 08:26:00,2.5,,Norway\n"
                              "1,A,THING,-1,2010-12-01 08:26:00,2.5,,Norway\n"
                              "1,A,THING,1,2010-12-01 08:27:00,2.5,,Norway\n"
                              "1,A,THING,1,2010-12-01 08:26:00,2.51,,Norway\n";
    auto const first = orders.csv("first.csv", lines.substr(0, lines.find('\n') + 1));
    auto const all = orders.csv("all.csv", lines);
    require_import(orders, {first}, "1 lines read, 1 imported, 1 new orders");
    require_import(orders, {all}, "7 lines read, 6 imported, 0 new orders");
    require_import(orders, {all}, "7 lines read, 0 imported, 0 new orders");
}

TEST_CASE("import: an invoice may be scattered over a file and over files", "[orders]") {
    OrdersProgram const orders;
    auto const a = orders.csv("a.csv", line("1", "A") + line("2", "A") + line("1", "A") + line("2", "B"));
    auto const b = orders.csv("b.csv", line("2", "C") + line("3", "A") + line("1", "A"));
    SECTION("in one import") {
        require_import(orders, {a, b}, "7 lines read, 7 imported, 3 new orders");
        // One commit an order: those of an import that is killed are whole.
        CHECK(order(orders, "1")["version"] == 4);
    }
    SECTION("in one import, the other way round") {
        require_import(orders, {b, a}, "7 lines read, 7 imported, 3 new orders");
    }
    SECTION("in two, then again in one") {
        require_import(orders, {a}, "4 lines read, 4 imported, 2 new orders");
        // The line of invoice 1 in b.csv is equal to stored ones and taken for one of them, until they are read
        // together.
        require_import(orders, {b}, "3 lines read, 2 imported, 1 new orders");
        require_import(orders, {b, a}, "7 lines read, 1 imported, 0 new orders");
    }
    require_import(orders, {a, b}, "7 lines read, 0 imported, 0 new orders");
    json const totals = report(orders);
    CHECK(totals["lines"] == 7);
    CHECK(totals["revenue"] == "17.50");
}

TEST_CASE("import: the events carry the time of their line and the user", "[orders]") {
    OrdersProgram const orders;
    auto const file = orders.csv(
        "a.csv",
        "C1,B,THING,-2,2010-12-01 08:27:00,2.5,17850.0,Norway\n"
        "C1,A,,1,2010-12-01 08:26:00,-11062.06,17850.0,Norway\n"
    );
    REQUIRE(orders.run({"import", file}).status == 0);
    json const history = json::parse(orders.run({"history", "C1", "--json"}).out);
    REQUIRE(history.size() == 3);
    CHECK(history[0]["type"] == "OrderCreated");
    CHECK(history[0]["data"] == json{{"kind", "credit note"}, {"customer", "17850"}, {"country", "Norway"}});
    CHECK(history[0]["time"] == "2010-12-01T08:26:00.000000Z");
    CHECK(history[1]["type"] == "LineAdded");
    CHECK(history[1]["time"] == "2010-12-01T08:26:00.000000Z");
    CHECK(
        history[1]["data"] ==
        json{{"stock_code", "A"}, {"description", ""}, {"quantity", 1}, {"unit_price", "-11062.06"}}
    );
    CHECK(history[2]["type"] == "LineReturned");
    CHECK(history[2]["time"] == "2010-12-01T08:27:00.000000Z");
    CHECK(history[2]["data"]["quantity"] == 2);
    CHECK(history[2]["user"] != "");
    for (auto const& event : annals::SqliteEventStore{orders.store()}.get_all_events()) {
        CHECK(event.metadata.extra.at("program") == "orders import");
    }
}

TEST_CASE("import: files as spreadsheets write them", "[orders]") {
    OrdersProgram const orders;
    std::string const path = orders.file("excel.csv");
    std::string const head{examples::header.substr(0, examples::header.size() - 1)};
    std::ofstream{path, std::ios::binary}
        << "\xEF\xBB\xBF" << head << "\r\n"
        << "1,A,\"RED, \"\"7\"\"\r\nSET \xC2\xA3\",1,2010-12-01 08:26:00,2.5,17850,Norway\r\n"
        << head << "\r\n" // files joined to one
        << "1,B,X,1,2010-12-01 08:26:00,2.5,17850.0,Norway\r\n\r\n";
    require_import(orders, {path}, "2 lines read, 2 imported, 1 new orders");
    json const found = order(orders, "1");
    CHECK(found["customer"] == "17850");
    CHECK(found["lines"][0]["description"] == "RED, \"7\"\r\nSET \xC2\xA3");
}

TEST_CASE("import: an invoice of many equal lines takes several commits", "[orders]") {
    OrdersProgram const orders;
    std::string lines;
    for (int i = 0; i < 12'000; ++i) {
        lines += line("1", std::to_string(i % 7));
    }
    auto const file = orders.csv("large.csv", lines);
    require_import(orders, {file}, "12,000 lines read, 12,000 imported, 1 new orders");
    require_import(orders, {file}, "12,000 lines read, 0 imported, 0 new orders");
    auto const more = orders.csv("larger.csv", lines + line("1", "3"));
    require_import(orders, {more}, "12,001 lines read, 1 imported, 0 new orders");
    CHECK(report(orders)["revenue"] == "30002.50");
}

TEST_CASE("import: invoices that are scattered over a large file take little memory", "[orders]") {
    OrdersProgram const orders;
    std::string lines;
    for (int i = 0; i < 80'000; ++i) {
        lines += line(std::to_string(i % 200), std::to_string(i / 200 % 90));
    }
    auto const file = orders.csv("scattered.csv", lines);
    require_import(orders, {file}, "80,000 lines read, 80,000 imported, 200 new orders");
    require_import(orders, {file}, "80,000 lines read, 0 imported, 0 new orders");
    CHECK(report(orders)["revenue"] == "200000.00");
}
