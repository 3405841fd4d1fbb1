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

struct Paid {};
struct Sent {};
struct Transaction {};
struct WithoutEvents {
    void handle(Paid const&);
};
struct HandlesPaid {
    using events = std::variant<Paid, Sent>;
    void handle(Paid const&);
};
struct HandlesMutableEvents {
    using events = std::variant<Paid>;
    void handle(Paid&);
};
struct HandlesBoth : HandlesPaid {
    using HandlesPaid::handle;
    void handle(Sent const&, EventFacts const&);
};
struct HandlesOneOfTwoSources : HandlesPaid {
    using events = EventsOf<std::variant<Paid>, std::variant<Sent>>;
};
struct HandlesBothSources : HandlesBoth {
    using events = EventsOf<std::variant<Paid>, std::variant<Sent>>;
};
struct TakesSubset : HandlesPaid {
    static constexpr bool takes_subset = true;
};
struct SaysItTakesAll : HandlesPaid {
    static constexpr bool takes_subset = false;
};
struct TakesTransaction : HandlesPaid {
    static constexpr std::string_view name = "takes-transaction";
    using HandlesPaid::handle;
    void handle(Sent const&, EventFacts const&, Transaction&);
};
struct Named : HandlesBoth {
    static constexpr std::string_view name = "named";
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
    STATIC_REQUIRE_FALSE(Projection<int>);
    STATIC_REQUIRE_FALSE(Projection<WithoutEvents>);
    STATIC_REQUIRE_FALSE(Projection<HandlesPaid>);
    STATIC_REQUIRE_FALSE(Projection<HandlesMutableEvents>);
    STATIC_REQUIRE_FALSE(Projection<HandlesOneOfTwoSources>);
    STATIC_REQUIRE_FALSE(Projection<SaysItTakesAll>);
    STATIC_REQUIRE_FALSE(Projection<TakesTransaction>);
    STATIC_REQUIRE(Projection<HandlesBoth>);
    STATIC_REQUIRE(Projection<HandlesBothSources>);
    STATIC_REQUIRE(Projection<TakesSubset>);
    STATIC_REQUIRE(Projection<TakesTransaction, Transaction>);
    STATIC_REQUIRE(Projection<HandlesBoth, Transaction>); // it need not take it
}

TEST_CASE("NamedProjection: what is none and what is one") {
    STATIC_REQUIRE_FALSE(NamedProjection<HandlesBoth>);
    STATIC_REQUIRE_FALSE(NamedProjection<TakesTransaction>);
    STATIC_REQUIRE(NamedProjection<Named>);
    STATIC_REQUIRE(NamedProjection<TakesTransaction, Transaction>);
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
