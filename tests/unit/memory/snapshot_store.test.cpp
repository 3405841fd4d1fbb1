// SPDX-License-Identifier: MIT

#include <annals/memory/snapshot_store.hpp>
#include <tests/catch.hpp>

#include <string>

using namespace annals;

namespace {

Snapshot<std::string> snapshot_of(std::string id, std::int64_t version, std::string state) {
    return {{"Account", std::move(id)}, Version{version}, new_event_id(), Timestamp{}, std::move(state)};
}

} // namespace

TEST_CASE("in-memory snapshots: the latest of each stream is kept") {
    STATIC_REQUIRE(SnapshotStore<InMemorySnapshotStore<std::string>>);
    InMemorySnapshotStore<std::string> store;
    StreamName const stream{"Account", "a-1"};
    CHECK_FALSE(store.load(stream));

    auto const first = snapshot_of("a-1", 1, "one");
    store.save(first);
    store.save(snapshot_of("a-2", 7, "other"));
    REQUIRE(store.load(stream));
    CHECK(store.load(stream)->version == Version{1});
    CHECK(store.load(stream)->event_id == first.event_id);
    CHECK(store.load(stream)->state == "one");

    store.save(snapshot_of("a-1", 2, "two"));
    CHECK(store.load(stream)->version == Version{2});
    CHECK(store.load(stream)->state == "two");

    store.remove(stream);
    store.remove(stream);
    CHECK_FALSE(store.load(stream));
    CHECK(store.load({"Account", "a-2"})->state == "other");
}

TEST_CASE("in-memory snapshots: copies share their snapshots") {
    InMemorySnapshotStore<std::string> first;
    InMemorySnapshotStore<std::string> second = first;
    first.save(snapshot_of("a-1", 1, "one"));
    CHECK(second.load({"Account", "a-1"}));
    CHECK_FALSE(InMemorySnapshotStore<std::string>{}.load({"Account", "a-1"}));
}
