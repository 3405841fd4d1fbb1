// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/postgres/support/narrow_role.hpp>

#include <string>
#include <vector>

// The table of events lets one change through, that of an event whose truncation is noted, and only by who may.

namespace {

using namespace annals;
using namespace integration::postgres;

std::string const restricted = "23001"; // by the triggers
std::string const not_allowed = "42501";

std::string const gone = "event_type = 'annals:truncated', schema_version = 1, data = '{}', metadata = '{}'";

/// A stream of five events, of which the first two may go, and another one.
struct Noted {
    explicit Noted(Options options = {}) : schema{std::move(options)} {
        auto store = schema.open();
        append_some(store, "a", 5);
        append_some(store, "b", 5);
        schema.run("INSERT INTO @.truncations VALUES ('Thing', 'a', 3, 'books of 2025', now())");
        before = log_of(store);
    }

    std::string in_schema(std::string const& sql) const {
        return postgres::detail::in_schema(schema.options.schema, sql);
    }

    TestSchema schema;
    std::vector<std::string> before;
};

/// Changes that the table must refuse although a truncation is noted.
std::vector<std::string> forbidden() {
    std::string const update = "UPDATE @.events SET ";
    std::string const of_a = " WHERE aggregate_id = 'a' AND version ";
    std::vector<std::string> changes{
        update + gone + of_a + "= 3",
        update + gone + of_a + "< 4",
        update + gone + " WHERE aggregate_id = 'b'",
        update + gone,
        update + "data = 'forged'" + of_a + "= 1",
        update + "data = '{}'" + of_a + "= 1",
        update + "event_type = 'annals:truncated', data = '{}', metadata = '{\"a\":1}'" + of_a + "= 1",
        update + "event_type = 'annals:truncated', data = '{ }'" + of_a + "= 1",
        update + "event_type = 'annals:truncated', schema_version = 2, data = '{}'" + of_a + "= 1",
        update + "event_type = 'annals:Truncated', data = '{}'" + of_a + "= 1",
        "DELETE FROM @.events" + of_a + "= 1",
        "TRUNCATE @.events",
        "UPDATE @.truncations SET first_version = 5",
        "UPDATE @.truncations SET reason = 'another'",
        "DELETE FROM @.truncations",
        "TRUNCATE @.truncations",
        "INSERT INTO @.truncations VALUES ('Thing', 'a', 3, 'x', now()) ON CONFLICT ON CONSTRAINT truncations_key "
        "DO UPDATE SET first_version = 5",
    };
    for (char const* const more :
         {"position = 99",
          "version = 99",
          "event_id = gen_random_uuid()",
          "\"timestamp\" = now()",
          "aggregate_type = 'Thingy'",
          "aggregate_id = 'c'"}) {
        changes.push_back(update + gone + ", " + std::string{more} + of_a + "= 1");
    }
    return changes;
}

} // namespace

TEST_CASE("postgres: the tables let nothing through but what is noted as truncated", "[postgres][schema]") {
    Noted const noted{{.payload_column = postgres::PayloadColumn::text}};
    Session session{noted.schema.conninfo};
    std::string const mode = GENERATE("origin", "replica", "local");
    session.run("SET session_replication_role = " + mode);
    for (std::string const& change : forbidden()) {
        CAPTURE(mode, change);
        CHECK(refusal(session, noted.in_schema(change)) == restricted);
    }
    CHECK(log_of(noted.schema.open()) == noted.before);
    CHECK(refusal(session, noted.in_schema("UPDATE @.events SET " + gone + " WHERE aggregate_id = 'a' AND version < 3"))
              .empty());
}

TEST_CASE("postgres: nobody changes events by giving '=' another meaning", "[postgres][schema]") {
    Noted const noted;
    Session session{noted.schema.conninfo};
    std::string const theirs = annals_tests::unique_schema();
    session.run("CREATE SCHEMA " + theirs);
    for (std::string const type : {"varchar", "text", "bigint", "uuid", "timestamptz", "integer"}) {
        std::string const of_type = '(' + type + ", " + type + ')';
        session.run(
            "CREATE FUNCTION " + theirs + ".same" + of_type + " RETURNS boolean LANGUAGE sql AS 'SELECT true'; " +
            "CREATE OPERATOR " + theirs + ".= (LEFTARG = " + type + ", RIGHTARG = " + type + ", FUNCTION = " + theirs +
            ".same); CREATE FUNCTION " + theirs + ".more" + of_type +
            " RETURNS boolean LANGUAGE sql AS 'SELECT true'; " + "CREATE OPERATOR " + theirs + ".> (LEFTARG = " + type +
            ", RIGHTARG = " + type + ", FUNCTION = " + theirs + ".more)"
        );
    }
    session.run("SET search_path = " + theirs + ", pg_catalog");
    CHECK(session.run("SELECT 'a'::varchar = 'b'::varchar") == "t");
    for (std::string const& change :
         {std::string{"UPDATE @.events SET data = 'forged'"}, "UPDATE @.events SET " + gone}) {
        CAPTURE(change);
        CHECK(refusal(session, noted.in_schema(change)) == restricted);
    }
    session.run("SET search_path = pg_catalog; DROP SCHEMA " + theirs + " CASCADE");
    CHECK(log_of(noted.schema.open()) == noted.before);
}

TEST_CASE("postgres: a role needs a right of its own to truncate, and can do nothing else with it", "[postgres]") {
    Noted noted;
    NarrowRole const role{noted.schema};
    noted.schema.options.create_tables = false;
    PostgresEventStore store{role.conninfo(), noted.schema.options};
    auto const code_of = [](auto&& work) -> std::string {
        try {
            work();
        } catch (StoreError const& error) {
            return error.native_code();
        }
        return "";
    };
    auto const truncate = [&] { store.truncate_before(stream_of("b"), Version{3}, "books of 2025"); };
    auto const end = [&] { store.tombstone(stream_of("b"), "books of 2025"); };
    CHECK(store.truncations().size() == 1);
    CHECK(code_of(truncate) == not_allowed);
    CHECK(code_of(end) == not_allowed);
    CHECK(log_of(store) == noted.before);
    append_some(store, "b"); // it has not ended

    role.make_operator();
    CHECK(code_of(truncate).empty());
    CHECK(code_of(end).empty());
    CHECK(store.truncations().size() == 3);
    Session session{role.conninfo()};
    for (std::string const& change : forbidden()) {
        CAPTURE(change);
        std::string const code = refusal(session, noted.in_schema(change));
        CHECK((code == restricted || code == not_allowed));
    }
    CHECK(refusal(session, noted.in_schema("UPDATE @.events SET data = 'forged'")) == restricted);
    CHECK(refusal(session, noted.in_schema("DELETE FROM @.events")) == not_allowed);
}
