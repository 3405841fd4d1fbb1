// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <chrono>
#include <string>
#include <vector>

// A session of the library has the settings that its promises rest on, whatever those of server, database and role.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;

/// A setting of the very sessions that append.
std::string setting(PostgresEventStore const& store, std::string const& name) {
    return store.database()->once([&](auto& connection, auto const& until) {
        return std::string{connection.run("SELECT current_setting('" + name + "')", {}, until).text(0, 0)};
    });
}

/// A role with settings of its own. It goes with the object.
class OddRole {
public:
    OddRole(TestSchema const& schema, std::vector<std::string> const& settings) : schema_{schema} {
        schema_.run("CREATE ROLE " + name_ + " LOGIN SUPERUSER");
        for (std::string const& line : settings) {
            schema_.run("ALTER ROLE " + name_ + " SET " + line);
        }
    }
    OddRole(OddRole const&) = delete;
    OddRole& operator=(OddRole const&) = delete;
    ~OddRole() { schema_.run("DROP SCHEMA IF EXISTS @ CASCADE; DROP ROLE " + name_); }

    [[nodiscard]] PostgresEventStore open(std::string const& more = "") const {
        return PostgresEventStore{schema_.conninfo + " user=" + name_ + more, schema_.options};
    }

private:
    TestSchema const& schema_;
    std::string name_ = annals_tests::unique_schema();
};

std::vector<std::string> const odd_settings{
    "synchronous_commit = off",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_deferrable = on",
    "search_path = public, pg_catalog",
    "lock_timeout = 0",
    "statement_timeout = 0",
    "idle_in_transaction_session_timeout = 0",
    "standard_conforming_strings = off",
    "escape_string_warning = on",
    "backslash_quote = on",
    "bytea_output = 'escape'",
    "IntervalStyle = 'sql_standard'",
    "DateStyle = 'German, DMY'",
    "TimeZone = 'Pacific/Apia'",
    "lc_monetary = 'C'",
    "extra_float_digits = 0",
    "quote_all_identifiers = on",
    "transform_null_equals = on",
    "array_nulls = off",
    "plan_cache_mode = 'force_custom_plan'",
    "enable_seqscan = off",
    "enable_indexscan = off",
    "xmlbinary = 'hex'",
    "default_table_access_method = 'heap'",
    "row_security = on",
    "session_replication_role = 'replica'",
    "client_min_messages = 'error'",
    "client_encoding = 'LATIN1'",
};

} // namespace

TEST_CASE("postgres: a session has the settings that the store's promises rest on", "[postgres][settings]") {
    TestSchema const schema{{.deadline = 7s, .lock_timeout = 3s}};
    OddRole const role{schema, odd_settings};
    auto const store = role.open();
    // The server of the tests has it off, and the role too.
    CHECK(setting(store, "synchronous_commit") == "on");
    CHECK(setting(store, "transaction_isolation") == "read committed");
    CHECK(setting(store, "default_transaction_isolation") == "read committed");
    CHECK(setting(store, "search_path") == "pg_catalog");
    CHECK(setting(store, "lock_timeout") == "3s");
    CHECK(setting(store, "statement_timeout") == "7s");
    CHECK(setting(store, "idle_in_transaction_session_timeout") == "10s");
    CHECK(setting(store, "application_name") == "annals");
    CHECK(setting(store, "client_encoding") == "UTF8");
    CHECK(setting(role.open(" application_name=theirs"), "application_name") == "theirs");
}

TEST_CASE("postgres: only a stronger setting than synchronous_commit = on is kept", "[postgres][settings]") {
    auto const [theirs, ours] = GENERATE(table<std::string, std::string>(
        {{"off", "on"}, {"local", "on"}, {"remote_write", "on"}, {"on", "on"}, {"remote_apply", "remote_apply"}}
    ));
    CAPTURE(theirs);
    TestSchema const schema;
    OddRole const role{schema, {"synchronous_commit = " + theirs}};
    CHECK(setting(role.open(), "synchronous_commit") == ours);
    // The connection string may not weaken it either.
    PostgresEventStore const store{schema.conninfo + " options='-c synchronous_commit=" + theirs + "'", schema.options};
    CHECK(setting(store, "synchronous_commit") == ours);
}

TEST_CASE("postgres: events come back as they were whatever the settings of the role", "[postgres][settings]") {
    TestSchema const schema;
    OddRole const role{schema, odd_settings};
    auto odd = role.open();
    auto event = event_with("{\"text\": \"\\\\ ' \\\" \xc3\xa4 \xe2\x82\xac \xf0\x9f\x92\xa3\"}");
    event.timestamp = annals::parse_timestamp("0001-01-01T00:00:00.000001Z");
    event.metadata.user = "J\xc3\xb6rg \\' \xe2\x82\xac";
    auto const stream = stream_of("\xc3\xa4 \\' \xe2\x82\xac");
    odd.append(stream, ExpectedVersion::no_stream(), std::vector{event, event_with("NULL")});
    auto const plain = schema.open();
    REQUIRE(log_of(plain).size() == 2);
    CHECK(log_of(odd) == log_of(plain));
    auto const stored = *plain.get_events(stream).begin();
    CHECK(stored.payload == event.payload);
    CHECK(stored.metadata == event.metadata);
    CHECK(stored.timestamp == event.timestamp);
    CHECK_THROWS_AS(
        odd.append(stream, ExpectedVersion::no_stream(), std::vector{event_with()}), annals::ConcurrencyError
    );
}

TEST_CASE("postgres: a connection string cannot change the encoding of events", "[postgres][settings]") {
    TestSchema const schema;
    auto latin = PostgresEventStore{schema.conninfo + " client_encoding=LATIN1", schema.options};
    std::string const text = "\"\xc3\xa4 \xe2\x82\xac\"";
    latin.append(stream_of("\xc3\xa4"), ExpectedVersion::no_stream(), std::vector{event_with(text)});
    auto const utf8 = schema.open();
    CHECK(log_of(utf8) == log_of(latin));
    CHECK(schema.run("SELECT data FROM @.events") == text);
}

TEST_CASE("postgres: events come back from databases of other encodings, or are refused", "[postgres][settings]") {
    std::string const encoding = GENERATE("LATIN1", "SQL_ASCII");
    CAPTURE(encoding);
    std::string const name = annals_tests::unique_schema();
    Session admin{annals_tests::shared_conninfo()};
    admin.run("CREATE DATABASE " + name + " TEMPLATE template0 ENCODING " + encoding + " LC_COLLATE 'C' LC_CTYPE 'C'");
    {
        PostgresEventStore store{annals_tests::shared_conninfo() + " dbname=" + name};
        auto const append = [&](std::string const& data) {
            store.append(stream_of("a"), ExpectedVersion::any(), std::vector{event_with(data)});
        };
        append("\"\xc3\xa4\"");
        // No LATIN1 has a euro.
        if (encoding == "LATIN1") {
            CHECK_THROWS_AS(append("\"\xe2\x82\xac\""), annals::StoreError);
        } else {
            append("\"\xe2\x82\xac\"");
        }
        auto const stored = *store.get_events(stream_of("a")).begin();
        CHECK(stored.payload.data == "\"\xc3\xa4\"");
        CHECK(log_of(store).size() == (encoding == "LATIN1" ? 1 : 2));
    }
    admin.run("DROP DATABASE " + name + " WITH (FORCE)");
}
