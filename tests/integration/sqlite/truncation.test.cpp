// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/execution.hpp>
#include <tests/integration/sqlite/support/files_hold.hpp>
#include <tests/integration/sqlite/support/statement_watch.hpp>
#include <tests/integration/sqlite/support/veil.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// How streams of an SQLite file lose their beginning, and end.

namespace {

using namespace integration;
using annals::EncodedPayload;
using annals::ExpectedVersion;
using annals::Position;
using annals::SqliteEventStore;
using annals::StreamName;
using annals::Version;
using reliability::Process;
using reliability::RawDatabase;
using reliability::TempDirectory;
using Events = std::vector<annals::SourcedEvent<EncodedPayload>>;
using Sent = std::vector<annals::NewEvent<EncodedPayload>>;

StreamName const orders{"Order", "1"};
StreamName const others{"Order", "2"};

/// Events whose every column of content says that it goes.
Sent events_saying(std::string const& word, std::size_t count, std::size_t size) {
    Sent events;
    for (std::size_t n = 0; n < count; ++n) {
        std::string data = "\"";
        while (data.size() < size) {
            data += word + ' ';
        }
        annals::NewEvent<EncodedPayload> event{annals::new_event_id(), annals::system_clock().now(), {}, {}};
        event.metadata.user = word;
        event.payload = {word, 1, data + '"'};
        events.push_back(event);
    }
    return events;
}

template <class Range>
Events read(Range&& range) {
    Events all;
    for (auto const& event : range) {
        all.push_back(event);
    }
    return all;
}

bool is_of(Events const& all, std::vector<std::int64_t> const& versions) {
    std::vector<std::int64_t> found;
    for (auto const& event : all) {
        found.push_back(event.version.value());
    }
    return found == versions;
}

} // namespace

TEST_CASE("Nothing of a truncated event stands in the file or its log", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    std::size_t const size = GENERATE(as<std::size_t>{}, 20, 400, 3'000, 20'000);
    CAPTURE(size);
    for (int n = 0; n < 20; ++n) { // so that pages hold events of both
        store.append(orders, ExpectedVersion::any(), events_saying("GoingAway", 30, size));
        store.append(others, ExpectedVersion::any(), events_saying("Remaining", 3, size));
    }
    store.append(orders, ExpectedVersion::any(), events_saying("LastOne", 1, size));
    REQUIRE(files_hold(path, "GoingAway"));

    SECTION("before a version") { store.truncate_before(orders, Version{601}, "it is old"); }
    SECTION("before a tombstone") { store.tombstone(orders, "it is old"); }
    CHECK_FALSE(files_hold(path, "GoingAway"));
    CHECK(files_hold(path, "Remaining"));
    CHECK(files_hold(path, "LastOne"));
    CHECK(is_of(read(store.get_events(orders)), {601}));
    CHECK_NOTHROW(store.verify());
}

TEST_CASE("A truncation that cannot empty the log says so, and is completed when called again", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path, {.busy_timeout = std::chrono::milliseconds{20}}};
    store.append(orders, ExpectedVersion::any(), events_saying("GoingAway", 30, 100));
    store.append(orders, ExpectedVersion::any(), events_saying("LastOne", 1, 100));
    {
        RawDatabase const reader{path};
        reader.run("BEGIN; SELECT count(*) FROM events");
        try {
            store.truncate_before(orders, Version{31}, "it is old");
            FAIL("the log was emptied below a reader");
        } catch (annals::StoreError const& error) {
            CHECK(error.is_transient());
        }
        CHECK(is_of(read(store.get_events(orders)), {31}));
        CHECK(files_hold(path, "GoingAway"));
    }
    store.truncate_before(orders, Version{31}, "it is old");
    CHECK_FALSE(files_hold(path, "GoingAway"));
    CHECK(store.truncations().size() == 1);
}

TEST_CASE("Whoever truncates may be killed before any statement", "[sqlite]") {
    bool const ends = GENERATE(false, true);
    int killed = 0;
    for (bool is_through = false; !is_through; ++killed) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        Sent const sent = events_saying("GoingAway", 5, 100);
        SqliteEventStore{path}.append(orders, ExpectedVersion::any(), sent);
        auto const truncate = [&](SqliteEventStore& store) {
            ends ? store.tombstone(orders, "it is old") : store.truncate_before(orders, Version{5}, "it is old");
        };
        Process truncating{[&] {
            Execution const execution;
            SqliteEventStore store{path};
            Execution::kill_before(killed + 1);
            truncate(store);
        }};
        is_through = truncating.wait();
        CAPTURE(ends, killed);
        REQUIRE((is_through || truncating.was_killed()));

        SqliteEventStore store{path};
        CHECK_NOTHROW(store.verify());
        auto const left = read(store.read_all());
        CHECK((left.size() == 5 || left.size() == 1));
        for (auto const& event : left) {
            CHECK(event.payload == sent[static_cast<std::size_t>(event.version.value() - 1)].payload);
        }
        truncate(store);
        CHECK(is_of(read(store.get_events(orders)), {5}));
        CHECK(store.truncations().size() == 1);
        CHECK(RawDatabase{path}.text("SELECT count(*) FROM events") == (ends ? "6" : "5"));
        CHECK_NOTHROW(store.verify());
    }
    CHECK(killed > 15);
}

