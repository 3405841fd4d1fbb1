// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/integration/postgres/support/traffic.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

// What the contract of stores does not say of truncated and ended streams: rows, files, and what stands in the way.

namespace {

using namespace annals;
using namespace integration::postgres;

std::string const reason = "books of 2025";

template <class Reader>
std::vector<Version> versions_of(Reader const& reader, std::string const& id, Version after = {}) {
    std::vector<Version> versions;
    for (auto const& event : reader.get_events(stream_of(id), after)) {
        versions.push_back(event.version);
    }
    return versions;
}

/// Whether each event of a log is whole, and those of the stream are the last of `count` with at least `first`.
bool is_whole(PostgresEventStore const& store, std::string const& id, int count, int first) {
    auto const versions = versions_of(store, id);
    bool is_good = !versions.empty() && versions.front() <= Version{first} && versions.back() == Version{count};
    for (std::size_t i = 1; i < versions.size(); ++i) {
        is_good = is_good && versions[i].follows(versions[i - 1]);
    }
    for (auto const& event : store.read_all()) {
        is_good = is_good && event.payload.type == "Happened";
    }
    return is_good;
}

std::string gone_rows(TestSchema const& schema) {
    return schema.run("SELECT count(*) FROM @.events WHERE event_type = 'annals:truncated' AND data::text = '{}' "
                      "AND metadata::text = '{}' AND schema_version = 1");
}

} // namespace

TEST_CASE("postgres: rows of truncated events stay, without their content", "[postgres]") {
    TestSchema schema{{.payload_column = GENERATE(postgres::PayloadColumn::text, postgres::PayloadColumn::json)}};
    auto store = schema.open();
    auto const events = some_events(5);
    store.append(stream_of("a"), ExpectedVersion::any(), events);
    std::string const rows = "SELECT string_agg(concat(position, event_id, aggregate_type, aggregate_id, version, "
                             "\"timestamp\"), ',' ORDER BY position) FROM @.events WHERE version < 9223372036854775807";
    std::string const before = schema.run(rows);
    store.truncate_before(stream_of("a"), Version{4}, reason);
    CHECK(gone_rows(schema) == "3");
    CHECK(schema.run(rows) == before);
    CHECK_FALSE(store.find_event(events[2].event_id));
    CHECK(store.find_event(events[3].event_id));
    store.read([&](postgres::Transaction& transaction) {
        CHECK(transaction.truncations().size() == 1);
        CHECK(versions_of(transaction, "a") == std::vector{Version{4}, Version{5}});
    });

    Position const head = store.head();
    store.tombstone(stream_of("a"), reason);
    CHECK(schema.run(rows) == before);
    CHECK(gone_rows(schema) == "5");
    CHECK(schema.run("SELECT max(version) FROM @.events") == "9223372036854775807");
    CHECK(store.head() > head); // where the mark is
    auto const truncations = store.truncations();
    REQUIRE(truncations.size() == 2);
    CHECK(truncations[0].first == Version{4});
    CHECK(truncations[1].first == Version{5});
    CHECK(truncations[1].stream == stream_of("a"));
    CHECK(truncations[1].done_at >= truncations[0].done_at);
    CHECK(truncations[1].done_at > events[0].timestamp - std::chrono::hours{1});
}

TEST_CASE("postgres: damage to truncated rows is found as that to others", "[postgres]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a", 5);
    store.truncate_before(stream_of("a"), Version{4}, reason);
    CHECK_NOTHROW(log_of(store));
    std::string const change = GENERATE(
        as<std::string>{},
        "UPDATE @.events SET checksum = checksum + 1 WHERE version = 2",
        "UPDATE @.events SET data = '{\"forged\":1}' WHERE version = 2",
        "UPDATE @.events SET \"timestamp\" = now() WHERE version = 2",
        "UPDATE @.events SET event_type = 'annals:truncated' WHERE version = 5",
        "UPDATE @.events SET version = 9 WHERE version = 2"
    );
    CAPTURE(change);
    schema.run("ALTER TABLE @.events DISABLE TRIGGER ALL; " + change);
    CHECK_THROWS_AS(log_of(store), CorruptData);
    CHECK_THROWS_AS(versions_of(store, "a"), CorruptData);
}

