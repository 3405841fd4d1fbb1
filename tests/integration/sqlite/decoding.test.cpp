// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

// Rows that are whole but not what the application, or the library, would have written.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using Catch::Matchers::ContainsSubstring;
using reliability::Counter;
using reliability::RawDatabase;
using reliability::TempDirectory;

annals::NewEvent<annals::EncodedPayload> event(std::string type, std::string data) {
    return {annals::new_event_id(), annals::system_clock().now(), {}, {std::move(type), 1, std::move(data)}};
}

void append(SqliteEventStore& store, annals::NewEvent<annals::EncodedPayload> const& event) {
    store.append({"Counter", "c"}, annals::ExpectedVersion::any(), {&event, 1});
}

/// Puts a row into the file as if the library had: past the triggers, with the right checksum.
void forge(std::string const& path, annals::detail::EventRow const& row) {
    RawDatabase const raw{path};
    auto const text = [](std::string_view value) {
        std::string quoted = "'";
        for (char const c : value) {
            quoted += c == '\'' ? "''" : std::string(1, c);
        }
        return quoted + "'";
    };
    raw.run("PRAGMA ignore_check_constraints=ON");
    raw.run(
        "INSERT INTO events VALUES (" + std::to_string(row.position) + ", CAST(" + text(row.event_id) + " AS BLOB), " +
        text(row.aggregate_type) + ", " + text(row.aggregate_id) + ", " + std::to_string(row.version) + ", " +
        text(row.event_type) + ", " + std::to_string(row.schema_version) + ", " + std::to_string(row.timestamp) + ", " +
        text(row.metadata) + ", " + text(row.data) + ", " + std::to_string(annals::detail::checksum_of(row)) + ")"
    );
}

annals::detail::EventRow good_row() {
    return {1, "0123456789abcdef", "Counter", "c", 1, "Increased", 1, 0, "{}", R"({"by":1})"};
}

template <class Error>
void check_reading_throws(SqliteEventStore& store) {
    auto counters = annals::repository_for<Counter>(store);
    CHECK_THROWS_AS(counters.get_by_id("c"), Error);
    CHECK_THROWS_AS(counters.transact("c", [](Counter& c) { c.increase(1); }), Error);
    CHECK_THROWS_AS(count(counters.get_events("c")), Error);
}

} // namespace

TEST_CASE("An event of an unknown type is an UnknownEventType", "[sqlite][decoding]") {
    SqliteEventStore store{":memory:"};
    append(store, event("Increased", R"({"by":1})"));
    append(store, event("Vanished", "{}"));
    check_reading_throws<annals::UnknownEventType>(store);
    auto counters = annals::repository_for<Counter>(store);
    CHECK_THROWS_WITH(
        counters.get_by_id("c"),
        ContainsSubstring("Counter/c") && ContainsSubstring("version 2") && ContainsSubstring("Vanished")
    );
    CHECK(counters.get_as_of("c", annals::Version{1})->total() == 1);
    CHECK(count(store.get_all_events()) == 2);
}