TEST_CASE("A tombstone is a row behind all versions, which nobody is handed", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    store.append(orders, ExpectedVersion::any(), events_saying("Noted", 3, 10));
    store.tombstone(orders, "it is old");
    store.append(others, ExpectedVersion::any(), events_saying("Noted", 1, 10));
    CHECK(
        RawDatabase{path}.text("SELECT position || ' ' || version || ' ' || event_type FROM events ORDER BY position"
        ) == "1 1 annals:truncated\n2 2 annals:truncated\n3 3 Noted\n4 9223372036854775807 annals:truncated\n5 1 Noted"
    );
    CHECK(is_of(read(store.read_all()), {3, 1}));
    CHECK(is_of(read(store.read_all(Position{3})), {1}));
    for (std::int64_t const after : {std::int64_t{3}, std::int64_t{4}, annals::detail::ended_version.value()}) {
        CHECK(read(store.get_events(orders, Version{after})).empty());
    }
    CHECK(store.stream_version(orders) == Version{3});
    CHECK(store.head() == Position{5});
    CHECK_NOTHROW(store.verify());
}

TEST_CASE("A transaction sees what is truncated, and survives a refused append", "[sqlite]") {
    SqliteEventStore store{":memory:"};
    Sent const sent = events_saying("Noted", 4, 10);
    store.append(orders, ExpectedVersion::any(), sent);
    store.truncate_before(orders, Version{3}, "it is old");
    store.append(others, ExpectedVersion::any(), events_saying("Noted", 1, 10));
    store.tombstone(others, "it is old");
    store.transact([&](annals::sqlite::Transaction& in) {
        CHECK(is_of(read(in.get_events(orders)), {3, 4}));
        CHECK_FALSE(in.find_event(sent[1].event_id));
        CHECK(in.find_event(sent[2].event_id));
        CHECK(in.append(orders, ExpectedVersion::no_stream(), sent).already_appended);
        auto const more = events_saying("Noted", 1, 10);
        CHECK_THROWS_AS(in.append(others, ExpectedVersion::any(), more), annals::StreamTombstoned);
        in.append(orders, ExpectedVersion::exactly(Version{4}), more);
        CHECK_THROWS_AS(store.truncate_before(orders, Version{4}, "it is old"), annals::UsageError);
    });
    CHECK(is_of(read(store.get_events(orders)), {3, 4, 5}));
    CHECK_FALSE(store.find_event(sent[0].event_id));
    CHECK(store.find_event(sent[3].event_id)->version == Version{4});
}

TEST_CASE("Sealed events are truncated, and their ids stay known", "[sqlite]") {
    SqliteEventStore store{":memory:", {.payloads = std::make_shared<Veil>("key")}};
    Sent const sent = events_saying("Noted", 4, 10);
    store.append(orders, ExpectedVersion::no_stream(), sent);
    store.truncate_before(orders, Version{4}, "it is old");
    CHECK(read(store.get_events(orders)).at(0).payload == sent[3].payload);
    CHECK(store.append(orders, ExpectedVersion::no_stream(), sent).already_appended);
    CHECK_NOTHROW(store.verify());
}

TEST_CASE("What is left of a truncated stream is loaded as if it were all", "[sqlite]") {
    auto const steps_with = [](std::size_t gone) {
        StatementWatch watch;
        SqliteEventStore store{":memory:"};
        if (gone > 0) {
            store.append(orders, ExpectedVersion::any(), events_saying("Noted", gone, 10));
        }
        store.append(orders, ExpectedVersion::any(), events_saying("Noted", 10, 10));
        if (gone > 0) {
            store.truncate_before(orders, Version{static_cast<std::int64_t>(gone) + 1}, "it is old");
        }
        watch.begin();
        CHECK(read(store.get_events(orders)).size() == 10);
        return watch.steps();
    };
    long const whole = steps_with(0);
    long const few = steps_with(300);
    CHECK(steps_with(5'000) == few);
    CHECK(few < 2 * whole);
}

TEST_CASE("verify() finds an event that is gone without a truncation, and a damaged truncation", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    store.append(orders, ExpectedVersion::any(), events_saying("Noted", 4, 10));
    store.truncate_before(orders, Version{3}, "it is old");
    CHECK_NOTHROW(store.verify());
    RawDatabase const raw{path};
    raw.run("DROP TRIGGER truncations_refuse_update; DROP TRIGGER truncations_refuse_delete");
    SECTION("another reason") { raw.run("UPDATE truncations SET reason = 'it was wrong'"); }
    SECTION("another version") { raw.run("UPDATE truncations SET first_version = 4"); }
    SECTION("none") { raw.run("DELETE FROM truncations"); }
    CHECK_THROWS_AS(store.verify(), annals::CorruptData);
}

TEST_CASE("A truncated row that was changed is damage to whoever passes over it", "[sqlite]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    store.append(orders, ExpectedVersion::any(), events_saying("Noted", 4, 10));
    store.truncate_before(orders, Version{3}, "it is old");
    RawDatabase{path}.run("DROP TRIGGER events_refuse_update; UPDATE events SET data = '{ }' WHERE position = 1");
    CHECK_THROWS_AS(read(store.read_all()), annals::CorruptData);
    CHECK_THROWS_AS(read(store.get_events(orders)), annals::CorruptData);
    CHECK_THROWS_AS(store.verify(), annals::CorruptData);
}

TEST_CASE("Without its triggers for truncations a file is refused", "[sqlite][opening]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    static_cast<void>(SqliteEventStore{path});
    std::string const change = GENERATE(
        as<std::string>{},
        "DROP TRIGGER truncations_refuse_update",
        "DROP TRIGGER truncations_refuse_delete",
        "DROP TRIGGER truncations_refuse_replace",
        "DROP TRIGGER events_refuse_update; CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events BEGIN SELECT "
        "1; "
        "END",
        "DROP TABLE truncations"
    );
    CAPTURE(change);
    RawDatabase{path}.run(change);
    CHECK_THROWS_AS(SqliteEventStore{path}, annals::CorruptData);
}
