// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <utility>
#include <vector>

// What a statement of the store costs does not grow with what is stored: the server touches as many pages of tables and
// indexes among many events as among few, but for a further level of an index.

namespace {

using namespace integration::postgres;

constexpr int events_a_stream = 10;

/// Fills a store with streams `Thing/0`, `Thing/1`, ...
void fill(TestSchema const& schema, int streams) {
    PostgresEventStore store = schema.open();
    constexpr int streams_a_commit = 100;
    for (int first = 0; first < streams; first += streams_a_commit) {
        std::vector<std::vector<annals::NewEvent<annals::EncodedPayload>>> events;
        std::vector<annals::StreamAppend<annals::EncodedPayload>> commit;
        for (int i = 0; i < streams_a_commit; ++i) {
            events.push_back(some_events(events_a_stream));
        }
        for (int i = 0; i < streams_a_commit; ++i) {
            std::string const id = std::to_string(first + i);
            commit.push_back({stream_of(id), ExpectedVersion::no_stream(), events[static_cast<std::size_t>(i)]});
        }
        store.append(commit);
    }
    schema.run("INSERT INTO @.truncations SELECT DISTINCT 'Gone', aggregate_id, 2, 'books closed', now() FROM @.events"
    );
    schema.run("VACUUM ANALYZE @.events");
    schema.run("VACUUM ANALYZE @.truncations");
}

/// The pages that each statement of an append, a load and a read of the log touches, by its name.
std::map<std::string, long> pages_touched(TestSchema const& schema, int streams) {
    std::string const stream = "'Thing', '" + std::to_string(streams / 2) + "'";
    std::string const middle = std::to_string(streams / 2 * events_a_stream);
    std::string const last = std::to_string(streams * events_a_stream);
    std::string const id = schema.run("SELECT event_id FROM @.events WHERE position = " + middle);
    annals::postgres::detail::Statements const sql{schema.options};
    std::map<std::string, std::pair<std::string, std::string>> const statements{
        {"append",
         {sql.append_one,
          stream + ", -1, ARRAY[gen_random_uuid()], '{Happened}', '{1}', '{x}', '{\"{}\"}', '{2026-01-01}', '{0}'"}},
        {"append to several streams",
         {sql.append,
          "'{Thing,Thing}', '{3,new}', '{-1,0}', '{1,2}', '{1,1}', ARRAY[gen_random_uuid(), gen_random_uuid()], "
          "'{Happened,Happened}', '{1,1}', '{x,x}', '{\"{}\",\"{}\"}', '{2026-01-01,2026-01-01}', '{0,0}'"}},
        {"load", {sql.stream, stream + ", 0, 1000000, 100"}},
        {"version", {sql.stream_version, stream}},
        {"first event left", {sql.first_version, "'Gone', '" + std::to_string(streams / 2) + "'"}},
        {"repeated append", {sql.find, "ARRAY['" + id + "'::uuid]"}},
        {"read on", {sql.log, middle + ", " + last + ", 100"}},
        {"head", {sql.head, last}},
        {"snapshot", {sql.load_snapshot, stream}},
    };
    Session session{schema.conninfo};
    session.run("SET plan_cache_mode = force_generic_plan");
    std::map<std::string, long> pages;
    for (auto const& [name, statement] : statements) {
        session.run("PREPARE measured AS " + statement.first);
        std::string const plan =
            session.run("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE measured (" + statement.second + ")");
        session.run("DEALLOCATE measured");
        // The first node of a plan counts its parts in.
        std::regex const touched{R"re("Shared (Hit|Read) Blocks": (\d+))re"};
        std::sregex_iterator found{plan.begin(), plan.end(), touched};
        for (int i = 0; i < 2 && found != std::sregex_iterator{}; ++i, ++found) {
            pages[name] += std::stol((*found)[2]);
        }
    }
    return pages;
}

/// The statements that touch more pages among 100,000 events than among 1,000, by more than an index has levels.
std::vector<std::string> growing(std::string const& broken_by = "SELECT 1") {
    std::map<std::string, long> few;
    {
        TestSchema const schema;
        fill(schema, 100);
        few = pages_touched(schema, 100);
    }
    TestSchema const schema;
    fill(schema, 10'000);
    schema.run(broken_by);
    std::vector<std::string> found;
    for (auto const& [name, pages] : pages_touched(schema, 10'000)) {
        INFO(name << ": " << few[name] << " pages, then " << pages);
        CHECK(pages > 0);
        if (pages > few[name] + 12) {
            found.push_back(name);
        }
    }
    return found;
}

/// Takes away all events but the last of each stream whose number is not `streams / 2`.
void truncate_others(TestSchema const& schema, int streams) {
    PostgresEventStore store = schema.open();
    for (int i = 0; i < streams; ++i) {
        if (i != streams / 2) {
            store.truncate_before(stream_of(std::to_string(i)), annals::Version{events_a_stream}, "books closed");
        }
    }
    schema.run("VACUUM ANALYZE @.events");
}

} // namespace

TEST_CASE("postgres: streams that were never truncated cost what they did", "[postgres][flat_cost]") {
    constexpr int streams = 100;
    TestSchema const whole;
    fill(whole, streams);
    auto const before = pages_touched(whole, streams);
    TestSchema const truncated;
    fill(truncated, streams);
    truncate_others(truncated, streams);
    auto const after = pages_touched(truncated, streams);
    for (char const* const name : {"load", "version", "snapshot", "head"}) {
        CAPTURE(name);
        CHECK(after.at(name) <= before.at(name));
    }
    for (char const* const name : {"append", "append to several streams"}) {
        CAPTURE(name, before.at(name), after.at(name)); // a page of an index may be divided, or have been
        CHECK(after.at(name) <= before.at(name) + 8);
    }
}

TEST_CASE("postgres: no statement touches more pages the more is stored", "[postgres][flat_cost]") {
    CHECK(growing().empty());
}

TEST_CASE("postgres: the page count notices a missing index", "[postgres][flat_cost]") {
    CHECK(growing("ALTER TABLE @.events DROP CONSTRAINT events_stream_key") != std::vector<std::string>{});
    CHECK(
        growing("ALTER TABLE @.events DROP CONSTRAINT events_event_id_key") ==
        std::vector<std::string>{"repeated append"}
    );
}
