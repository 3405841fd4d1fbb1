// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/examples/support/orders_program.hpp>

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using examples::OrdersProgram;
using examples::Outcome;
using nlohmann::json;

namespace {

std::string const good = "2,A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n";

/// Imports an order 1 with a good line, the faulty one and another good one between two good orders.
/// @returns what is complained of, without the file's name
std::string import_faulty(std::string const& faulty) {
    OrdersProgram const orders;
    auto const file = orders.csv(
        "a.csv",
        good + "1,A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n" + faulty +
            "1,B,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n3,A,THING,1,2010-12-01 08:26:00,2.5,,France\n"
    );
    Outcome const outcome = orders.run({"import", file});
    CHECK(outcome.status == 1);
    CHECK(outcome.out.ends_with(" lines read, 2 imported, 2 new orders\n"));
    CHECK(orders.run({"show", "1"}).status == 1);
    CHECK(orders.run({"show", "2"}).status == 0);
    CHECK(orders.run({"show", "3"}).status == 0);
    CHECK(outcome.err.starts_with(file));
    return outcome.err.substr(file.size());
}

} // namespace

TEST_CASE("import: an order with a faulty line is left out, and all others are imported", "[orders]") {
    std::string const rest = " (order 1 is left out)\n";
    CHECK(import_faulty("1,A\n") == ":4: the line has 2 fields instead of 8" + rest);
    CHECK(
        import_faulty("1,A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway,x\n") ==
        ":4: the line has 9 fields instead of 8" + rest
    );
    CHECK(
        import_faulty("1,,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") == ":4: the stock code is missing" + rest
    );
    CHECK(
        import_faulty("1," + std::string(256, 'x') + ",THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: the stock code is not UTF-8 of at most 255 bytes without control characters" + rest
    );
    std::string const not_a_quantity = ":4: the quantity is not a whole number other than 0" + rest;
    for (std::string const quantity : {"0", "", "x", "1.5", "1e3", " 1", "99999999999999999999"}) {
        CAPTURE(quantity);
        CHECK(import_faulty("1,A,THING," + quantity + ",2010-12-01 08:26:00,2.5,17850.0,Norway\n") == not_a_quantity);
    }
    CHECK(
        import_faulty("1,A,THING,9223372036854775807,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: the quantity is too large" + rest
    );
    CHECK(
        import_faulty("1,A,THING,1000000000,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: the amount is too large" + rest
    );
    for (std::string const price : {"", "x", "1e-5", "2,5", "0.0000001", "\"2,5\""}) {
        CAPTURE(price);
        CHECK(import_faulty("1,A,THING,1,2010-12-01 08:26:00," + price + ",17850.0,Norway\n").ends_with(rest));
    }
    CHECK(
        import_faulty("1,A,THING,1,2010-12-01 08:26:00,free,17850.0,Norway\n") ==
        ":4: the unit price is not a decimal number" + rest
    );
    for (std::string const date : {"", "yesterday", "2010-13-01 08:26:00", "2010-12-01 25:00:00", "12/1/2010 8:26"}) {
        CAPTURE(date);
        CHECK(
            import_faulty("1,A,THING,1," + date + ",2.5,17850.0,Norway\n") ==
            ":4: the date is not a time such as 2010-12-01 08:26:00" + rest
        );
    }
    CHECK(
        import_faulty("1,A,\xC3\x28,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: the description is not UTF-8 of at most 1000 bytes" + rest
    );
    CHECK(
        import_faulty("1,A," + std::string(1, '\0') + ",1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: the description is not UTF-8 of at most 1000 bytes" + rest
    );
    CHECK(import_faulty("1,A,THING,1,2010-12-01 08:26:00,2.5,17850.0,\n") == ":4: the country is missing" + rest);
    CHECK(
        import_faulty("1,A,THING,1,2010-12-01 08:26:00,2.5,17850.0\xFF,Norway\n") ==
        ":4: the customer is not UTF-8 of at most 255 bytes without control characters" + rest
    );
    std::string const another = ":4: the customer or the country is not that of the order's first line" + rest;
    CHECK(import_faulty("1,A,THING,1,2010-12-01 08:26:00,2.5,17851.0,Norway\n") == another);
    CHECK(import_faulty("1,A,THING,1,2010-12-01 08:26:00,2.5,,Norway\n") == another);
    CHECK(import_faulty("1,A,THING,1,2010-12-01 08:26:00,2.5,17850.0,France\n") == another);
    CHECK(
        import_faulty("1,\"A\"B,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: a closing quote is not followed by a comma" + rest
    );
    CHECK(
        import_faulty("1,A,\"THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: a quoted field does not end" + rest
    );
    CHECK(
        import_faulty("1,A," + std::string(70'000, 'x') + ",1,2010-12-01 08:26:00,2.5,17850.0,Norway\n") ==
        ":4: the line is longer than 64 KiB" + rest
    );
}

TEST_CASE("import: a faulty line of no order leaves out none", "[orders]") {
    OrdersProgram const orders;
    auto const file = orders.csv(
        "a.csv",
        good + ",A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n" + std::string(256, '9') +
            ",A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n"
    );
    Outcome const outcome = orders.run({"import", file});
    CHECK(outcome.status == 1);
    CHECK(
        outcome.err == file + ":3: the invoice number is missing\n" + file +
                           ":4: the invoice number is not UTF-8 of at most 255 bytes without control characters\n"
    );
    CHECK(orders.run({"show", "2"}).status == 0);
}

TEST_CASE("import: a mended file brings the order that was left out", "[orders]") {
    OrdersProgram const orders;
    auto const faulty = orders.csv("a.csv", good + "2,B,THING,x,2010-12-01 08:26:00,2.5,17850.0,Norway\n");
    CHECK(orders.run({"import", faulty}).status == 1);
    CHECK(orders.run({"show", "2"}).status == 1);
    auto const mended = orders.csv("a.csv", good + "2,B,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n");
    CHECK(orders.run({"import", mended}).status == 0);
    CHECK(json::parse(orders.run({"show", "2", "--json"}).out)["total"] == "5.00");
}

TEST_CASE("import: files that cannot be read are named, and the others imported", "[orders]") {
    OrdersProgram const orders;
    auto const file = orders.csv("good.csv", good);
    std::string const missing = orders.file("missing.csv");
    std::string const folder = orders.file("folder");
    std::string const other = orders.file("other.csv");
    std::string const empty = orders.file("empty.csv");
    std::filesystem::create_directory(folder);
    std::ofstream{other} << "a,b\n1,2\n";
    std::ofstream{empty} << "";
    Outcome const outcome = orders.run({"import", missing, folder, other, empty, file});
    CHECK(outcome.status == 1);
    CHECK(
        outcome.err == missing + ": No such file or directory\n" + folder + ": is not a regular file\n" + other +
                           ": does not begin with the columns InvoiceNo,StockCode,...\n" + empty +
                           ": does not begin with the columns InvoiceNo,StockCode,...\n"
    );
    CHECK(outcome.out == "1 lines read, 1 imported, 1 new orders\n");
}

TEST_CASE("import: what contradicts a stored order is left out", "[orders]") {
    OrdersProgram const orders;
    auto const file = orders.csv("a.csv", good);
    REQUIRE(orders.run({"import", file}).status == 0);
    auto const other_customer =
        orders.csv("b.csv", "2,B,THING,1,2010-12-01 08:26:00,2.5,17851.0,Norway\n3,A,THING,1,2010-12-01,1,,Norway\n");
    Outcome outcome = orders.run({"import", other_customer});
    CHECK(outcome.status == 1);
    CHECK(
        outcome.err ==
        other_customer + ":2: the order is stored with another customer or country (order 2 is left out)\n"
    );
    CHECK(outcome.out == "2 lines read, 1 imported, 1 new orders\n");

    REQUIRE(orders.run({"ship", "2", "--carrier", "DHL", "--tracking", "1"}).status == 0);
    CHECK(orders.run({"import", file}).status == 0); // nothing is missing
    auto const more = orders.csv("c.csv", good + "2,B,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n");
    outcome = orders.run({"import", more});
    CHECK(outcome.status == 1);
    CHECK(outcome.err == more + ":2: order 2 has been shipped and cannot be changed (order 2 is left out)\n");
    CHECK(json::parse(orders.run({"show", "2", "--json"}).out)["total"] == "2.50");
}

TEST_CASE("import: a file that changes while it is read does no harm", "[orders]") {
    OrdersProgram const orders;
    std::string lines;
    for (int i = 0; i < 1'200; ++i) { // more than one commit
        lines += std::to_string(1'000 + i) + ",A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n";
    }
    auto const first = orders.csv("first.csv", lines);
    std::string const last = "9,A,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n"
                             "9,B,THING,1,2010-12-01 08:26:00,2.5,17850.0,Norway\n";
    auto const second = orders.csv("second.csv", last);

    // The import has read both files once, and the first one twice, when it waits for the lock that is held here.
    annals::SqliteEventStore store{orders.store()};
    std::optional<examples::Program> import;
    store.transact([&](annals::sqlite::Transaction&) {
        import.emplace(orders.command({"import", first, second}));
        std::this_thread::sleep_for(std::chrono::seconds{2});
        orders.csv("second.csv", "8" + last.substr(1));
    });
    Outcome const outcome = import->wait();
    CHECK(outcome.status == 1);
    CHECK(
        outcome.err == second + ":2: the line was not there when the file was checked\n" + second +
                           ":3: its lines have changed while they were read (order 9 is left out)\n"
    );
    CHECK(outcome.out == "1,202 lines read, 1,200 imported, 1,200 new orders\n");
    CHECK(orders.run({"show", "9"}).status == 1);
}