TEST_CASE("postgres: a cursor that has met damage hands out nothing behind it", "[postgres]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a", 150); // the first page is whole
    std::string const change = GENERATE(
        as<std::string>{},
        "UPDATE @.events SET checksum = 1 WHERE version = 120",
        "DELETE FROM @.events WHERE version = 120"
    );
    CAPTURE(change);
    postgres::detail::StreamCursor cursor{
        postgres::detail::Source{store.database(), nullptr}, {stream_of("a"), Version{}}
    };
    schema.run("ALTER TABLE @.events DISABLE TRIGGER ALL; " + change);
    for (int version = 1; version <= 100; ++version) {
        REQUIRE(cursor.next()->version == Version{version});
    }
    for (int tries = 0; tries < 3; ++tries) {
        CHECK_THROWS_AS(cursor.next(), CorruptData);
    }
}

TEST_CASE("postgres: a truncation that fails half-way leaves each event whole or gone, and goes on", "[postgres]") {
    bool const is_tombstone = GENERATE(false, true);
    bool const loses_connection = GENERATE(false, true);
    constexpr int count = 2'500;
    for (int at = 1; at <= 4; ++at) {
        CAPTURE(is_tombstone, loses_connection, at);
        TestSchema const schema;
        auto store = schema.open();
        append_some(store, "a", count);
        // The n-th statement that changes a table fails, once.
        std::string const failure =
            loses_connection ? "PERFORM pg_terminate_backend(pg_backend_pid())" : "RAISE EXCEPTION 'out of order'";
        schema.run(
            "CREATE SEQUENCE @.counted; CREATE FUNCTION @.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF nextval('@.counted') = " +
            std::to_string(at) + " THEN " + failure +
            "; END IF; RETURN NULL; END $$; "
            "CREATE TRIGGER fails AFTER INSERT ON @.truncations FOR EACH STATEMENT EXECUTE FUNCTION @.fail(); "
            "CREATE TRIGGER fails AFTER INSERT OR UPDATE ON @.events FOR EACH STATEMENT EXECUTE FUNCTION @.fail()"
        );
        auto const take_away = [&] {
            is_tombstone ? store.tombstone(stream_of("a"), reason)
                         : store.truncate_before(stream_of("a"), Version{count}, reason);
        };
        // A lost connection is answered by another try.
        std::string const message = message_of(take_away);
        CHECK(message.empty() == loses_connection);
        CHECK(is_whole(store, "a", count, loses_connection ? count : at == 1 ? 1 : count));
        std::size_t const before = log_of(store).size();
        CHECK(before >= (loses_connection ? 1U : 500U));
        take_away();
        CHECK(versions_of(store, "a") == std::vector{Version{count}});
        CHECK(log_of(store).size() == 1);
        CHECK(store.truncations().size() == 1);
        CHECK(gone_rows(schema) == std::to_string(is_tombstone ? count : count - 1));
    }
}

TEST_CASE("postgres: nothing is appended to an ended stream, in whichever way", "[postgres]") {
    TestSchema const schema{{.pool_size = 2}};
    auto store = schema.open();
    auto const first = some_events(3);
    store.append(stream_of("ended"), ExpectedVersion::no_stream(), first);
    store.tombstone(stream_of("ended"), reason);
    Version const last{3};
    for (ExpectedVersion const expected :
         {ExpectedVersion::any(),
          ExpectedVersion::no_stream(),
          ExpectedVersion::stream_exists(),
          ExpectedVersion::exactly(last),
          ExpectedVersion::exactly(last.next()),
          ExpectedVersion::exactly(Version{(std::numeric_limits<std::int64_t>::max)()})}) {
        CAPTURE(to_text(expected));
        for (int const count : {0, 1, 600}) { // 600 by COPY
            auto const events = some_events(count);
            auto const others = some_events(count);
            std::vector<StreamAppend<EncodedPayload>> const commit{
                {stream_of("other"), ExpectedVersion::any(), others}, {stream_of("ended"), expected, events}
            };
            CHECK_THROWS_AS(store.append(stream_of("ended"), expected, events), StreamTombstoned);
            CHECK_THROWS_AS(store.append(commit), StreamTombstoned);
            store.transact([&](postgres::Transaction& transaction) {
                CHECK_THROWS_AS(transaction.append(stream_of("ended"), expected, events), StreamTombstoned);
                CHECK_THROWS_AS(transaction.append(commit), StreamTombstoned);
                // It can go on.
                transaction.append(stream_of("within"), ExpectedVersion::any(), some_events(1));
            });
        }
    }
    CHECK(store.append(stream_of("ended"), ExpectedVersion::no_stream(), first).already_appended);
    CHECK(store.stream_version(stream_of("ended")) == last);
    CHECK(store.stream_version(stream_of("other")) == Version{});
    CHECK(store.stream_version(stream_of("within")) == Version{18});
}

