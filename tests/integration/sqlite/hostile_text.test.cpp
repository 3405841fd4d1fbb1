// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

// Texts that would do harm if they became SQL, or were cut, folded or converted on their way.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::RawDatabase;
using reliability::TempDirectory;

/// Texts that somebody has broken something with.
std::vector<std::string> hostile_texts() {
    std::vector<std::string> texts{
        "'",
        "''",
        "\"",
        "`",
        ";",
        "--",
        "/*",
        "*/",
        "\\",
        "%",
        "_",
        "?",
        "?1",
        "$1",
        ":name",
        "@name",
        "' OR '1'='1",
        "' OR 1=1 --",
        "'; DROP TABLE events; --",
        "\"; DROP TABLE events; --",
        "'); DELETE FROM events; --",
        "' UNION SELECT * FROM checkpoints --",
        "1; PRAGMA writable_schema=1",
        "x'); INSERT INTO events DEFAULT VALUES; --",
        "'||(SELECT sql FROM sqlite_schema)||'",
        "' AND load_extension('x') --",
        "ATTACH DATABASE 'x' AS y",
        "'; ROLLBACK; --",
        "'; COMMIT; --",
        "NULL",
        "null",
        "true",
        "0",
        "-1",
        "1e400",
        "NaN",
        "9223372036854775808",
        "0x7f",
        "X'00'",
        "$(id)",
        "`id`",
        "| id",
        "&& id",
        "%n%s%x",
        "%00",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "<script>",
        "..",
        "../../etc/passwd",
        "/",
        "a/b",
        "C:\\",
        "con",
        "file:x?mode=memory",
        ":memory:",
        " ",
        "  ",
        " a",
        "a ",
        "a\xc2\xa0",
        "A",
        "a",
        "\xc3\x84",
        "\xc3\xa4",
        "A\xcc\x88",
        "\xef\xac\x81",
        "fi",
        "\xe1\xba\x9e",
        "ss",
        "\xc4\xb0",
        "i",
        "\xe2\x80\xae"
        "abc",
        "\xef\xbb\xbf"
        "bom",
        "\xf0\x9f\x92\xa3",
        "\xf4\x8f\xbf\xbf",
        "\xef\xbf\xbf",
        "\xed\x9f\xbf",
        "{\"a\":1}",
        "[]",
        "\"quoted\"",
        "\\u0000",
        "\\x00",
        std::string(255, '\''),
        std::string(254, 'a') + "'",
        // Not names:
        "",
        "\n",
        "\r\n",
        "\t",
        "a\x7f"
        "b",
        "\x1b[31m",
        "\xc2\x85",
        std::string{"a\0b", 3},
        std::string{"\0", 1},
        "\xff",
        "\xc0\x80",
        "\xed\xa0\x80",
        "\xf5\x80\x80\x80",
        "\xc3",
        "a\xe2\x82",
        std::string(256, 'a'),
    };
    // And what chance makes of the characters that matter.
    std::mt19937 dice{1};
    std::string_view const alphabet = "'\"`;-/*\\%_?()[]=|&<>,. \tabc019\xc3\xa4\xff";
    for (int i = 0; i < 400; ++i) {
        std::string text;
        for (std::size_t n = 1 + dice() % 24; n > 0; --n) {
            text += alphabet[dice() % alphabet.size()];
        }
        texts.push_back(text);
    }
    return texts;
}

/// Writes a text somewhere and reads it back.
struct Place {
    char const* name;
    std::function<std::string(SqliteEventStore&, std::string const&)> echo;
};

