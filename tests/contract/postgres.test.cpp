// SPDX-License-Identifier: MIT

#include <annals/postgres/checkpoint_store.hpp>
#include <annals/testing/checkpoint_store_contract.hpp>
#include <annals/testing/event_store_contract.hpp>
#include <annals/testing/snapshot_store_contract.hpp>
#include <tests/contract/postgres_fixture.hpp>
#include <tests/contract/run_contract.hpp>

#include <string>
#include <vector>

using namespace annals_tests;

using Events = PostgresFixture<annals::PostgresEventStore>;
using JsonEvents = PostgresFixture<annals::PostgresEventStore, PostgresWay::json_column>;
using PooledEvents = PostgresFixture<annals::PostgresEventStore, PostgresWay::pooled>;
using Snapshots = PostgresFixture<annals::PostgresSnapshotStore>;
using Checkpoints = PostgresFixture<annals::PostgresCheckpointStore>;

TEST_CASE("postgres: event store contract", "[contract]") {
    run_contract(annals::testing::event_store_contract<Events>, Rules::sequential);
}

TEST_CASE("postgres: event store contract for threads", "[contract][concurrency]") {
    run_contract(annals::testing::event_store_contract<Events>, Rules::concurrent);
}

TEST_CASE("postgres: event store contract with a json column", "[contract]") {
    // The one rule that stores what is no JSON.
    run_contract(
        annals::testing::event_store_contract<JsonEvents>, Rules::sequential, "encoded payloads come back byte by byte"
    );
}

TEST_CASE("postgres: a json column keeps JSON byte by byte and takes nothing else", "[contract]") {
    JsonEvents fixture;
    annals::StreamName const stream{"Order", "1"};
    auto const append = [&](std::string const& data) {
        std::vector<annals::NewEvent<annals::EncodedPayload>> events(1);
        events[0].event_id = annals::new_event_id();
        events[0].payload = {"Changed", 1, data};
        fixture.store().append(stream, annals::ExpectedVersion::any(), events);
    };
    std::string const odd = R"({ "b" : 1.10,"a":1e2, "a":2,  "c":"\u0000" })";
    append(odd);
    CHECK_THROWS_AS(append("{\"a\":"), annals::InvalidInput);
    CHECK_THROWS_AS(append("no JSON"), annals::InvalidInput);

    std::vector<std::string> stored;
    for (auto const& event : fixture.store().get_events(stream)) {
        stored.push_back(event.payload.data);
    }
    CHECK(stored == std::vector{odd});
}

TEST_CASE("postgres: event store contract through a transaction pooler", "[contract]") {
    run_contract(annals::testing::event_store_contract<PooledEvents>, Rules::sequential);
}

TEST_CASE("postgres: event store contract through a transaction pooler for threads", "[contract][concurrency]") {
    run_contract(annals::testing::event_store_contract<PooledEvents>, Rules::concurrent);
}

TEST_CASE("postgres: snapshot store contract", "[contract]") {
    run_contract(annals::testing::snapshot_store_contract<Snapshots>, Rules::sequential);
}

TEST_CASE("postgres: checkpoint store contract", "[contract]") {
    run_contract(annals::testing::checkpoint_store_contract<Checkpoints>, Rules::sequential);
}

TEST_CASE("postgres: snapshot and checkpoint store contracts for threads", "[contract][concurrency]") {
    run_contract(annals::testing::snapshot_store_contract<Snapshots>, Rules::concurrent);
    run_contract(annals::testing::checkpoint_store_contract<Checkpoints>, Rules::concurrent);
}
