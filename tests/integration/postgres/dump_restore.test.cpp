// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/postgres.hpp>
#include <annals/postgres/checkpoint_store.hpp>
#include <tests/catch.hpp>
#include <tests/integration/postgres/support/test_schema.hpp>

#include <filesystem>
#include <string>
#include <vector>

// A store that pg_dump has carried into another cluster goes on as if nothing had happened, also where the transaction
// numbers of the old cluster lie in the future.

namespace {

using namespace integration::postgres;

void fill(PostgresEventStore& store) {
    for (int i = 0; i < 40; ++i) {
        append_some(store, "thing-" + std::to_string(i % 7), i % 3 + 1);
    }
    // A position that was drawn and is missing for ever.
    CHECK_THROWS(store.append(stream_of("x"), ExpectedVersion::any(), std::vector{event_with("not \xff")}));
    store.snapshot_store().save(
        {stream_of("thing-1"), annals::Version{2}, annals::new_event_id(), {}, {"State", 1, "two"}}
    );
    annals::PostgresCheckpointStore{store}.advance("p", {}, {store.head(), annals::new_event_id(), 1});
}

std::int64_t next_transaction(Server const& server) {
    return std::stoll(Session{server.conninfo()}.run("SELECT pg_current_xact_id()"));
}

std::string port_of(Server const& server) { return Session{server.conninfo()}.run("SHOW port"); }

} // namespace

TEST_CASE("postgres: a restored dump is the same store, in a younger cluster too", "[postgres][dump]") {
    std::string const format = GENERATE("plain", "custom");
    CAPTURE(format);
    Server source;
    source.stop();
    source.run("pg_resetwal -e 2 -D data");
    source.start();
    Server target;
    REQUIRE(next_transaction(source) > next_transaction(target) + 1'000'000'000);

    PostgresEventStore old_store{source.conninfo()};
    fill(old_store);
    // What a store has that orders by transaction numbers: in the younger cluster, its events hide.
    Session{source.conninfo()}.run(
        "CREATE TABLE annals.naive AS SELECT position, pg_current_xact_id() AS written FROM annals.events"
    );
    std::string const naive =
        "SELECT count(*) FROM annals.naive WHERE written < pg_snapshot_xmin(pg_current_snapshot())";
    std::string const at_source = " -h 127.0.0.1 -U annals -p " + port_of(source) + " postgres";
    std::string const at_target = " -h 127.0.0.1 -U annals -p " + port_of(target);
    auto const dump = std::filesystem::path{target.folder() / "dump"}.string();
    target.run("pg_dump --format=" + format + " --file=" + dump + at_source);
    if (format == "plain") {
        target.run("psql --quiet --output=/dev/null --set=ON_ERROR_STOP=1 --file=" + dump + at_target + " postgres");
    } else {
        target.run("pg_restore --exit-on-error --dbname=postgres" + at_target + " " + dump);
    }

    PostgresEventStore store{target.conninfo()};
    auto const log = log_of(old_store);
    REQUIRE(log.size() > 70);
    CHECK(Session{source.conninfo()}.run(naive) == std::to_string(log.size()));
    CHECK(Session{target.conninfo()}.run(naive) == "0");
    CHECK(log_of(store) == log);
    CHECK(store.head() == old_store.head());
    CHECK(texts_of(store.get_events(stream_of("thing-3"))) == texts_of(old_store.get_events(stream_of("thing-3"))));
    CHECK(store.snapshot_store().load(stream_of("thing-1"))->state.data == "two");
    CHECK(annals::PostgresCheckpointStore{store}.load("p") == annals::PostgresCheckpointStore{old_store}.load("p"));

    annals::Version const version = store.stream_version(stream_of("thing-3"));
    CHECK(version == old_store.stream_version(stream_of("thing-3")));
    auto const result = append_some(store, "thing-3");
    CHECK(result.version == version.next());
    CHECK(result.position > old_store.head());
    CHECK(store.head() == result.position);
    CHECK(log_of(store).size() == log.size() + 1);
    CHECK_THROWS(Session{target.conninfo()}.run("DELETE FROM annals.events"));
}

TEST_CASE("postgres: a restored part of a dump is refused", "[postgres][dump]") {
    // The rows without the sequence's value: the next position would be below those that readers have passed.
    TestSchema const schema;
    auto store = schema.open();
    append_some(store, "a", 3);
    schema.run("SELECT setval('@.events_position', 1, false)");
    CHECK_THROWS_AS(schema.open(), annals::CorruptData);
}
