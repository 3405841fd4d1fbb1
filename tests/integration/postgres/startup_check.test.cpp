// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <string>
#include <vector>

// A store refuses tables that are not as it needs them, before it relies on them.

namespace {

using namespace integration::postgres;

/// Something that is done to the tables, and a word of the error that must come of it.
struct Defect {
    std::string sql;
    std::string named;
};

struct Column {
    std::string table;
    std::string name;
    std::string other_type;
    bool is_in_primary_key = false;
};

std::vector<Column> columns() {
    return {
        {"events", "position", "numeric", true},
        {"events", "event_id", "text"},
        {"events", "aggregate_type", "text"},
        {"events", "aggregate_id", "varchar(100)"},
        {"events", "version", "integer"},
        {"events", "event_type", "varchar"},
        {"events", "schema_version", "bigint"},
        {"events", "data", "jsonb"},
        {"events", "metadata", "jsonb"},
        {"events", "timestamp", "timestamp"},
        {"events", "checksum", "numeric"},
        {"snapshots", "aggregate_type", "text", true},
        {"snapshots", "aggregate_id", "varchar(100)", true},
        {"snapshots", "version", "integer"},
        {"snapshots", "event_id", "text"},
        {"snapshots", "state_type", "text"},
        {"snapshots", "schema_version", "bigint"},
        {"snapshots", "state", "json"},
        {"snapshots", "created_at", "timestamp"},
        {"snapshots", "checksum", "numeric"},
        {"checkpoints", "name", "text", true},
        {"checkpoints", "position", "varchar(5)"},
        {"checkpoints", "event_id", "text"},
        {"checkpoints", "epoch", "integer"},
        {"truncations", "aggregate_type", "text", true},
        {"truncations", "aggregate_id", "varchar(100)", true},
        {"truncations", "first_version", "integer", true},
        {"truncations", "reason", "varchar(255)"},
        {"truncations", "done_at", "timestamp"},
    };
}

std::vector<Defect> defects() {
    std::vector<Defect> defects{
        {"ALTER TABLE @.events DROP CONSTRAINT events_position_key", "events_position_key"},
        {"ALTER TABLE @.events DROP CONSTRAINT events_event_id_key", "events_event_id_key"},
        {"ALTER TABLE @.events DROP CONSTRAINT events_stream_key", "events_stream_key"},
        {"ALTER TABLE @.events DROP CONSTRAINT events_stream_key, "
         "ADD CONSTRAINT events_stream_key UNIQUE (aggregate_id, version)",
         "events_stream_key"},
        {"ALTER TABLE @.events DROP CONSTRAINT events_event_id_key, "
         "ADD CONSTRAINT events_event_id_key UNIQUE (event_id, position)",
         "events_event_id_key"},
        {"ALTER TABLE @.events DROP CONSTRAINT events_event_id_key, "
         "ADD CONSTRAINT events_event_id_key UNIQUE (event_id) DEFERRABLE",
         "events_event_id_key"},
        // A name is what the store tells violations apart by.
        {"ALTER TABLE @.events RENAME CONSTRAINT events_event_id_key TO other", "events_event_id_key"},
        {"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '@.events_stream_key'::regclass",
         "events_stream_key"},
        {"ALTER TABLE @.snapshots DROP CONSTRAINT snapshots_stream_key", "snapshots_stream_key"},
        {"ALTER TABLE @.checkpoints DROP CONSTRAINT checkpoints_name_key", "checkpoints_name_key"},
        {"DROP TRIGGER events_refuse_change ON @.events", "trigger"},
        {"ALTER TABLE @.events DISABLE TRIGGER events_refuse_change", "trigger"},
        {"ALTER TABLE @.events ENABLE TRIGGER events_refuse_change", "trigger"},
        {"DROP TRIGGER events_refuse_change ON @.events; CREATE TRIGGER events_refuse_change "
         "BEFORE DELETE ON @.events FOR EACH STATEMENT EXECUTE FUNCTION @.refuse_change(); "
         "ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_change",
         "trigger"},
        {"DROP TRIGGER events_refuse_change ON @.events; CREATE TRIGGER events_refuse_change "
         "BEFORE DELETE OR TRUNCATE ON @.events FOR EACH STATEMENT WHEN (false) "
         "EXECUTE FUNCTION @.refuse_change(); ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_change",
         "trigger"},
        {"DROP TRIGGER events_refuse_update ON @.events", "trigger events_refuse_update"},
        {"ALTER TABLE @.events DISABLE TRIGGER events_refuse_update", "trigger events_refuse_update"},
        {"ALTER TABLE @.events ENABLE TRIGGER events_refuse_update", "trigger events_refuse_update"},
        {"CREATE OR REPLACE TRIGGER events_refuse_update BEFORE UPDATE OF data ON @.events FOR EACH ROW "
         "EXECUTE FUNCTION @.refuse_update(); ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_update",
         "trigger events_refuse_update"},
        {"CREATE OR REPLACE TRIGGER events_refuse_update BEFORE UPDATE ON @.events FOR EACH ROW WHEN (false) "
         "EXECUTE FUNCTION @.refuse_update(); ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_update",
         "trigger events_refuse_update"},
        {"CREATE OR REPLACE TRIGGER events_refuse_update AFTER UPDATE ON @.events FOR EACH ROW "
         "EXECUTE FUNCTION @.refuse_update(); ALTER TABLE @.events ENABLE ALWAYS TRIGGER events_refuse_update",
         "trigger events_refuse_update"},
        {"CREATE OR REPLACE FUNCTION @.refuse_update() RETURNS trigger LANGUAGE plpgsql "
         "SET search_path = pg_catalog, pg_temp AS $$ BEGIN RETURN NEW; END $$",
         "trigger events_refuse_update"},
        {"ALTER FUNCTION @.refuse_update() RESET search_path", "trigger events_refuse_update"},
        {"ALTER FUNCTION @.refuse_update() SET search_path = public, pg_catalog", "trigger events_refuse_update"},
        {"DROP TRIGGER truncations_refuse_change ON @.truncations", "trigger truncations_refuse_change"},
        {"ALTER TABLE @.truncations DISABLE TRIGGER truncations_refuse_change", "trigger truncations_refuse_change"},
        {"DROP TRIGGER truncations_refuse_change ON @.truncations; CREATE TRIGGER truncations_refuse_change "
         "BEFORE UPDATE OR DELETE OR TRUNCATE ON @.events FOR EACH STATEMENT EXECUTE FUNCTION @.refuse_change(); "
         "ALTER TABLE @.events ENABLE ALWAYS TRIGGER truncations_refuse_change",
         "trigger truncations_refuse_change"},
        {"ALTER TABLE @.truncations DROP CONSTRAINT truncations_key", "truncations_key"},
        {"ALTER TABLE @.truncations SET UNLOGGED", "table truncations that is logged"},
        {"CREATE RULE theirs AS ON INSERT TO @.truncations DO INSTEAD NOTHING", "rule"},
        {"CREATE OR REPLACE FUNCTION @.refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
         "$$ BEGIN RETURN NULL; END $$",
         "trigger"},
        {"ALTER SEQUENCE @.events_position CACHE 10", "sequence"},
        {"ALTER SEQUENCE @.events_position INCREMENT BY 2", "sequence"},
        {"ALTER SEQUENCE @.events_position CYCLE", "sequence"},
        {"ALTER SEQUENCE @.events_position MAXVALUE 1000", "sequence"},
        {"SELECT setval('@.events_position', 2)", "sequence"},
        {"SELECT setval('@.events_position', 3, false)", "sequence"},
        {"ALTER TABLE @.events SET UNLOGGED", "that is logged"},
        {"ALTER TABLE @.events ENABLE ROW LEVEL SECURITY", "row"},
        {"CREATE RULE theirs AS ON INSERT TO @.events DO INSTEAD NOTHING", "rule"},
        {"UPDATE @.annals_schema SET version = 99", "schema version"},
        {"INSERT INTO @.annals_schema VALUES (99)", "schema version"},
        {"DELETE FROM @.annals_schema", "schema"},
        {"DROP TABLE @.events CASCADE", "events"},
        {"DROP TABLE @.snapshots", "snapshots"},
        {"DROP TABLE @.checkpoints", "checkpoints"},
        {"DROP TABLE @.truncations", "truncations"},
        {"ALTER SEQUENCE @.events_position RENAME TO other", "events_position"},
    };
    for (Column const& column : columns()) {
        std::string const alter = "ALTER TABLE @." + column.table + ' ';
        std::string const name = column.table + '.' + column.name;
        std::string const quoted = '"' + column.name + '"';
        defects.push_back({alter + "RENAME COLUMN " + quoted + " TO other", column.name});
        defects.push_back(
            {alter + "ALTER COLUMN " + quoted + " TYPE " + column.other_type + " USING " + quoted +
                 "::" + column.other_type,
             name}
        );
        if (!column.is_in_primary_key) { // there the server does not allow it
            defects.push_back({alter + "ALTER COLUMN " + quoted + " DROP NOT NULL", name});
        }
    }
    return defects;
}

/// All that the catalogue knows of a schema, and its rows.
std::string state_of(TestSchema const& schema) {
    return schema.run(
        "SELECT concat((SELECT string_agg(concat(c.relname, c.relkind, c.relpersistence, c.relrowsecurity), ',' ORDER "
        "BY "
        "c.relname) FROM pg_class c WHERE relnamespace = n.oid), "
        "(SELECT string_agg(concat(c.relname, a.attname, a.atttypid, a.attnotnull), ',' ORDER BY c.relname, a.attnum) "
        "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = n.oid AND a.attnum > 0), "
        "(SELECT string_agg(concat(t.tgname, t.tgenabled), ',' ORDER BY t.oid) FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = n.oid), "
        "(SELECT string_agg(version::text, ',') FROM @.annals_schema)) "
        "FROM pg_namespace n WHERE nspname = '" +
        schema.options.schema + "'"
    );
}

/// What the error says, with what the server said.
std::string refusal_of(TestSchema const& schema) {
    try {
        static_cast<void>(schema.open());
        return "opened";
    } catch (annals::CorruptData const& error) {
        return error.what();
    } catch (annals::postgres::PostgresError const& error) {
        return error.what() + (": " + error.server_message());
    }
}

} // namespace

