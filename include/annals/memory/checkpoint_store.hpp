// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_CHECKPOINT_STORE_HPP
#define ANNALS_MEMORY_CHECKPOINT_STORE_HPP

#include <annals/concepts/checkpoint_store.hpp>

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// Keeps checkpoints in memory. Thread-safe.
class InMemoryCheckpointStore {
public:
    [[nodiscard]] std::optional<Checkpoint> load(std::string_view name) const {
        std::lock_guard const lock{mutex_};
        return find(name);
    }

    void advance(std::string_view name, std::optional<Checkpoint> const& from, Checkpoint const& to) {
        require_name("projection name", name);
        std::lock_guard const lock{mutex_};
        if (find(name) != from) {
            throw FencedOut{
                "annals: another runner has moved the checkpoint of projection '" + std::string{name} + "'"
            };
        }
        checkpoints_.insert_or_assign(std::string{name}, to);
    }

private:
    [[nodiscard]] std::optional<Checkpoint> find(std::string_view name) const {
        auto const found = checkpoints_.find(name);
        return found == checkpoints_.end() ? std::nullopt : std::optional{found->second};
    }

    mutable std::mutex mutex_;
    std::map<std::string, Checkpoint, std::less<>> checkpoints_;
};

static_assert(CheckpointStore<InMemoryCheckpointStore>);

} // namespace annals

#endif // ANNALS_MEMORY_CHECKPOINT_STORE_HPP
