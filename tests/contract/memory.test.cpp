// SPDX-License-Identifier: MIT

#include <annals/memory.hpp>
#include <annals/memory/checkpoint_store.hpp>
#include <annals/testing/checkpoint_store_contract.hpp>
#include <annals/testing/event_store_contract.hpp>
#include <annals/testing/snapshot_store_contract.hpp>
#include <tests/contract/encoded_payloads.hpp>
#include <tests/contract/run_contract.hpp>

#include <string>
#include <variant>

using namespace annals_tests;

namespace {

struct OrderCreated {
    std::string customer;
    bool operator==(OrderCreated const&) const = default;
};
struct ItemAdded {
    std::string product;
    int quantity{};
    bool operator==(ItemAdded const&) const = default;
};
using OrderEvent = std::variant<OrderCreated, ItemAdded>;

struct TypedPayloads {
    [[nodiscard]] static OrderEvent payload(std::size_t n) {
        return n % 2 == 0 ? OrderEvent{OrderCreated{"customer " + std::to_string(n)}}
                          : OrderEvent{ItemAdded{"book", static_cast<int>(n)}};
    }
    [[nodiscard]] static bool is_same_payload(OrderEvent const& a, OrderEvent const& b) { return a == b; }
};

/// There is one object only, so both handles are it.
template <class Store, class Payloads>
struct MemoryFixture : Payloads {
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{};

    store_type& store() { return only; }
    store_type& second_handle() { return only; }

    Store only;
};

using TypedFixture = MemoryFixture<annals::InMemoryEventStore<OrderEvent>, TypedPayloads>;
using EncodedFixture = MemoryFixture<annals::InMemoryEventStore<annals::EncodedPayload>, EncodedPayloads>;
using SnapshotFixture = MemoryFixture<annals::InMemorySnapshotStore<annals::EncodedPayload>, EncodedPayloads>;
using CheckpointFixture = MemoryFixture<annals::InMemoryCheckpointStore, EncodedPayloads>;

// Or the contract would leave out its rules for these.
static_assert(annals::FilteringEventStore<TypedFixture::store_type>);
static_assert(annals::TruncatableEventStore<TypedFixture::store_type>);
static_assert(annals::TruncatableEventStore<EncodedFixture::store_type>);

} // namespace

TEST_CASE("memory typed: event store contract", "[contract]") {
    run_contract(annals::testing::event_store_contract<TypedFixture>, Rules::sequential);
}

TEST_CASE("memory typed: event store contract for threads", "[contract][concurrency]") {
    run_contract(annals::testing::event_store_contract<TypedFixture>, Rules::concurrent);
}

TEST_CASE("memory encoded: event store contract", "[contract]") {
    run_contract(annals::testing::event_store_contract<EncodedFixture>, Rules::sequential);
}

TEST_CASE("memory encoded: event store contract for threads", "[contract][concurrency]") {
    run_contract(annals::testing::event_store_contract<EncodedFixture>, Rules::concurrent);
}

TEST_CASE("memory: snapshot store contract", "[contract]") {
    run_contract(annals::testing::snapshot_store_contract<SnapshotFixture>, Rules::sequential);
}

TEST_CASE("memory: checkpoint store contract", "[contract]") {
    run_contract(annals::testing::checkpoint_store_contract<CheckpointFixture>, Rules::sequential);
}

TEST_CASE("memory: snapshot and checkpoint store contracts for threads", "[contract][concurrency]") {
    run_contract(annals::testing::snapshot_store_contract<SnapshotFixture>, Rules::concurrent);
    run_contract(annals::testing::checkpoint_store_contract<CheckpointFixture>, Rules::concurrent);
}
