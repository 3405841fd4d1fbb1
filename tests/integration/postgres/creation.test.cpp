// SPDX-License-Identifier: MIT

#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>
#include <tests/reliability/support/processes.hpp>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

// The tables are made once, whoever else makes them at the same time or died while doing so.

namespace {

using namespace integration::postgres;

void check_is_whole(TestSchema const& schema) {
    auto store = schema.open();
    append_some(store, "a", 2);
    CHECK(log_of(store).size() == 2);
    CHECK(schema.run("SELECT count(*) FROM @.annals_schema") == "1");
}

/// Does the first statements of a schema in a transaction, which it leaves open.
void make_a_part(Session& session, TestSchema const& schema, std::size_t statements) {
    auto const all = annals::postgres::schema_sql(schema.options);
    session.run("BEGIN");
    for (std::size_t i = 0; i < statements; ++i) {
        session.run(all[i]);
    }
}

} // namespace

TEST_CASE("postgres: several processes make the tables at once", "[postgres][schema]") {
    int const processes = GENERATE(2, 8);
    for (int round = 0; round < 3; ++round) {
        TestSchema const schema;
        {
            reliability::SharedCounters ready{1};
            std::vector<reliability::Process> children;
            for (int i = 0; i < processes; ++i) {
                children.emplace_back([&] {
                    // A connection costs more time than the tables, so all start at the same moment.
                    ++ready[0];
                    while (ready[0] < processes) {
                        std::this_thread::yield();
                    }
                    auto store = schema.open();
                    append_some(store, "started");
                });
            }
            for (auto& child : children) {
                CHECK(child.wait());
            }
        }
        CHECK(schema.run("SELECT count(*) FROM @.events") == std::to_string(processes));
        CHECK(schema.run("SELECT count(*) FROM @.annals_schema") == "1");
    }
}

TEST_CASE("postgres: several threads make the tables at once", "[postgres][schema][concurrency]") {
    TestSchema const schema;
    std::vector<std::string> failures(4);
    {
        std::vector<std::thread> threads;
        for (std::string& failure : failures) {
            threads.emplace_back([&] { failure = message_of([&] { static_cast<void>(schema.open()); }); });
        }
        for (auto& thread : threads) {
            thread.join();
        }
    }
    CHECK(failures == std::vector<std::string>(4));
    check_is_whole(schema);
}

TEST_CASE("postgres: tables that somebody died making are made anew", "[postgres][schema]") {
    std::size_t const statements = annals::postgres::schema_sql().size();
    for (std::size_t done = 0; done <= statements; ++done) {
        CAPTURE(done);
        TestSchema const schema;
        {
            Session session{schema.conninfo};
            make_a_part(session, schema, done);
            // Killed, not closed, so that it ends in the middle of its transaction.
            Session{schema.conninfo}.run(
                "SELECT pg_terminate_backend(" + std::to_string(PQbackendPID(session.handle())) + ", 5000)"
            );
        }
        check_is_whole(schema);
    }
}

TEST_CASE("postgres: a store that is killed while it makes its tables leaves nothing behind", "[postgres][schema]") {
    std::size_t const statements = annals::postgres::schema_sql().size();
    for (std::size_t at = 1; at <= statements; ++at) {
        CAPTURE(at);
        TestSchema const schema;
        std::string const trigger = annals_tests::unique_schema();
        // The n-th statement ends the session that makes the tables, once.
        schema.run(
            "CREATE SCHEMA " + trigger + "; CREATE SEQUENCE " + trigger + ".counted; CREATE FUNCTION " + trigger +
            ".kill() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF current_setting('application_name') = '" +
            // Of the sessions of other tests none looks for the sequence, which may be gone by then.
            schema.options.schema + "' THEN IF nextval('" + trigger + ".counted') = " + std::to_string(at) +
            " THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; END IF; END $$; CREATE EVENT TRIGGER " +
            trigger + " ON ddl_command_end EXECUTE FUNCTION " + trigger + ".kill()"
        );
        CHECK(message_of([&] {
                  PostgresEventStore store{
                      schema.conninfo + " application_name=" + schema.options.schema, schema.options
                  };
                  append_some(store, "a");
              }).empty());
        schema.run("DROP EVENT TRIGGER " + trigger);
        schema.run("DROP SCHEMA " + trigger + " CASCADE");
        CHECK(schema.run("SELECT count(*) FROM @.events") == "1");
        CHECK(schema.run("SELECT count(*) FROM @.annals_schema") == "1");
    }
}
