// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_SNAPSHOT_STORE_HPP
#define ANNALS_MEMORY_SNAPSHOT_STORE_HPP

#include <annals/concepts/snapshot_store.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace annals {

/// Keeps snapshots in memory, as they are. A handle: copies share their snapshots. Thread-safe.
template <class State>
class InMemorySnapshotStore {
public:
    using payload_type = State;

    [[nodiscard]] std::optional<Snapshot<State>> load(StreamName const& stream) const {
        std::lock_guard const lock{shared_->mutex};
        auto const found = shared_->snapshots.find(stream);
        return found == shared_->snapshots.end() ? std::nullopt : std::optional{found->second};
    }

    void save(Snapshot<State> const& snapshot) {
        std::lock_guard const lock{shared_->mutex};
        shared_->snapshots.insert_or_assign(snapshot.stream, snapshot);
    }

    void remove(StreamName const& stream) {
        std::lock_guard const lock{shared_->mutex};
        shared_->snapshots.erase(stream);
    }

private:
    struct Shared {
        std::mutex mutex;
        std::unordered_map<StreamName, Snapshot<State>> snapshots;
    };
    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

} // namespace annals

#endif // ANNALS_MEMORY_SNAPSHOT_STORE_HPP
