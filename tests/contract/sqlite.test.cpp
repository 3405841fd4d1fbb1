// SPDX-License-Identifier: MIT

#include <annals/sqlite.hpp>
#include <annals/sqlite/checkpoint_store.hpp>
#include <annals/testing/checkpoint_store_contract.hpp>
#include <annals/testing/event_store_contract.hpp>
#include <annals/testing/snapshot_store_contract.hpp>
#include <tests/contract/run_contract.hpp>
#include <tests/contract/sqlite_fixture.hpp>

#include <concepts>

using namespace annals_tests;

namespace {

template <class Store, template <class> class Fixture>
void run(Rules kind) {
    if constexpr (std::same_as<Store, annals::SqliteEventStore>) {
        run_contract(annals::testing::event_store_contract<Fixture<Store>>, kind);
    } else if constexpr (std::same_as<Store, annals::SqliteSnapshotStore>) {
        run_contract(annals::testing::snapshot_store_contract<Fixture<Store>>, kind);
    } else {
        run_contract(annals::testing::checkpoint_store_contract<Fixture<Store>>, kind);
    }
}

} // namespace

TEST_CASE("sqlite file: event store contract", "[contract]") {
    run<annals::SqliteEventStore, SqliteFileFixture>(Rules::sequential);
}

TEST_CASE("sqlite file: event store contract for threads", "[contract][concurrency]") {
    run<annals::SqliteEventStore, SqliteFileFixture>(Rules::concurrent);
}

TEST_CASE("sqlite in memory: event store contract", "[contract]") {
    run<annals::SqliteEventStore, SqliteMemoryFixture>(Rules::sequential);
}

TEST_CASE("sqlite in memory: event store contract for threads", "[contract][concurrency]") {
    run<annals::SqliteEventStore, SqliteMemoryFixture>(Rules::concurrent);
}

TEST_CASE("sqlite sealed: event store contract", "[contract]") {
    run<annals::SqliteEventStore, SqliteSealedFixture>(Rules::sequential);
}

TEST_CASE("sqlite transaction: event store contract", "[contract]") {
    run_contract(annals::testing::event_store_contract<SqliteTransactionFixture>, Rules::sequential);
}

TEST_CASE("sqlite: snapshot store contract", "[contract]") {
    run<annals::SqliteSnapshotStore, SqliteFileFixture>(Rules::sequential);
    run<annals::SqliteSnapshotStore, SqliteMemoryFixture>(Rules::sequential);
    run<annals::SqliteSnapshotStore, SqliteSealedFixture>(Rules::sequential);
}

TEST_CASE("sqlite: checkpoint store contract", "[contract]") {
    run<annals::SqliteCheckpointStore, SqliteFileFixture>(Rules::sequential);
    run<annals::SqliteCheckpointStore, SqliteMemoryFixture>(Rules::sequential);
}

TEST_CASE("sqlite: snapshot and checkpoint store contracts for threads", "[contract][concurrency]") {
    run<annals::SqliteSnapshotStore, SqliteFileFixture>(Rules::concurrent);
    run<annals::SqliteCheckpointStore, SqliteFileFixture>(Rules::concurrent);
}