std::vector<Place> places() {
    using Store = SqliteEventStore;
    using Text = std::string;
    constexpr auto any = annals::ExpectedVersion::any();
    auto const append = [any](Store& store, annals::StreamName const& stream, auto&& change) {
        auto event = addition(1);
        change(event);
        store.append(stream, any, {&event, 1});
        std::optional<annals::SourcedEvent<annals::EncodedPayload>> last;
        for (auto const& stored : store.get_events(stream)) {
            last.emplace(stored);
        }
        return *last;
    };
    annals::StreamName const own{"Hostile", "1"};
    return {
        {"aggregate type",
         [=](Store& store, Text const& text) { return append(store, {text, "1"}, [](auto&) {}).aggregate_type(); }},
        {"aggregate id",
         [=](Store& store, Text const& text) { return append(store, {"T", text}, [](auto&) {}).aggregate_id(); }},
        {"event type",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.payload.type = text; }).payload.type;
         }},
        {"payload",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.payload.data = text; }).payload.data;
         }},
        {"correlation id",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.correlation_id = text; }).metadata.correlation_id;
         }},
        {"causation id",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.causation_id = text; }).metadata.causation_id;
         }},
        {"user",
         [=](Store& store, Text const& text) {
             return append(store, own, [&](auto& e) { e.metadata.user = text; }).metadata.user;
         }},
        {"metadata key",
         [=](Store& store, Text const& text) {
             auto const stored = append(store, own, [&](auto& e) { e.metadata.extra[text] = "v"; });
             return stored.metadata.extra.begin()->first;
         }},
        {"metadata value",
         [=](Store& store, Text const& text) {
             auto const stored = append(store, own, [&](auto& e) { e.metadata.extra["k"] = text; });
             return stored.metadata.extra.at("k");
         }},
        {"state type",
         [=](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({own, annals::Version{1}, annals::new_event_id(), {}, {text, 1, "s"}});
             return snapshots.load(own)->state.type;
         }},
        {"state",
         [=](Store& store, Text const& text) {
             auto snapshots = store.snapshot_store();
             snapshots.save({own, annals::Version{1}, annals::new_event_id(), {}, {"S", 1, text}});
             return snapshots.load(own)->state.data;
         }},
        {"projection name",
         [](Store& store, Text const& text) {
             annals::SqliteCheckpointStore checkpoints{store};
             static std::int64_t epoch = 0;
             annals::Checkpoint const to{annals::Position{1}, annals::new_event_id(), ++epoch};
             checkpoints.advance(text, checkpoints.load(text), to);
             return checkpoints.load(text) == to ? text : "another checkpoint";
         }},
        {"bound value",
         [](Store& store, Text const& text) {
             return store.transact([&](annals::sqlite::Transaction& transaction) {
                 auto rows = transaction.query("SELECT ?1", text);
                 return rows.next() ? std::string{rows.text(0)} : "no row";
             });
         }},
    };
}

} // namespace

TEST_CASE("Hostile texts come back as they were, or are refused", "[sqlite][hostile]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {annals::sqlite::Durability::process_crash_only}};
    std::string const schema = "SELECT group_concat(type || name || tbl_name || quote(sql)) "
                               "FROM sqlite_schema";
    std::string const before = RawDatabase{path}.text(schema);
    for (Place const& place : places()) {
        int kept = 0;
        int refused = 0;
        for (std::string const& text : hostile_texts()) {
            CAPTURE(place.name, text);
            annals::Position const head = store.head();
            try {
                std::string const echo = place.echo(store, text);
                CHECK(echo == text);
                ++kept;
            } catch (annals::InvalidInput const&) {
                CHECK(store.head() == head);
                ++refused;
            }
        }
        CAPTURE(place.name);
        CHECK(kept > 100);
        CHECK((refused > 10 || std::string_view{place.name} == "bound value"));
    }
    CHECK(RawDatabase{path}.text(schema) == before);
    std::int64_t position = 0;
    for (auto const& event : store.get_all_events()) {
        CHECK(event.position.first() == ++position);
    }
    CHECK(position == store.head().first());
    CHECK(reliability::is_intact(path));
}

TEST_CASE("Names that look alike are different streams", "[sqlite][hostile]") {
    SqliteEventStore store{":memory:"};
    std::vector<std::string> const names{
        "a",
        "A",
        "a ",
        " a",
        "\xc3\xa4",
        "a\xcc\x88",
        "\xc3\x84",
        "a'",
        "a%",
        "1",
        "01",
        "1.0",
        "1e0",
        "\xef\xac\x81",
        "fi",
        "ss",
        "\xc3\x9f",
    };
    for (std::string const& name : names) {
        append_additions(store, name, 1);
    }
    for (std::string const& name : names) {
        CAPTURE(name);
        CHECK(count(store.get_events(counter_stream(name))) == 1);
    }
    store.append({"a", "bc"}, annals::ExpectedVersion::no_stream(), std::vector{addition(1)});
    CHECK_NOTHROW(store.append({"ab", "c"}, annals::ExpectedVersion::no_stream(), std::vector{addition(1)}));
}