TEST_CASE("postgres: a store refuses tables that are not as it needs them", "[postgres][schema]") {
    for (Defect const& defect : defects()) {
        TestSchema const schema;
        auto store = schema.open();
        append_some(store, "a", 3);
        CAPTURE(defect.sql);
        schema.run(defect.sql);
        std::string const before = state_of(schema);
        CHECK_THAT(refusal_of(schema), Catch::Matchers::ContainsSubstring(defect.named, Catch::CaseSensitive::No));
        CHECK(state_of(schema) == before);
    }
}

TEST_CASE("postgres: a store refuses a payload column of the other type", "[postgres][schema]") {
    using annals::postgres::PayloadColumn;
    auto const made = GENERATE(PayloadColumn::text, PayloadColumn::json);
    TestSchema schema{{.payload_column = made}};
    static_cast<void>(schema.open());
    schema.options.payload_column = made == PayloadColumn::text ? PayloadColumn::json : PayloadColumn::text;
    CHECK_THAT(refusal_of(schema), Catch::Matchers::ContainsSubstring("events.data"));
}

TEST_CASE("postgres: a store without tables is refused if it may not make them", "[postgres][schema]") {
    TestSchema schema{{.create_tables = false}};
    CHECK_THROWS_AS(schema.open(), annals::StoreError);
    schema.run("CREATE SCHEMA @");
    CHECK_THROWS_AS(schema.open(), annals::StoreError);
    CHECK(schema.run("SELECT count(*) FROM pg_tables WHERE schemaname = '" + schema.options.schema + "'") == "0");
}

TEST_CASE("postgres: additions that do no harm are not refused", "[postgres][schema]") {
    TestSchema const schema;
    {
        auto store = schema.open();
        append_some(store, "a", 3);
    }
    schema.run("CREATE INDEX their_index ON @.events (event_type); CREATE TABLE @.theirs (n int); "
               "ALTER TABLE @.events ADD COLUMN theirs text; ALTER SEQUENCE @.events_position RESTART WITH 1000; "
               "COMMENT ON TABLE @.events IS 'x'; CREATE VIEW @.view AS SELECT * FROM @.events");
    auto store = schema.open();
    CHECK(append_some(store, "a").version == annals::Version{4});
    CHECK(log_of(store).size() == 4);
}
