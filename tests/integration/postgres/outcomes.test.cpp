// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

// What becomes of an append when a real server fails: the right error, and nothing or all written.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;
using annals::postgres::PostgresError;
using annals::postgres::detail::meaning_of;
using annals::postgres::detail::sqlstates;

/// Makes each INSERT into events run a statement of plpgsql, in which attempt() is the number of its call.
void inject(
    TestSchema const& schema, std::string const& statement, std::string const& trigger = "TRIGGER theirs BEFORE"
) {
    bool const is_deferred = trigger.find("CONSTRAINT") != std::string::npos;
    schema.run(
        "CREATE SEQUENCE IF NOT EXISTS @.attempts; "
        "CREATE OR REPLACE FUNCTION @.attempt() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('@.attempts') $$; "
        "CREATE OR REPLACE FUNCTION @.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " +
        statement + " RETURN NEW; END $$; CREATE " + trigger + " INSERT ON @.events " +
        (is_deferred ? "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW" : "FOR EACH STATEMENT") +
        " EXECUTE FUNCTION @.fail()"
    );
}

std::int64_t attempts(TestSchema const& schema) {
    return std::stoll(schema.run("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM @.attempts"));
}

/// A code of the table, as one that can be raised.
std::string whole(std::string_view code) {
    std::string text{code.empty() ? "ZZZZZ" : code};
    text.resize(5, '0');
    return text;
}

std::string const raising = "PERFORM @.attempt(); RAISE EXCEPTION 'theirs' USING ERRCODE = ";

} // namespace

TEST_CASE("postgres: each SQLSTATE of the server becomes the error that the table says", "[postgres][outcomes]") {
    TestSchema const schema{{.pool_size = 1, .deadline = 150ms}};
    auto store = schema.open();
    append_some(store, "a");
    auto const before = log_of(store);
    inject(schema, "NULL;");
    int surely_not_written = 0;
    for (auto const& state : sqlstates) {
        std::string const code = whole(state.code);
        CAPTURE(code);
        schema.run("SELECT setval('@.attempts', 1, false)");
        schema.run(
            "CREATE OR REPLACE FUNCTION @.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + raising + '\'' +
            code + "'; END $$"
        );
        try {
            append_some(store, "a");
            FAIL_CHECK("the append succeeded");
        } catch (PostgresError const& error) {
            ++surely_not_written;
            CHECK(error.native_code() == code);
            CHECK(error.is_transient() == state.is_transient);
            CHECK(error.server_message() == "theirs");
            CHECK_THAT(error.what(), Catch::Matchers::ContainsSubstring(std::string{state.text}));
        } catch (annals::AppendOutcomeUnknown const&) {
            // The time was over in the middle of a try.
            CHECK(state.is_retried);
        }
        CHECK((attempts(schema) > 1) == state.is_retried);
        CHECK(log_of(store) == before);
    }
    // That happens, but no try is begun when the time is over.
    CHECK(surely_not_written > static_cast<int>(std::size(sqlstates)) - 5);
}

TEST_CASE(
    "postgres: what is retried succeeds once its cause is gone, with the same event ids", "[postgres][outcomes]"
) {
    std::string const code = GENERATE("40001", "40P01", "57P01", "08006", "53300");
    CAPTURE(code);
    TestSchema const schema{{.deadline = 5s}};
    auto store = schema.open();
    inject(schema, "IF @.attempt() < 4 THEN RAISE EXCEPTION 'theirs' USING ERRCODE = '" + code + "'; END IF;");
    auto const result = append_some(store, "a", 2);
    CHECK(result.version == annals::Version{2});
    CHECK_FALSE(result.already_appended);
    CHECK(attempts(schema) == 4);
    CHECK(log_of(store).size() == 2);
}

TEST_CASE("postgres: a commit that the server rolls back at its end is no success", "[postgres][outcomes]") {
    TestSchema const schema{{.deadline = 1s}};
    auto store = schema.open();
    // Raised by COMMIT, after each statement has succeeded.
    inject(schema, raising + "'ZZ999';", "CONSTRAINT TRIGGER theirs AFTER");
    for (int i = 0; i < 2; ++i) {
        CHECK_THAT(
            message_of<PostgresError>([&] { append_some(store, "a"); }), Catch::Matchers::ContainsSubstring("ZZ999")
        );
    }
    CHECK(attempts(schema) == 2);
    // By COPY.
    CHECK_THAT(
        message_of<PostgresError>([&] { append_some(store, "a", 600); }), Catch::Matchers::ContainsSubstring("ZZ999")
    );
    CHECK(log_of(store).empty());
    schema.run("DROP TRIGGER theirs ON @.events");
    CHECK(append_some(store, "a").version == annals::Version{1});
}

TEST_CASE("postgres: an open transaction that has failed is not committed", "[postgres][outcomes]") {
    TestSchema const schema;
    auto const store = schema.open();
    CHECK_THROWS_AS(
        store.database()->once([](auto& connection, auto const& until) {
            connection.run("BEGIN", {}, until);
            CHECK_THROWS_AS(connection.run("SELECT 1 / 0", {}, until), PostgresError);
            connection.commit(until);
            return 0;
        }),
        annals::StoreError
    );
    CHECK(store.head() == annals::Position{});
}

