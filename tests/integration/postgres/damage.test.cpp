// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <annals/postgres/checkpoint_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

// Rows that are no longer what was written: read as they were, or refused, never something else.

namespace {

using namespace integration::postgres;

/// A change to one row, as superuser, who gets past the trigger.
void damage(TestSchema const& schema, std::string const& table, std::string const& change, std::string const& where) {
    schema.run(
        "ALTER TABLE @.events DISABLE TRIGGER ALL; UPDATE @." + table + " SET " + change + " WHERE " + where +
        "; ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_change"
    );
}

/// Changes of all kinds of a column, among them of each single bit of the numbers.
std::vector<std::string> changes_of_events() {
    std::vector<std::string> changes{
        "event_id = gen_random_uuid()",
        "event_id = '00000000-0000-0000-0000-000000000000'",
        "aggregate_type = 'thing'",
        "aggregate_type = 'Other'",
        "aggregate_type = ''",
        "aggregate_id = 'b'",
        "aggregate_id = 'a '",
        "aggregate_id = E'a\\n'",
        "event_type = 'happened'",
        "event_type = ''",
        "data = data || ' '",
        "data = ''",
        "data = replace(data, '2', '3')",
        "metadata = '{}'",
        "metadata = (metadata::text || ' ')::json",
        "metadata = 'null'",
        "metadata = '[]'",
        "metadata = '{\"user\": 1}'",
        "\"timestamp\" = \"timestamp\" + interval '1 microsecond'",
        "\"timestamp\" = 'infinity'",
        "\"timestamp\" = '-infinity'",
        "\"timestamp\" = '4713-01-01 BC'",
        "\"timestamp\" = '294276-12-31'",
        "position = -2",
        "position = 0",
        "version = 9223372036854775807",
        "position = 9223372036854775807",
        "schema_version = 2147483647",
        "checksum = -1",
        "checksum = ~checksum",
    };
    for (int bit = 0; bit < 63; ++bit) {
        std::string const flipped = " # (1::bigint << " + std::to_string(bit) + ")";
        for (std::string const column : {"position", "version", "checksum"}) {
            changes.push_back(column + " = " + column + flipped);
        }
    }
    for (int bit = 1; bit < 31; ++bit) {
        changes.push_back("schema_version = schema_version # (1 << " + std::to_string(bit) + ")");
    }
    for (int bit = 0; bit < 128; bit += 5) {
        std::string const bytes = "decode(replace(event_id::text, '-', ''), 'hex')";
        std::string const n = std::to_string(bit);
        changes.push_back(
            "event_id = encode(set_bit(" + bytes + ", " + n + ", 1 - get_bit(" + bytes + ", " + n + ")), 'hex')::uuid"
        );
    }
    return changes;
}

/// What a reader gets; nothing if it is refused.
template <class Read>
std::optional<std::vector<std::string>> try_to_read(Read&& read) {
    try {
        return read();
    } catch (annals::CorruptData const&) {
        return std::nullopt;
    }
}

} // namespace

TEST_CASE("postgres: a changed event is found, or does no harm", "[postgres][damage]") {
    TestSchema const schema;
    auto store = schema.open();
    for (int i = 0; i < 3; ++i) {
        append_some(store, "a", 2);
        append_some(store, "b", 1);
    }
    auto const log = log_of(store);
    auto const stream = texts_of(store.get_events(stream_of("a")));
    schema.run(
        "CREATE TABLE @.whole AS SELECT * FROM @.events; "
        "ALTER TABLE @.events DROP CONSTRAINT events_version_check, DROP CONSTRAINT events_schema_version_check, "
        "DROP CONSTRAINT events_position_key, DROP CONSTRAINT events_event_id_key, DROP CONSTRAINT "
        "events_stream_key"
    );
    int found = 0;
    for (std::string const& change : changes_of_events()) {
        CAPTURE(change);
        damage(schema, "events", change, "aggregate_type = 'Thing' AND aggregate_id = 'a' AND version = 4");
        auto const read_log = try_to_read([&] { return log_of(store); });
        // A row that claims a position beyond the last one drawn, or another stream, is for its stream's reader to
        // miss.
        auto const read_stream = try_to_read([&] { return texts_of(store.get_events(stream_of("a"))); });
        CHECK((!read_stream || *read_stream == stream));
        CHECK((!read_log || *read_log == log || (!read_stream && read_log->size() == log.size() - 1)));
        found += read_log && read_stream ? 0 : 1;
        schema.run("ALTER TABLE @.events DISABLE TRIGGER ALL; DELETE FROM @.events; INSERT INTO @.events SELECT * FROM "
                   "@.whole; ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_change");
    }
    CHECK(found > 200);
    CHECK(log_of(store) == log);
}

