// SPDX-License-Identifier: MIT

#include <annals/snapshot_policy.hpp>
#include <tests/catch.hpp>

#include <chrono>
#include <limits>

using namespace annals;
using std::chrono::seconds;

namespace {

constexpr SnapshotFacts saved(std::int64_t before, std::int64_t now, std::int64_t snapshot = 0) {
    return {Version{before}, Version{now}, Version{snapshot}, Timestamp{}, Timestamp{}};
}

constexpr SnapshotFacts aged(std::int64_t snapshot, std::chrono::microseconds age) {
    Timestamp const taken{seconds{1'000}};
    return {Version{1}, Version{2}, Version{snapshot}, taken, taken + age};
}

struct Always {
    bool is_due(SnapshotFacts const&) const { return true; }
};

} // namespace

TEST_CASE("snapshot policy: never is never") { STATIC_REQUIRE_FALSE(NeverSnapshot{}.is_due(saved(0, 1'000'000))); }

TEST_CASE("snapshot policy: every n events is each time a multiple of n is passed") {
    constexpr EveryNEvents every{100};
    STATIC_REQUIRE_FALSE(every.is_due(saved(0, 99)));
    STATIC_REQUIRE(every.is_due(saved(99, 100)));
    STATIC_REQUIRE(every.is_due(saved(0, 100)));
    STATIC_REQUIRE(every.is_due(saved(98, 103)));
    STATIC_REQUIRE_FALSE(every.is_due(saved(100, 101)));
    STATIC_REQUIRE_FALSE(every.is_due(saved(100, 199)));
    STATIC_REQUIRE(every.is_due(saved(150, 450)));
    STATIC_REQUIRE_FALSE(every.is_due(saved(200, 200)));
    STATIC_REQUIRE(EveryNEvents{1}.is_due(saved(41, 42)));

    constexpr std::int64_t largest = (std::numeric_limits<std::int64_t>::max)();
    STATIC_REQUIRE(EveryNEvents{largest}.is_due(saved(largest - 1, largest)));
    STATIC_REQUIRE_FALSE(EveryNEvents{largest}.is_due(saved(0, largest - 1)));
}

TEST_CASE("snapshot policy: it bounds what a load replays whatever the saves are") {
    for (std::int64_t n = 1; n <= 12; ++n) {
        for (std::int64_t save = 1; save <= 12; ++save) {
            std::int64_t snapshot = 0;
            for (std::int64_t version = 0; version < 200; version += save) {
                if (EveryNEvents{n}.is_due(saved(version, version + save))) {
                    snapshot = version + save;
                }
                REQUIRE(version + save - snapshot < n);
            }
        }
    }
}

TEST_CASE("snapshot policy: every n events needs a positive n") {
    CHECK_THROWS_AS(EveryNEvents{0}, InvalidInput);
    CHECK_THROWS_AS(EveryNEvents{-1}, InvalidInput);
}

TEST_CASE("snapshot policy: after a time is when there is none or it is that old") {
    constexpr SnapshotAfter after{seconds{60}};
    STATIC_REQUIRE(after.is_due(aged(0, seconds{0})));
    STATIC_REQUIRE_FALSE(after.is_due(aged(1, seconds{59})));
    STATIC_REQUIRE(after.is_due(aged(1, seconds{60})));
    STATIC_REQUIRE(after.is_due(aged(1, seconds{6'000})));
    STATIC_REQUIRE_FALSE(after.is_due(aged(1, seconds{-100}))); // the clock was set back
}

TEST_CASE("snapshot policy: after replaying is when that many events have come since the last snapshot") {
    constexpr AfterReplaying after{100};
    STATIC_REQUIRE_FALSE(after.is_due(saved(98, 99)));
    STATIC_REQUIRE(after.is_due(saved(99, 100)));
    STATIC_REQUIRE(after.is_due(saved(500, 501)));
    STATIC_REQUIRE_FALSE(after.is_due(saved(199, 200, 101)));
    STATIC_REQUIRE(after.is_due(saved(200, 201, 101)));
    STATIC_REQUIRE_FALSE(after.is_due(saved(200, 201, 201)));
    CHECK_THROWS_AS(AfterReplaying{0}, InvalidInput);
    CHECK_THROWS_AS(AfterReplaying{-1}, InvalidInput);
}

TEST_CASE("snapshot policy: slow load is when the load took that long") {
    constexpr auto loaded_in = [](std::chrono::nanoseconds time) {
        SnapshotFacts facts = saved(1, 2);
        facts.load_time = time;
        return facts;
    };
    constexpr SlowLoad slow{std::chrono::milliseconds{5}};
    STATIC_REQUIRE_FALSE(slow.is_due(saved(1, 2)));
    STATIC_REQUIRE_FALSE(slow.is_due(loaded_in(std::chrono::nanoseconds{4'999'999})));
    STATIC_REQUIRE(slow.is_due(loaded_in(std::chrono::milliseconds{5})));
    STATIC_REQUIRE(slow.is_due(loaded_in(seconds{1})));
}

TEST_CASE("snapshot policy: when a predicate says so") {
    SnapshotWhen const even{[](SnapshotFacts const& facts) { return facts.now.value() % 2 == 0; }};
    CHECK(even.is_due(saved(1, 2)));
    CHECK_FALSE(even.is_due(saved(2, 3)));
}

TEST_CASE("snapshot policy: policies are joined by or and and, and turned round by not") {
    EveryNEvents const every{10};
    SnapshotAfter const after{seconds{60}};
    auto const facts = [](bool passes, bool is_old) {
        SnapshotFacts result = aged(1, seconds{is_old ? 60 : 0});
        result.before = Version{passes ? 9 : 10};
        result.now = Version{passes ? 10 : 11};
        return result;
    };
    for (bool const passes : {false, true}) {
        for (bool const is_old : {false, true}) {
            CHECK((every || after).is_due(facts(passes, is_old)) == (passes || is_old));
            CHECK((every && after).is_due(facts(passes, is_old)) == (passes && is_old));
            CHECK(((every && after) || NeverSnapshot{}).is_due(facts(passes, is_old)) == (passes && is_old));
            CHECK((every || (after && NeverSnapshot{})).is_due(facts(passes, is_old)) == passes);
            CHECK((every || Always{}).is_due(facts(passes, is_old)));
            CHECK((Always{} && after).is_due(facts(passes, is_old)) == is_old);
            CHECK((!every).is_due(facts(passes, is_old)) == !passes);
            CHECK((every && !after).is_due(facts(passes, is_old)) == (passes && !is_old));
            CHECK((!(every || after)).is_due(facts(passes, is_old)) == !(passes || is_old));
        }
    }
    STATIC_REQUIRE(SnapshotPolicy<decltype(every || after)>);
    STATIC_REQUIRE(SnapshotPolicy<decltype((every && after) || Always{})>);
}
