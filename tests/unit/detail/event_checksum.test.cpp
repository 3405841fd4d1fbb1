// SPDX-License-Identifier: MIT

#include <annals/detail/event_checksum.hpp>
#include <tests/catch.hpp>

#include <set>
#include <string>
#include <vector>

using annals::detail::checksum_of;
using annals::detail::EventRow;

namespace {

constexpr EventRow row{
    17, "0123456789abcdef", "Order", "order-1", 3, "Created", 1, 1'291'191'960'000'000, "{}", R"({"total":1})"
};

} // namespace

TEST_CASE("event checksum: it is the same for the same row in every build") {
    STATIC_REQUIRE(checksum_of(row) == checksum_of(EventRow{row}));
    // Worked out by hand: 64-bit little-endian numbers, each text after its length, CRC-32C over all of it.
    CHECK(checksum_of(row) == 0xAFEDC427U);
}

TEST_CASE("event checksum: every column counts") {
    std::vector<EventRow> rows(11, row);
    rows[1].position = 18;
    rows[2].event_id = "0123456789abcdeg";
    rows[3].aggregate_type = "order";
    rows[4].aggregate_id = "order-2";
    rows[5].version = 4;
    rows[6].event_type = "Shipped";
    rows[7].schema_version = 2;
    rows[8].timestamp += 1;
    rows[9].metadata = R"({"user":"ada"})";
    rows[10].data = R"({"total":2})";
    std::set<std::uint32_t> sums;
    for (EventRow const& changed : rows) {
        sums.insert(checksum_of(changed));
    }
    CHECK(sums.size() == rows.size());
}

TEST_CASE("event checksum: every bit of the data counts") {
    std::set<std::uint32_t> sums{checksum_of(row)};
    std::string data{row.data};
    for (char& c : data) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            char const before = c;
            c = static_cast<char>(static_cast<unsigned char>(c) ^ (1U << bit));
            EventRow changed = row;
            changed.data = data;
            sums.insert(checksum_of(changed));
            c = before;
        }
    }
    CHECK(sums.size() == 1 + 8 * data.size());
}
