// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>

#include <cstddef>
#include <cstdint>
#include <examples/orders/csv.hpp>
#include <sstream>
#include <string>
#include <vector>

using Fields = std::vector<std::string>;

namespace {

struct Read {
    std::int64_t line;
    Fields fields;
    std::string error;

    friend bool operator==(Read const&, Read const&) = default;
};

std::ostream& operator<<(std::ostream& out, Read const& read) {
    out << "line " << read.line << ':';
    for (auto const& field : read.fields) {
        out << " [" << field << ']';
    }
    return out << ' ' << read.error;
}

std::vector<Read> read_all(std::string const& text) {
    std::istringstream in{text};
    orders::CsvReader reader{in};
    std::vector<Read> all;
    for (orders::CsvRecord record; reader.next(record);) {
        all.push_back({record.line, record.fields, record.error});
    }
    return all;
}

std::vector<Read> reads(std::vector<Read> reads) { return reads; }

} // namespace

TEST_CASE("csv: lines of fields", "[orders]") {
    CHECK(read_all("a,b,c\n1,,3\n") == reads({{1, {"a", "b", "c"}, ""}, {2, {"1", "", "3"}, ""}}));
    CHECK(read_all("a,b") == reads({{1, {"a", "b"}, ""}}));
    CHECK(read_all(",\n") == reads({{1, {"", ""}, ""}}));
    CHECK(read_all("one field\n") == reads({{1, {"one field"}, ""}}));
    CHECK(read_all("").empty());
}

TEST_CASE("csv: quoted fields hold commas, quotes and line ends", "[orders]") {
    CHECK(read_all("\"a,b\",c\n") == reads({{1, {"a,b", "c"}, ""}}));
    CHECK(read_all("\"7\"\" SINGLE\",c\n") == reads({{1, {"7\" SINGLE", "c"}, ""}}));
    CHECK(read_all("\"\",\"\"\"\"\n") == reads({{1, {"", "\""}, ""}}));
    CHECK(read_all("\"two\nlines\",x\nnext,y\n") == reads({{1, {"two\nlines", "x"}, ""}, {3, {"next", "y"}, ""}}));
    CHECK(read_all("\"two\r\nlines\",x\r\ny,z\r\n") == reads({{1, {"two\r\nlines", "x"}, ""}, {3, {"y", "z"}, ""}}));
    CHECK(read_all("a\"b,c\n") == reads({{1, {"a\"b", "c"}, ""}})); // a quote within a field is a character
}

TEST_CASE("csv: carriage returns, a byte order mark and empty lines do not count", "[orders]") {
    CHECK(read_all("a,b\r\nc,\"d\"\r\n") == reads({{1, {"a", "b"}, ""}, {2, {"c", "d"}, ""}}));
    CHECK(read_all("\xEF\xBB\xBF\"a\",b\n") == reads({{1, {"a", "b"}, ""}}));
    CHECK(read_all("\xEF\xBB\xBF").empty());
    CHECK(read_all("\n\r\na\n\n\nb\n\n") == reads({{3, {"a"}, ""}, {6, {"b"}, ""}}));
}

TEST_CASE("csv: a faulty record is reported and costs one line", "[orders]") {
    auto const after_quote = "a closing quote is not followed by a comma";
    CHECK(read_all("1,\"a\"b,2\n3,4\n") == reads({{1, {"1"}, after_quote}, {2, {"3", "4"}, ""}}));
    CHECK(
        read_all("1,\"never closed\n2,b\n3,c\n") ==
        reads({{1, {"1"}, "a quoted field does not end"}, {2, {"2", "b"}, ""}, {3, {"3", "c"}, ""}})
    );
    // The open quote of line 1 would swallow line 2 and end at that of line 3.
    CHECK(
        read_all("1,\"open\n2,b\n3,\"c\"\n4,d\n") ==
        reads({{1, {"1"}, after_quote}, {2, {"2", "b"}, ""}, {3, {"3", "c"}, ""}, {4, {"4", "d"}, ""}})
    );
}

TEST_CASE("csv: whoever finds fault with a record can have it read again from its second line", "[orders]") {
    std::istringstream in{"1,\"a\n2,b\n3\",c\n4,d\n"};
    orders::CsvReader reader{in};
    orders::CsvRecord record;
    REQUIRE(reader.next(record));
    CHECK(record.fields == Fields{"1", "a\n2,b\n3", "c"});
    reader.reject();
    REQUIRE(reader.next(record));
    CHECK(record.line == 2);
    CHECK(record.fields == Fields{"2", "b"});
    REQUIRE(reader.next(record));
    CHECK(record.fields == Fields{"3\"", "c"});
    REQUIRE(reader.next(record));
    CHECK(record.line == 4);
    CHECK_FALSE(reader.next(record));
}

TEST_CASE("csv: no record takes more than 64 KiB", "[orders]") {
    std::string const limit(orders::CsvReader::max_record_bytes, 'x');
    auto const too_long = "the line is longer than 64 KiB";
    CHECK(read_all(limit + limit + "\n1,2\n") == reads({{1, {}, too_long}, {2, {"1", "2"}, ""}}));
    CHECK(read_all("1," + limit + "\n2,3\n") == reads({{1, {"1"}, too_long}, {2, {"2", "3"}, ""}}));
    CHECK(read_all(limit.substr(3) + ",2\n")[0].error.empty());
    std::vector<Read> const open = read_all("1,\"open\n" + limit + "\n2,3\n");
    REQUIRE(open.size() == 3);
    CHECK(open[0] == Read{1, {"1"}, "a quoted field does not end within 64 KiB"});
    CHECK(open[1].error == too_long);
    CHECK(open[2] == Read{3, {"2", "3"}, ""});
}

TEST_CASE("csv: lines across the ends of the reader's buffer stay whole", "[orders]") {
    std::string text;
    for (int i = 0; i < 20'000; ++i) {
        text += std::to_string(i) + ",\"a \"\"quoted\"\" \nfield\"\r\n";
    }
    std::vector<Read> const all = read_all(text);
    REQUIRE(all.size() == 20'000);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].fields != Fields{std::to_string(i), "a \"quoted\" \nfield"}) {
            FAIL(all[i]);
        }
        if (all[i].line != static_cast<std::int64_t>(2 * i + 1)) {
            FAIL(all[i]);
        }
    }
}

TEST_CASE("csv: a stream that fails is told from one that ends", "[orders]") {
    class Failing : public std::streambuf {
        int_type underflow() override { throw 1; }
    };
    Failing buffer;
    std::istream in{&buffer};
    orders::CsvReader reader{in};
    orders::CsvRecord record;
    CHECK_THROWS_AS(reader.next(record), orders::UnreadableFile);
}