TEST_CASE("A payload that does not fit its type is a DecodeError", "[sqlite][decoding]") {
    std::string const marker = "SECRET";
    std::vector<std::string> const payloads{
        "",
        "{",
        "}",
        "null",
        "[]",
        "7",
        "\"text\"",
        "{}",
        R"({"by":"SECRET"})",
        R"({"by":null})",
        R"({"by":1.5})",
        R"({"by":1e400})",
        R"({"by":9223372036854775808})",
        R"({"by":1}x)",
        R"({"by":1,"by":2})",
        R"({"by":1,})",
        "{\"by\":1,\"x\":\"SECRET\"",
        std::string(100'000, '['),
        R"({"by":1,"x":)" + std::string(1'000, '[') + std::string(1'000, ']') + "}",
    };
    for (std::string const& payload : payloads) {
        SqliteEventStore store{":memory:"};
        append(store, event("Increased", payload));
        CAPTURE(payload.substr(0, 60));
        check_reading_throws<annals::DecodeError>(store);
        try {
            static_cast<void>(annals::repository_for<Counter>(store).get_by_id("c"));
        } catch (annals::DecodeError const& error) {
            CHECK_THAT(error.what(), !ContainsSubstring(marker));
        }
    }
}

TEST_CASE("A row that no append lets through is CorruptData", "[sqlite][decoding]") {
    using Row = annals::detail::EventRow;
    std::vector<std::pair<char const*, void (*)(Row&)>> const changes{
        {"no aggregate type", [](Row& row) { row.aggregate_type = ""; }},
        {"a control character in the id", [](Row& row) { row.aggregate_id = "c\x01"; }},
        {"metadata of another form", [](Row& row) { row.metadata = R"({ "user": "x" })"; }},
        {"metadata that is no object", [](Row& row) { row.metadata = "[]"; }},
        {"a large schema version", [](Row& row) { row.schema_version = std::int64_t{1} << 40U; }},
        {"a gap in the positions", [](Row& row) { row.position = 7; }},
    };
    for (auto const& [name, change] : changes) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        static_cast<void>(SqliteEventStore{path});
        Row row = good_row();
        change(row);
        forge(path, row);
        SqliteEventStore const store{path};
        CAPTURE(name);
        CHECK_THROWS_AS(count(store.get_all_events()), annals::CorruptData);
    }
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    static_cast<void>(SqliteEventStore{path});
    forge(path, good_row()); // unchanged, to see that this is not what is refused
    CHECK(count(SqliteEventStore{path}.get_all_events()) == 1);
}

TEST_CASE("A hole in a stream is CorruptData", "[sqlite][decoding]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    static_cast<void>(SqliteEventStore{path});
    auto row = good_row();
    row.version = GENERATE(as<std::int64_t>{}, 2, -1, std::numeric_limits<std::int64_t>::min());
    forge(path, row);
    SqliteEventStore store{path};
    check_reading_throws<annals::CorruptData>(store);
}

TEST_CASE("A log that has lost its end is CorruptData", "[sqlite][decoding]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    {
        SqliteEventStore store{path};
        append(store, event("Increased", R"({"by":1})"));
        append(store, event("Increased", R"({"by":2})"));
    }
    {
        RawDatabase const raw{path};
        std::string const trigger = raw.text("SELECT sql FROM sqlite_schema WHERE name = 'events_refuse_delete'");
        raw.run("DROP TRIGGER events_refuse_delete");
        raw.run("DELETE FROM events WHERE position = 2");
        raw.run(trigger);
    }
    SqliteEventStore store{path};
    CHECK_THROWS_AS(count(store.get_all_events()), annals::CorruptData);
    CHECK_THROWS_AS(store.head(), annals::CorruptData);
    // An append would put another event where one has been.
    CHECK_THROWS_AS(append(store, event("Increased", R"({"by":3})")), annals::CorruptData);
}

TEST_CASE("Numbers do not run over their ends", "[sqlite][decoding]") {
    constexpr auto highest = std::numeric_limits<std::int64_t>::max();
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    static_cast<void>(SqliteEventStore{path});
    auto row = good_row();
    SECTION("versions") {
        row.version = highest;
        forge(path, row);
        SqliteEventStore store{path};
        CHECK_THROWS_AS(append(store, event("Increased", "{}")), annals::Error);
        CHECK(store.head().first() == 1);
    }
    SECTION("positions") {
        row.position = highest;
        forge(path, row);
        SqliteEventStore store{path};
        CHECK_THROWS_AS(append(store, event("Increased", "{}")), annals::Error);
        CHECK(store.head().first() == highest);
    }
}

TEST_CASE("A changed row does not match its checksum", "[sqlite][decoding]") {
    for (char const* const change :
         {"event_id = zeroblob(16)",
          "aggregate_type = 'Other'",
          "aggregate_id = 'd'",
          "version = 2",
          "event_type = 'Other'",
          "schema_version = 2",
          "timestamp = timestamp + 1",
          "metadata = '{\"user\":\"x\"}'",
          "data = '{\"by\":2}'",
          "checksum = checksum + 1",
          "checksum = -1"}) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        {
            SqliteEventStore store{path};
            append(store, event("Increased", R"({"by":1})"));
        }
        {
            RawDatabase const raw{path};
            std::string const trigger = raw.text("SELECT sql FROM sqlite_schema WHERE name = 'events_refuse_update'");
            raw.run("DROP TRIGGER events_refuse_update");
            raw.run(std::string{"UPDATE events SET "} + change);
            raw.run(trigger);
        }
        SqliteEventStore const store{path};
        CAPTURE(change);
        CHECK_THROWS_AS(count(store.get_all_events()), annals::CorruptData);
    }
}

TEST_CASE("A damaged snapshot is passed over", "[sqlite][decoding]") {
    for (char const* const change :
         {"version = 1",
          "version = 3",
          "version = -1",
          "event_id = zeroblob(16)",
          "event_id = zeroblob(3)",
          "state_type = 'Other'",
          "schema_version = 2",
          "schema_version = 4294967297",
          "state = '{\"total\":9,\"label\":\"\"}'",
          "state = ''",
          "created_at = 0",
          "checksum = 0"}) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        {
            SqliteEventStore store{path};
            auto counters = annals::repository_for<Counter>(store, annals::EveryNEvents{2});
            counters.transact("c", [](Counter& c) { c.increase(3); });
            counters.transact("c", [](Counter& c) { c.increase(4); });
            REQUIRE(store.snapshot_store().load({"Counter", "c"}));
        }
        RawDatabase{path}.run(std::string{"UPDATE snapshots SET "} + change);
        SqliteEventStore store{path};
        auto counters = annals::repository_for<Counter>(store, annals::EveryNEvents{2});
        CAPTURE(change);
        CHECK_FALSE(store.snapshot_store().load({"Counter", "c"}));
        CHECK(counters.get_by_id("c")->total() == 7);
    }
}
