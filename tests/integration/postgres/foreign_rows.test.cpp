// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

// Rows that somebody else inserts, without the store's locks: the constraints are the last line of defence.

namespace {

using namespace integration::postgres;
using namespace std::chrono_literals;

/// An INSERT of a row like those of the store, but for its checksum.
std::string foreign_row(std::string const& position, std::string const& id, std::string const& stream, int version) {
    return "INSERT INTO @.events VALUES (" + position + ", " + id + ", 'Thing', '" + stream + "', " +
           std::to_string(version) + ", 'Happened', 1, '{}', '{}', now(), 0)";
}

/// Inserts a row, and commits it when somebody waits for it.
class LateRow {
public:
    LateRow(TestSchema const& schema, std::string const& sql) : session_{schema.conninfo} {
        session_.run("BEGIN; " + annals::postgres::detail::in_schema(schema.options.schema, sql));
        std::string const pid = std::to_string(PQbackendPID(session_.handle()));
        commit_ = std::thread{[this, conninfo = schema.conninfo, pid] {
            Session watch{conninfo};
            std::string const waiters =
                "SELECT count(*) FROM pg_stat_activity WHERE " + pid + " = ANY (pg_blocking_pids(pid))";
            for (int i = 0; i < 1'000 && watch.run(waiters) == "0"; ++i) {
                std::this_thread::sleep_for(5ms);
            }
            session_.run("COMMIT");
        }};
    }
    LateRow(LateRow const&) = delete;
    LateRow& operator=(LateRow const&) = delete;
    ~LateRow() { commit_.join(); }

private:
    Session session_;
    std::thread commit_;
};

} // namespace

TEST_CASE("postgres: another one's row of the same version is a lost race", "[postgres][outcomes]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a");
    {
        LateRow const late{schema, foreign_row("nextval('@.events_position')", "gen_random_uuid()", "a", 2)};
        try {
            store.append(stream_of("a"), ExpectedVersion::exactly(annals::Version{1}), some_events(1));
            FAIL_CHECK("two events of one version");
        } catch (annals::ConcurrencyError const& error) {
            CHECK(error.actual() == annals::Version{2});
            CHECK(error.stream() == stream_of("a"));
        }
    }
    CHECK(store.stream_version(stream_of("a")) == annals::Version{2});
    {
        LateRow const late{schema, foreign_row("nextval('@.events_position')", "gen_random_uuid()", "a", 3)};
        CHECK(append_some(store, "a").version == annals::Version{4}); // whatever the version, so it comes next
    }
}

TEST_CASE("postgres: another one's row of the same event id is another event", "[postgres][outcomes]") {
    TestSchema const schema;
    auto store = schema.open();
    auto const events = some_events(1);
    std::string const id = '\'' + annals::to_text(events[0].event_id) + '\'';
    auto const append = [&] { store.append(stream_of("a"), ExpectedVersion::no_stream(), events); };
    {
        LateRow const late{schema, foreign_row("nextval('@.events_position')", id, "b", 1)};
        // Its checksum is wrong, so it cannot be compared with what is sent.
        CHECK_THROWS_AS(append(), annals::CorruptData);
    }
    CHECK(store.stream_version(stream_of("a")) == annals::Version{});
    CHECK_THROWS_AS(append(), annals::CorruptData);
}

TEST_CASE("postgres: the same event in another stream is a mismatch", "[postgres][outcomes]") {
    TestSchema const schema;
    auto store = schema.open();
    auto const events = some_events(2);
    store.append(stream_of("b"), ExpectedVersion::any(), {&events[0], 1});
    CHECK_THROWS_AS(store.append(stream_of("a"), ExpectedVersion::any(), events), annals::IdempotencyMismatch);
    CHECK(store.stream_version(stream_of("a")) == annals::Version{});
}

TEST_CASE("postgres: a position that is taken is an error, and nothing is written", "[postgres][outcomes]") {
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a");
    schema.run(foreign_row("2", "gen_random_uuid()", "b", 1));
    CHECK_THROWS_AS(append_some(store, "a"), annals::CorruptData);
    CHECK(store.stream_version(stream_of("a")) == annals::Version{1});
    // The next one is free again.
    CHECK(append_some(store, "a").version == annals::Version{2});
}
