// SPDX-License-Identifier: MIT

#include <annals/event_context.hpp>
#include <tests/catch.hpp>

#include <chrono>

TEST_CASE("event context: by default the system's clock and UUIDv7 ids") {
    annals::EventContext const context;
    CHECK(context.metadata == annals::Metadata{});
    REQUIRE(context.clock == &annals::system_clock());
    REQUIRE(context.ids == &annals::uuid_v7_ids());

    auto const before = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    annals::Timestamp const now = context.clock->now();
    CHECK(now >= before);
    CHECK(now <= std::chrono::system_clock::now());

    annals::EventId const first = context.ids->next();
    CHECK(first < context.ids->next());
    CHECK(unsigned{*(first.begin() + 6)} >> 4U == 7U);
}
