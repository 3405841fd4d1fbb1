// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <annals/postgres/checkpoint_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/narrow_role.hpp>

#include <string>
#include <vector>

// What the tables are, and what they refuse.

namespace {

using namespace integration::postgres;
using annals::postgres::PayloadColumn;

void apply_by_hand(TestSchema const& schema) {
    Session session{schema.conninfo};
    session.run("BEGIN");
    for (std::string const& statement : annals::postgres::schema_sql(schema.options)) {
        session.run(statement);
    }
    session.run("COMMIT");
}

} // namespace

TEST_CASE("postgres: the tables are those of the specification", "[postgres][schema]") {
    auto const column = GENERATE(PayloadColumn::text, PayloadColumn::json);
    TestSchema schema;
    schema.options.payload_column = column;
    auto store = schema.open();
    store.append(stream_of("a"), ExpectedVersion::no_stream(), std::vector{event_with(R"({"key":  "value"})")});
    std::string const data_type = column == PayloadColumn::json ? "json" : "text";
    CHECK(
        schema.run(
            "SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' ORDER BY a.attnum) "
            "FROM pg_attribute a WHERE a.attrelid = '@.events'::regclass AND a.attnum > 0"
        ) == "position bigint, event_id uuid, aggregate_type character varying(255), "
             "aggregate_id character varying(255), version bigint, event_type character varying(255), "
             "schema_version integer, data " +
                 data_type + ", metadata json, timestamp timestamp with time zone, checksum bigint"
    );
    std::string const json = column == PayloadColumn::json ? "data" : "data::json";
    CHECK(schema.run("SELECT " + json + " ->> 'key' FROM @.events") == "value");
    CHECK(schema.run("SELECT data::text FROM @.events") == R"({"key":  "value"})");
    CHECK(schema.run("SELECT count(*) FROM pg_tables WHERE schemaname = '" + schema.options.schema + "'") == "7");
    // An index that repeats another costs a fifth of the speed.
    CHECK(schema.run("SELECT count(*) FROM pg_index WHERE indrelid = '@.events'::regclass") == "3");
}

TEST_CASE("postgres: what is no JSON is refused by a json column, and nothing is written", "[postgres][schema]") {
    TestSchema schema{{.payload_column = PayloadColumn::json}};
    auto store = schema.open();
    CHECK_THROWS_AS(
        store.append(stream_of("a"), ExpectedVersion::any(), std::vector{event_with("{}"), event_with("no JSON")}),
        annals::InvalidInput
    );
    CHECK(log_of(store).empty());
}

TEST_CASE("postgres: a store works on tables made by hand, as a role that may little", "[postgres][schema]") {
    TestSchema schema;
    apply_by_hand(schema);
    NarrowRole const role{schema};
    schema.options.create_tables = false;
    PostgresEventStore store{role.conninfo(), schema.options};
    append_some(store, "a", 3);
    CHECK(log_of(store).size() == 3);
    annals::Position const last = append_some(store, "b").position;
    CHECK(store.head() == last);
    auto const many = some_events(600); // by COPY, and what waits for a standby
    store.append(stream_of("c"), annals::ExpectedVersion::any(), many);
    CHECK(store.append(stream_of("c"), annals::ExpectedVersion::any(), many).already_appended);
    auto snapshots = store.snapshot_store();
    for (int i = 0; i < 2; ++i) {
        snapshots.save({stream_of("a"), annals::Version{1}, annals::new_event_id(), {}, {"S", 1, "s"}});
    }
    CHECK(snapshots.load(stream_of("a")));
    snapshots.remove(stream_of("a"));
    annals::PostgresCheckpointStore checkpoints{store};
    annals::Checkpoint const first{annals::Position{1}, annals::new_event_id(), 1};
    checkpoints.advance("p", {}, first);
    CHECK_NOTHROW(checkpoints.advance("p", first, {annals::Position{2}, annals::new_event_id(), 1}));

    Session session{role.conninfo()};
    for (char const* const change :
         {"UPDATE @.events SET data = 'forged'",
          "DELETE FROM @.events",
          "TRUNCATE @.events",
          "ALTER TABLE @.events DISABLE TRIGGER ALL",
          "SELECT setval('@.events_position', 1)",
          "UPDATE @.annals_schema SET version = 2",
          "INSERT INTO @.truncations SELECT aggregate_type, aggregate_id, version, 'x', now() FROM @.events",
          "DELETE FROM @.truncations",
          "DROP TABLE @.events",
          "SET session_replication_role = replica"}) {
        CAPTURE(change);
        CHECK(refusal(session, annals::postgres::detail::in_schema(schema.options.schema, change)) == "42501");
    }
}

TEST_CASE("postgres: a role that may not make tables finds those that are there", "[postgres][schema]") {
    TestSchema const schema;
    static_cast<void>(schema.open());
    NarrowRole const role{schema};
    CHECK_NOTHROW(PostgresEventStore{role.conninfo(), schema.options});
}