TEST_CASE("postgres: of threads that append together those to an ended stream fail alone", "[postgres][concurrency]") {
    TestSchema const schema{{.pool_size = 1}};
    auto store = schema.open();
    append_some(store, "0");
    store.tombstone(stream_of("0"), reason);
    std::vector<int> refused(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < refused.size(); ++i) {
        threads.emplace_back([&, i] {
            for (int n = 0; n < 5; ++n) {
                try {
                    append_some(store, i % 2 == 0 ? "0" : std::to_string(i));
                } catch (StreamTombstoned const&) {
                    ++refused[i];
                }
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(refused == std::vector{5, 0, 5, 0, 5, 0, 5, 0});
    CHECK(log_of(store).size() == 21);
}

TEST_CASE("postgres: what was truncated costs readers no row or statement each", "[postgres]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "gone", 5'000);
    append_some(store, "short", 5);
    store.truncate_before(stream_of("gone"), Version{4'990}, reason);
    store.transact([&](postgres::Transaction& transaction) {
        auto const cost_of = [&](auto&& work) { return traffic_of(transaction.handle(), work); };
        Traffic const whole = cost_of([&] { CHECK(versions_of(transaction, "short").size() == 5); });
        CHECK(whole.statements == 1);
        CHECK(whole.rows == 5);
        Traffic const load = cost_of([&] { CHECK(versions_of(transaction, "gone").size() == 11); });
        CHECK(load.statements <= 5);
        CHECK(load.rows < 150);
        // One who wants one event of the log asks for many, or it would be 4,990 times.
        Traffic const next = cost_of([&] { CHECK(texts_of(transaction.read_all({}, 1)).size() == 1); });
        CHECK(next.statements < 25);
    });
    // Only rows that are passed over are looked up: a stream that is read from behind them costs what it cost before.
    store.transact([&](postgres::Transaction& transaction) {
        auto const read = [&] { CHECK(versions_of(transaction, "gone", Version{4'989}).size() == 11); };
        CHECK(traffic_of(transaction.handle(), read).statements == 1);
    });
}

TEST_CASE("postgres: what was truncated leaves the server's files when the table is written anew", "[postgres]") {
    Server const server{"autovacuum = off"};
    TestSchema const schema{{}, server.conninfo()};
    auto store = schema.open();
    std::string const marker = "ann-of-the-marsh";
    std::string large; // goes to another file
    while (large.size() < 20'000) {
        large += marker + to_text(new_event_id());
    }
    std::vector<NewEvent<EncodedPayload>> const events{
        event_with('"' + marker + '"'), event_with('"' + large + '"'), event_with("{}")
    };
    store.append(stream_of("a"), ExpectedVersion::any(), events);
    auto const files_hold_it = [&] {
        return schema.run(
                   "CHECKPOINT; SELECT bool_or(position('" + marker +
                   "'::bytea IN pg_read_binary_file(pg_relation_filepath(oid))) > 0) FROM pg_class "
                   "WHERE oid = '@.events'::regclass OR oid = (SELECT reltoastrelid FROM pg_class "
                   "WHERE oid = '@.events'::regclass)"
               ) == "t";
    };
    CHECK(files_hold_it());
    store.truncate_before(stream_of("a"), Version{3}, reason);
    CHECK(files_hold_it());
    schema.run("VACUUM FULL @.events");
    CHECK_FALSE(files_hold_it());
    CHECK(versions_of(store, "a") == std::vector{Version{3}});
}
