// SPDX-License-Identifier: MIT

#include <annals/testing/checkpoint_store_contract.hpp>
#include <annals/testing/snapshot_store_contract.hpp>
#include <tests/contract/broken/checkpoint_stores.hpp>
#include <tests/contract/broken/snapshot_stores.hpp>
#include <tests/contract/encoded_payloads.hpp>
#include <tests/contract/run_contract.hpp>
#include <tests/contract/teeth.hpp>

using namespace annals_tests;

namespace {

template <class Store>
struct BreakableFixture : EncodedPayloads {
    using store_type = Store;
    static constexpr annals::testing::Quirks quirks{.persists_across_reopen = true};

    BreakableFixture() = default;
    explicit BreakableFixture(BrokenStateStore<Store> const& broken) {
        broken.break_step(*first.core);
        if (!first.core->is_shared) {
            second.core = std::make_shared<typename Store::Core>();
        }
    }

    store_type& store() { return first; }
    store_type& second_handle() { return second; }
    void reopen() { first.core->reopen(*first.core); }

    Store first;
    Store second = first;
};

constexpr auto const& snapshots = annals::testing::snapshot_store_contract<BreakableFixture<BreakableSnapshotStore>>;
constexpr auto const& checkpoints =
    annals::testing::checkpoint_store_contract<BreakableFixture<BreakableCheckpointStore>>;

} // namespace

TEST_CASE("broken snapshot stores: each rule rejects the stores that break it", "[contract]") {
    run_contract(snapshots, Rules::sequential);
    expect_rejected(snapshots, broken_snapshot_stores(), Rules::sequential);
}

TEST_CASE("broken snapshot stores: each rule for threads rejects the stores that break it", "[contract][concurrency]") {
    run_contract(snapshots, Rules::concurrent);
    expect_rejected(snapshots, broken_snapshot_stores(), Rules::concurrent);
}

TEST_CASE("broken checkpoint stores: each rule rejects the stores that break it", "[contract]") {
    run_contract(checkpoints, Rules::sequential);
    expect_rejected(checkpoints, broken_checkpoint_stores(), Rules::sequential);
}

TEST_CASE(
    "broken checkpoint stores: each rule for threads rejects the stores that break it", "[contract][concurrency]"
) {
    run_contract(checkpoints, Rules::concurrent);
    expect_rejected(checkpoints, broken_checkpoint_stores(), Rules::concurrent);
}