TEST_CASE("postgres: the table of events refuses changes, also by its owner", "[postgres][schema]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a", 2);
    auto const before = log_of(store);
    Session session{schema.conninfo};
    std::string const mode = GENERATE("origin", "replica", "local");
    session.run("SET session_replication_role = " + mode);
    std::string const columns = "position, event_id, aggregate_type, aggregate_id, version, event_type, "
                                "schema_version, data, metadata, \"timestamp\", checksum";
    std::string const copy = "INSERT INTO @.events (" + columns + ") SELECT " + columns + " FROM @.events ";
    for (std::string const& change : {
             std::string{"UPDATE @.events SET data = 'forged'"},
             std::string{"UPDATE @.events SET data = data"},
             std::string{"DELETE FROM @.events WHERE version = 2"},
             std::string{"TRUNCATE @.events"},
             std::string{"TRUNCATE @.events CASCADE"},
             copy + "ON CONFLICT (position) DO UPDATE SET data = 'forged'",
             copy + "ON CONFLICT (event_id) DO UPDATE SET version = 9",
             std::string{"MERGE INTO @.events e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE"},
             std::string{"WITH gone AS (DELETE FROM @.events RETURNING 1) SELECT count(*) FROM gone"},
         }) {
        CAPTURE(mode, change);
        CHECK(refusal(session, annals::postgres::detail::in_schema(schema.options.schema, change)) == "23001");
    }
    CHECK(log_of(store) == before);
}

TEST_CASE("postgres: the name of a schema is checked before it is written into SQL", "[postgres][schema]") {
    std::string const longest(40, 'a');
    for (std::string const& name :
         std::vector<std::string>{"a", "_", "_1", "annals", "a_b_1", longest, "select", "public", "user"}) {
        CAPTURE(name);
        CHECK_NOTHROW(annals::postgres::schema_sql({.schema = name}));
        CHECK_NOTHROW(annals::postgres::grant_sql("a", {.schema = name}));
    }
    for (std::string const& name : std::vector<std::string>{
             "",
             longest + "a",
             "1a",
             "A",
             "aB",
             "a-b",
             "a b",
             "a.b",
             "a\"",
             "a'",
             "a;",
             "@",
             "a@",
             "pg_a",
             "pg_",
             "\xc3\xa4",
             std::string{"a\0b", 3},
             "a\n",
             "$1",
             std::string(64, 'a')
         }) {
        CAPTURE(name);
        CHECK_THROWS_AS(annals::postgres::schema_sql({.schema = name}), annals::InvalidInput);
        CHECK_THROWS_AS(annals::postgres::grant_sql("a", {.schema = name}), annals::InvalidInput);
        // Before a connection is made: there is no such server.
        CHECK_THROWS_AS((PostgresEventStore{"host=127.0.0.1 port=1", {.schema = name}}), annals::InvalidInput);
    }
}

TEST_CASE("postgres: the name of a role is quoted", "[postgres][schema]") {
    TestSchema const schema;
    static_cast<void>(schema.open());
    for (std::string const& role : std::vector<std::string>{
             "theirs", "Their \"own\" role", "\"", "a\"\"b", "x; DROP SCHEMA annals; --", "$1", "a'b"
         }) {
        CAPTURE(role);
        Session session{schema.conninfo};
        char* const quoted = PQescapeIdentifier(session.handle(), role.c_str(), role.size());
        std::string const name = quoted;
        PQfreemem(quoted);
        session.run("BEGIN; CREATE ROLE " + name);
        for (std::string const& statement : annals::postgres::grant_sql(role, schema.options)) {
            CHECK_NOTHROW(session.run(statement));
        }
        std::string const table = annals::postgres::detail::in_schema(schema.options.schema, "'@.events'");
        session.run("SET ROLE " + name);
        CHECK(session.run("SELECT has_table_privilege(" + table + ", 'INSERT')") == "t");
        CHECK(session.run("SELECT has_table_privilege(" + table + ", 'UPDATE, DELETE, TRUNCATE')") == "f");
        session.run("ROLLBACK");
    }
    CHECK_THROWS_AS(annals::postgres::truncate_grant_sql(""), annals::InvalidInput);
    CHECK_THROWS_AS(annals::postgres::grant_sql(""), annals::InvalidInput);
    CHECK_THROWS_AS(annals::postgres::grant_sql(std::string{"a\0b", 3}), annals::InvalidInput);
}

TEST_CASE("postgres: a schema may have the name of a keyword", "[postgres][schema]") {
    Session{annals_tests::shared_conninfo()}.run("DROP SCHEMA IF EXISTS \"select\" CASCADE");
    PostgresEventStore store{annals_tests::shared_conninfo(), {.schema = "select"}};
    append_some(store, "a");
    CHECK(log_of(store).size() == 1);
    Session{annals_tests::shared_conninfo()}.run("DROP SCHEMA \"select\" CASCADE");
}