TEST_CASE("postgres: a missing event is found by who reads its stream", "[postgres][damage]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a", 5);
    int const gone = GENERATE(1, 3);
    CAPTURE(gone);
    schema.run(
        "ALTER TABLE @.events DISABLE TRIGGER ALL; DELETE FROM @.events WHERE version = " + std::to_string(gone)
    );
    CHECK_THROWS_AS(texts_of(store.get_events(stream_of("a"))), annals::CorruptData);
}

TEST_CASE("postgres: a changed snapshot is not used", "[postgres][damage]") {
    TestSchema const schema;
    auto const store = schema.open();
    auto snapshots = store.snapshot_store();
    annals::Snapshot<annals::EncodedPayload> const snapshot{
        stream_of("a"),
        annals::Version{5},
        annals::new_event_id(),
        annals::parse_timestamp("2024-02-29T12:00:00Z"),
        {"State", 1, "12345"}
    };
    std::vector<std::string> changes{
        "aggregate_id = 'b'",
        "event_id = gen_random_uuid()",
        "state_type = 'state'",
        "state_type = ''",
        "schema_version = 2",
        "schema_version = -1",
        "state = '12346'",
        "state = ''",
        "version = -5",
        "version = 0",
        "created_at = created_at + interval '1 microsecond'",
        "created_at = 'infinity'",
        "created_at = '-infinity'",
    };
    for (int bit = 0; bit < 63; ++bit) {
        std::string const flipped = " # (1::bigint << " + std::to_string(bit) + ")";
        changes.push_back("version = version" + flipped);
        changes.push_back("checksum = checksum" + flipped);
    }
    for (std::string const& change : changes) {
        CAPTURE(change);
        snapshots.save(snapshot);
        REQUIRE(snapshots.load(stream_of("a")));
        damage(schema, "snapshots", change, "aggregate_id = 'a'");
        CHECK_FALSE(snapshots.load(stream_of("a")));
        CHECK_FALSE(snapshots.load(stream_of("b")));
        schema.run("DELETE FROM @.snapshots");
    }
}

TEST_CASE("postgres: a changed checkpoint is refused", "[postgres][damage]") {
    TestSchema const schema;
    auto const store = schema.open();
    annals::PostgresCheckpointStore checkpoints{store};
    annals::Checkpoint const checkpoint{annals::Position{17, 4}, annals::new_event_id(), 3};
    for (std::string const change :
         {"position = ''",
          "position = '-1'",
          "position = 'x'",
          "position = '017'",
          "position = '17.4.1'",
          "position = '17.'",
          "position = '99999999999999999999'",
          "position = '17'",
          "position = '16.4'",
          "event_id = gen_random_uuid()",
          "epoch = 2",
          "epoch = epoch # (1::bigint << 40)",
          "name = 'q'"}) {
        CAPTURE(change);
        schema.run("DELETE FROM @.checkpoints");
        checkpoints.advance("p", std::nullopt, checkpoint);
        REQUIRE(checkpoints.load("p") == checkpoint);
        damage(schema, "checkpoints", change, "name = 'p'");
        CHECK_THROWS_AS(checkpoints.load(std::string{change} == "name = 'q'" ? "q" : "p"), annals::CorruptData);
    }
}
