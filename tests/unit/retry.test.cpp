// SPDX-License-Identifier: MIT

#include <annals/retry.hpp>
#include <tests/catch.hpp>

#include <chrono>
#include <set>
#include <vector>

using annals::Retry;
using annals::RetryPolicy;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

namespace {

int attempts_of(RetryPolicy const& policy) {
    Retry retry{policy};
    int attempts = 1;
    while (retry.wait_for_next_attempt()) {
        ++attempts;
    }
    return attempts;
}

/// How long each of the first `count` waits took.
std::vector<Clock::duration> waits_of(RetryPolicy const& policy, int count) {
    Retry retry{policy};
    std::vector<Clock::duration> waits;
    for (int i = 0; i < count; ++i) {
        auto const begin = Clock::now();
        REQUIRE(retry.wait_for_next_attempt());
        waits.push_back(Clock::now() - begin);
    }
    return waits;
}

} // namespace

TEST_CASE("retry: the first attempt counts") {
    milliseconds const none{0};
    CHECK(attempts_of({10, none, none, milliseconds{60'000}}) == 10);
    CHECK(attempts_of({2, none, none, milliseconds{60'000}}) == 2);
    CHECK(attempts_of({1, none, none, milliseconds{60'000}}) == 1);
    CHECK(attempts_of({0, none, none, milliseconds{60'000}}) == 1);
    CHECK(attempts_of({-5, none, none, milliseconds{60'000}}) == 1);
}

TEST_CASE("retry: waits double up to the longest and are shortened by half at most") {
    auto const waits = waits_of({10, milliseconds{8}, milliseconds{20}, milliseconds{60'000}}, 5);
    milliseconds const full[]{milliseconds{8}, milliseconds{16}, milliseconds{20}, milliseconds{20}, milliseconds{20}};
    for (std::size_t i = 0; i < waits.size(); ++i) {
        CHECK(waits[i] >= full[i] / 2);
        CHECK(waits[i] < full[i] + milliseconds{200}); // a busy machine wakes late
    }
}

TEST_CASE("retry: two who meet do not wait alike") {
    // The waits themselves are hidden; what shows is that their lengths spread over half of the full wait.
    Clock::duration shortest = std::chrono::hours{1};
    Clock::duration sum{};
    for (int i = 0; i < 30; ++i) {
        auto const wait = waits_of({2, milliseconds{10}, milliseconds{10}, milliseconds{60'000}}, 1).front();
        shortest = wait < shortest ? wait : shortest;
        sum += wait;
    }
    CHECK(shortest < milliseconds{8});
    CHECK(sum / 30 > milliseconds{6});
}

TEST_CASE("retry: no attempt is begun after the deadline") {
    auto const begin = Clock::now();
    CHECK(attempts_of({1'000'000, milliseconds{10}, milliseconds{10}, milliseconds{50}}) <= 11);
    CHECK(Clock::now() - begin < milliseconds{1'000});

    // One that would be begun too late is not waited for.
    auto const again = Clock::now();
    CHECK(attempts_of({10, milliseconds{60'000}, milliseconds{60'000}, milliseconds{100}}) == 1);
    CHECK(Clock::now() - again < milliseconds{1'000});
}

TEST_CASE("retry: the first wait is no longer than the longest") {
    CHECK(attempts_of({3, milliseconds{60'000}, milliseconds{1}, milliseconds{1'000}}) == 3);
}

TEST_CASE("retry: no deadline can be written as the longest duration") {
    milliseconds const forever = (milliseconds::max)();
    CHECK(attempts_of({3, milliseconds{0}, milliseconds{0}, forever}) == 3);
    CHECK(attempts_of({3, milliseconds{1}, forever, forever}) == 3);
    CHECK(attempts_of({3, forever, forever, milliseconds{10}}) == 1);
}
