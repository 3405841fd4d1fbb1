// SPDX-License-Identifier: MIT

#include <annals/memory/checkpoint_store.hpp>
#include <tests/catch.hpp>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace annals;

namespace {

Checkpoint checkpoint_at(std::int64_t position, std::int64_t epoch = 0) {
    return {Position{position}, new_event_id(), epoch};
}

} // namespace

TEST_CASE("in-memory checkpoints: one is moved by whoever knows where it stands") {
    InMemoryCheckpointStore store;
    CHECK_FALSE(store.load("p"));
    Checkpoint const first = checkpoint_at(1);
    Checkpoint const second = checkpoint_at(2);
    store.advance("p", std::nullopt, first);
    CHECK(store.load("p") == first);
    CHECK_FALSE(store.load("q"));
    store.advance("p", first, second);
    CHECK(store.load("p") == second);

    CHECK_THROWS_AS(store.advance("p", std::nullopt, first), FencedOut);
    CHECK_THROWS_AS(store.advance("p", first, checkpoint_at(3)), FencedOut);
    CHECK_THROWS_AS(store.advance("q", first, second), FencedOut);
    CHECK(store.load("p") == second);
    CHECK_FALSE(store.load("q"));
}

TEST_CASE("in-memory checkpoints: position and event and epoch all count") {
    InMemoryCheckpointStore store;
    Checkpoint const standing = checkpoint_at(5, 1);
    store.advance("p", std::nullopt, standing);
    Checkpoint other_event = standing;
    other_event.event_id = new_event_id();
    Checkpoint other_position = standing;
    other_position.position = Position{4};
    Checkpoint other_epoch = standing;
    other_epoch.epoch = 2;
    for (Checkpoint const& wrong : {other_event, other_position, other_epoch}) {
        CHECK_THROWS_AS(store.advance("p", wrong, checkpoint_at(6, 1)), FencedOut);
    }
    CHECK_NOTHROW(store.advance("p", standing, checkpoint_at(0, 2)));
}

TEST_CASE("in-memory checkpoints: a name that is none is refused") {
    InMemoryCheckpointStore store;
    for (std::string const& name :
         {std::string{}, std::string(256, 'x'), std::string{"a\0b", 3}, std::string{"\xFF"}}) {
        CHECK_THROWS_AS(store.advance(name, std::nullopt, checkpoint_at(1)), InvalidInput);
        CHECK_FALSE(store.load(name));
    }
}

TEST_CASE("in-memory checkpoints: of many runners exactly one takes each step", "[concurrency]") {
    InMemoryCheckpointStore store;
    std::atomic<std::int64_t> steps{0};
    std::vector<std::thread> runners;
    for (int i = 0; i < 4; ++i) {
        runners.emplace_back([&] {
            for (int n = 0; n < 500; ++n) {
                auto const from = store.load("p");
                try {
                    store.advance("p", from, checkpoint_at(from ? from->position.first() + 1 : 1));
                    ++steps;
                } catch (FencedOut const&) {
                }
            }
        });
    }
    for (std::thread& runner : runners) {
        runner.join();
    }
    CHECK(store.load("p")->position == Position{steps});
}
