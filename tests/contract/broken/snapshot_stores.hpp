// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_SNAPSHOT_STORES_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_SNAPSHOT_STORES_HPP

#include <annals/concepts/snapshot_store.hpp>
#include <annals/encoded_payload.hpp>
#include <tests/contract/breakable_event_store.hpp>
#include <tests/contract/broken/breakable_map.hpp>
#include <tests/contract/broken/names.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals_tests {

using Snapshot = annals::Snapshot<annals::EncodedPayload>;

class BreakableSnapshotStore {
public:
    using payload_type = annals::EncodedPayload;

    struct Core : BreakableMap<Snapshot> {
        std::function<std::string(annals::StreamName const&)> key = [](annals::StreamName const& stream) {
            return stream.aggregate_type() + '\0' + stream.aggregate_id();
        };
        std::function<void(Core&, Snapshot const&)> save = [](Core& self, Snapshot const& snapshot) {
            self.put(self.key(snapshot.stream), snapshot);
        };
        std::function<void(Core&, annals::StreamName const&)> remove = [](Core& self,
                                                                          annals::StreamName const& stream) {
            std::lock_guard const lock{self.mutex};
            self.values.erase(self.key(stream));
        };
    };

    [[nodiscard]] std::optional<Snapshot> load(annals::StreamName const& stream) const {
        return core->find(core->key(stream));
    }
    void save(Snapshot const& snapshot) { core->save(*core, snapshot); }
    void remove(annals::StreamName const& stream) { core->remove(*core, stream); }

    std::shared_ptr<Core> core = std::make_shared<Core>();
};

static_assert(annals::SnapshotStore<BreakableSnapshotStore>);

[[nodiscard]] inline std::vector<BrokenStateStore<BreakableSnapshotStore>> broken_snapshot_stores() {
    using Core = BreakableSnapshotStore::Core;
    std::string_view const comes_back = "a snapshot comes back as it was saved";
    std::string_view const kept_apart = "streams with names that look alike have snapshots of their own";
    return {
        {"has one snapshot for all streams",
         [](Core& core) { core.key = [](annals::StreamName const&) { return std::string{}; }; },
         {"a stream has no snapshot until one is saved", kept_apart}},
        {"loses the event id",
         [](Core& core) { core.keep = [](Snapshot& snapshot) { snapshot.event_id = {}; }; },
         {comes_back}},
        {"keeps seconds",
         [](Core& core) {
             core.keep = [](Snapshot& snapshot) {
                 snapshot.taken_at = std::chrono::time_point_cast<std::chrono::seconds>(snapshot.taken_at);
             };
         },
         {comes_back}},
        {"keeps versions in 32 bits",
         [](Core& core) {
             core.keep = [](Snapshot& snapshot) {
                 snapshot.version = annals::Version{snapshot.version.value() & 0x7FFF'FFFF};
             };
         },
         {comes_back}},
        {"changes the state",
         [](Core& core) { core.keep = [](Snapshot& snapshot) { snapshot.state.data += ' '; }; },
         {comes_back}},
        {"keeps the first snapshot",
         [](Core& core) {
             core.save = [](Core& self, Snapshot const& snapshot) {
                 std::lock_guard const lock{self.mutex};
                 self.values.emplace(self.key(snapshot.stream), snapshot);
             };
         },
         {"a later snapshot replaces the one before"}},
        {"does not remove",
         [](Core& core) { core.remove = [](Core&, annals::StreamName const&) {}; },
         {"a removed snapshot is gone, others are not"}},
        {"removes all snapshots",
         [](Core& core) { core.remove = [](Core& self, annals::StreamName const&) { self.values.clear(); }; },
         {"a removed snapshot is gone, others are not"}},
        {"folds case",
         [](Core& core) { core.key = [](annals::StreamName const& stream) { return in_lower_case(to_text(stream)); }; },
         {kept_apart}},
        {"confuses types",
         [](Core& core) { core.key = [](annals::StreamName const& stream) { return stream.aggregate_id(); }; },
         {kept_apart}},
        {"shows each handle its own snapshots only",
         [](Core& core) { core.is_shared = false; },
         {"what one handle has saved, every handle sees"}},
        {"loses snapshots when it is closed",
         [](Core& core) { core.reopen = [](auto& self) { self.values.clear(); }; },
         {"snapshots are there after reopening"}},
        {"writes the version first and the state later",
         [](Core& core) {
             core.save = [](Core& self, Snapshot const& snapshot) {
                 Snapshot half = self.find(self.key(snapshot.stream)).value_or(snapshot);
                 half.version = snapshot.version;
                 self.put(self.key(snapshot.stream), half);
                 leave_a_window();
                 self.put(self.key(snapshot.stream), snapshot);
             };
         },
         {"snapshots saved at the same time stay whole"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_SNAPSHOT_STORES_HPP
