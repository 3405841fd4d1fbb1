// SPDX-License-Identifier: MIT

#include <annals/testing/checkpoint_store_contract.hpp>
#include <annals/testing/event_store_contract.hpp>
#include <annals/testing/snapshot_store_contract.hpp>
#include <tests/contract/postgres_fixture.hpp>
#include <tests/contract/run_contract.hpp>

using namespace annals_tests;

using Events = PostgresFixture<annals::PostgresEventStore>;
using Snapshots = PostgresFixture<annals::PostgresSnapshotStore>;
using Checkpoints = PostgresFixture<annals::PostgresCheckpointStore>;

TEST_CASE("postgres: event store contract", "[contract]") {
    run_contract(annals::testing::event_store_contract<Events>, Rules::sequential);
}

TEST_CASE("postgres: event store contract for threads", "[contract][concurrency]") {
    run_contract(annals::testing::event_store_contract<Events>, Rules::concurrent);
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
