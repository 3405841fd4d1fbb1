// SPDX-License-Identifier: MIT

#include <annals/concepts/checkpoint_store.hpp>
#include <annals/concepts/projection.hpp>
#include <annals/concepts/snapshot_policy.hpp>
#include <annals/concepts/snapshot_store.hpp>
#include <tests/catch.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

using namespace annals;

namespace {

struct Checkpoints {
    std::optional<Checkpoint> load(std::string_view);
    void advance(std::string_view, std::optional<Checkpoint> const&, Checkpoint const&);
};
struct AlwaysLoads : Checkpoints {
    Checkpoint load(std::string_view);
};
struct AdvancesBlindly : Checkpoints {
    void advance(std::string_view, Checkpoint const&);
};

using Event = std::variant<int>;
struct HandlesEvents {
    void handle(SourcedEvent<Event> const&);
};
struct HandlesPayloads {
    void handle(Event const&);
};
struct HandlesMutableEvents {
    void handle(SourcedEvent<Event>&);
};
struct HandlesOtherEvents {
    void handle(SourcedEvent<std::variant<char>> const&);
};

struct Policy {
    bool is_due(SnapshotFacts const&) const;
};
struct PolicyThatChanges {
    bool is_due(SnapshotFacts const&);
};
struct PolicyOfNumbers {
    int is_due(SnapshotFacts const&) const;
};
struct PolicyOfOne : Policy {
    std::unique_ptr<int> value;
};

struct Snapshots {
    using payload_type = std::string;
    std::optional<Snapshot<std::string>> load(StreamName const&);
    void save(Snapshot<std::string> const&);
    void remove(StreamName const&);
};
struct LoadsOtherSnapshots : Snapshots {
    std::optional<Snapshot<int>> load(StreamName const&);
};
struct CannotForget {
    using payload_type = std::string;
    std::optional<Snapshot<std::string>> load(StreamName const&);
    void save(Snapshot<std::string> const&);
};

} // namespace

TEST_CASE("CheckpointStore: what is none and what is one") {
    STATIC_REQUIRE_FALSE(CheckpointStore<int>);
    STATIC_REQUIRE_FALSE(CheckpointStore<AlwaysLoads>);
    STATIC_REQUIRE_FALSE(CheckpointStore<AdvancesBlindly>);
    STATIC_REQUIRE(CheckpointStore<Checkpoints>);
}

TEST_CASE("Projection: what is none and what is one") {
    STATIC_REQUIRE_FALSE(Projection<int, Event>);
    STATIC_REQUIRE_FALSE(Projection<HandlesPayloads, Event>);
    STATIC_REQUIRE_FALSE(Projection<HandlesMutableEvents, Event>);
    STATIC_REQUIRE_FALSE(Projection<HandlesOtherEvents, Event>);
    STATIC_REQUIRE(Projection<HandlesEvents, Event>);
}

TEST_CASE("SnapshotPolicy: what is none and what is one") {
    STATIC_REQUIRE_FALSE(SnapshotPolicy<int>);
    STATIC_REQUIRE_FALSE(SnapshotPolicy<PolicyThatChanges>);
    STATIC_REQUIRE_FALSE(SnapshotPolicy<PolicyOfNumbers>);
    STATIC_REQUIRE_FALSE(SnapshotPolicy<PolicyOfOne>);
    STATIC_REQUIRE(SnapshotPolicy<Policy>);
}

TEST_CASE("SnapshotStore: what is none and what is one") {
    STATIC_REQUIRE_FALSE(SnapshotStore<int>);
    STATIC_REQUIRE_FALSE(SnapshotStore<LoadsOtherSnapshots>);
    STATIC_REQUIRE_FALSE(SnapshotStore<CannotForget>);
    STATIC_REQUIRE(SnapshotStore<Snapshots>);
}
