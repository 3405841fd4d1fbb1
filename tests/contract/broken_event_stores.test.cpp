// SPDX-License-Identifier: MIT

#include <annals/testing/event_store_contract.hpp>
#include <tests/contract/breakable_fixture.hpp>
#include <tests/contract/broken_event_stores.hpp>
#include <tests/contract/run_contract.hpp>
#include <tests/contract/teeth.hpp>

using namespace annals_tests;

namespace {

struct FixtureWithGaps : BreakableFixture {
    FixtureWithGaps() { first.core->steps.position_step = 3; }
};

constexpr auto const& contract = annals::testing::event_store_contract<BreakableFixture>;

} // namespace

TEST_CASE("broken event stores: without a defect there is nothing to reject", "[contract]") {
    run_contract(contract, Rules::sequential);
}

TEST_CASE("broken event stores: without a defect threads find nothing to reject", "[contract][concurrency]") {
    run_contract(contract, Rules::concurrent);
}

TEST_CASE("broken event stores: gaps between positions are no defect", "[contract]") {
    run_contract(annals::testing::event_store_contract<FixtureWithGaps>, Rules::sequential);
}

TEST_CASE("broken event stores: gaps between positions are no defect among threads", "[contract][concurrency]") {
    run_contract(annals::testing::event_store_contract<FixtureWithGaps>, Rules::concurrent);
}

TEST_CASE("broken event stores: each rule rejects the stores that break it", "[contract]") {
    expect_rejected(contract, broken_event_stores(), Rules::sequential);
}

TEST_CASE("broken event stores: each rule for threads rejects the stores that break it", "[contract][concurrency]") {
    expect_rejected(contract, broken_event_stores(), Rules::concurrent);
}