TEST_CASE("postgres: an event that a trigger swallows is not acknowledged", "[postgres][outcomes]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a");
    schema.run("CREATE FUNCTION @.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$; "
               "CREATE TRIGGER theirs BEFORE INSERT ON @.events FOR EACH ROW WHEN (NEW.data = 'swallowed') "
               "EXECUTE FUNCTION @.swallow()");
    std::vector const one{event_with("swallowed")};
    CHECK_THROWS_AS(store.append(stream_of("a"), ExpectedVersion::any(), one), annals::CorruptData);
    std::vector const two{event_with(), event_with("swallowed")};
    CHECK_THROWS_AS(store.append(stream_of("a"), ExpectedVersion::any(), two), annals::CorruptData);
    auto const others = some_events(1);
    annals::StreamAppend<annals::EncodedPayload> const commit[] = {
        {stream_of("a"), ExpectedVersion::any(), one}, {stream_of("b"), ExpectedVersion::any(), others}
    };
    CHECK_THROWS_AS(store.append(commit), annals::CorruptData);
    auto many = some_events(600); // by COPY
    many[300].payload.data = "swallowed";
    CHECK_THROWS_AS(store.append(stream_of("a"), ExpectedVersion::any(), many), annals::CorruptData);
    CHECK(log_of(store).size() == 1);
}

TEST_CASE("postgres: a session that is killed between two calls is not missed", "[postgres][outcomes]") {
    TestSchema schema{{.pool_size = 1}};
    schema.conninfo += " application_name=" + annals_tests::unique_schema();
    auto store = schema.open();
    std::string const name = schema.conninfo.substr(schema.conninfo.rfind('=') + 1);
    for (int i = 0; i < 3; ++i) {
        Session{annals_tests::shared_conninfo()}.run(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '" + name + "'"
        );
        CHECK_FALSE(append_some(store, "a").already_appended);
    }
    CHECK(log_of(store).size() == 3);
}

TEST_CASE(
    "postgres: a session that is killed during an append is replaced, and nothing is twice", "[postgres][outcomes]"
) {
    TestSchema const schema;
    auto store = schema.open();
    std::string const when =
        GENERATE("TRIGGER theirs BEFORE", "TRIGGER theirs AFTER", "CONSTRAINT TRIGGER theirs AFTER");
    int const count = GENERATE(1, 600); // 600 go by COPY
    CAPTURE(when, count);
    inject(schema, "IF @.attempt() < 3 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;", when);
    auto const result = append_some(store, "a", count);
    CHECK(result.version == annals::Version{count});
    CHECK(log_of(store).size() == static_cast<std::size_t>(count));
    CHECK(attempts(schema) >= 3);
}

TEST_CASE("postgres: a deadlock with others is answered by another try", "[postgres][outcomes]") {
    TestSchema const schema{{.deadline = 8s, .lock_timeout = 8s}};
    auto store = schema.open();
    schema.run("CREATE TABLE @.theirs (n int); INSERT INTO @.theirs VALUES (1)");
    // The append holds its stream's lock and wants their row; the other one has the row and wants the stream's lock.
    inject(schema, "PERFORM @.attempt(); UPDATE @.theirs SET n = n + 1;");
    Session other{schema.conninfo};
    std::string const theirs = schema.options.schema + ".theirs";
    other.run("SET deadlock_timeout = '10s'; BEGIN; UPDATE " + theirs + " SET n = n + 1");
    std::thread third{[&] {
        Session watch{schema.conninfo};
        while (watch.run("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'") == "0") {
            std::this_thread::sleep_for(5ms);
        }
        other.run(
            "SELECT pg_advisory_xact_lock(" + std::to_string(store.database()->locks().stream(stream_of("a"))) +
            "); COMMIT"
        );
    }};
    CHECK_NOTHROW(append_some(store, "a"));
    third.join();
    CHECK(attempts(schema) >= 2);
    CHECK(log_of(store).size() == 1);
}

TEST_CASE("postgres: a session that has become read-only is left for another", "[postgres][outcomes]") {
    TestSchema const schema{{.pool_size = 1, .deadline = 3s}};
    auto store = schema.open();
    // What a fail-over does to the sessions of the old primary, where it does not end them.
    store.database()->once([](auto& connection, auto const& until) {
        connection.run("SET default_transaction_read_only = on", {}, until);
        return 0;
    });
    CHECK(append_some(store, "a").version == annals::Version{1});
}

TEST_CASE("postgres: a server that is read-only is not used", "[postgres][outcomes]") {
    TestSchema const schema;
    static_cast<void>(schema.open());
    Options options = schema.options;
    options.deadline = 300ms;
    CHECK_THROWS_AS(
        (PostgresEventStore{schema.conninfo + " options='-c default_transaction_read_only=on'", options}),
        annals::StoreError
    );
}

TEST_CASE("postgres: a server without a free connection is waited for", "[postgres][outcomes]") {
    Server const server{"max_connections = 6", "superuser_reserved_connections = 0"};
    PostgresEventStore store{server.conninfo(), {.deadline = 1s}};
    std::vector<Session> sessions;
    CHECK_THROWS_AS(
        [&] {
            while (true) {
                sessions.emplace_back(server.conninfo());
            }
        }(),
        std::runtime_error
    );
    CHECK_NOTHROW(append_some(store, "a")); // with the connection that it has
    try {
        PostgresEventStore const other{server.conninfo(), {.deadline = 300ms}};
        FAIL_CHECK("a connection too many");
    } catch (annals::StoreError const& error) {
        CHECK(error.is_transient());
    }
    std::thread leaving{[&] {
        std::this_thread::sleep_for(200ms);
        sessions.clear();
    }};
    CHECK_NOTHROW(PostgresEventStore{server.conninfo(), {.deadline = 10s}});
    leaving.join();
}
