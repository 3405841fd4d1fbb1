// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_CHECKPOINT_STORES_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_CHECKPOINT_STORES_HPP

#include <annals/concepts/checkpoint_store.hpp>
#include <tests/contract/breakable_event_store.hpp>
#include <tests/contract/broken/breakable_map.hpp>
#include <tests/contract/broken/names.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annals_tests {

class BreakableCheckpointStore {
public:
    using From = std::optional<annals::Checkpoint>;

    struct Core : BreakableMap<annals::Checkpoint> {
        std::function<std::string(std::string const&)> key = [](std::string const& name) { return name; };
        std::function<void(std::string_view)> validate = [](std::string_view name) {
            annals::require_name("projection name", name);
        };
        std::function<bool(From const& stored, From const& from)> is_same = [](From const& stored, From const& from) {
            return stored == from;
        };
        std::function<void(Core&, std::string const&, From const&, annals::Checkpoint const&)> advance =
            &Core::advance_at_once;

        void advance_at_once(std::string const& name, From const& from, annals::Checkpoint const& to) {
            std::lock_guard const lock{mutex};
            auto const found = values.find(name);
            if (!is_same(found == values.end() ? From{} : From{found->second}, from)) {
                throw annals::FencedOut{"annals: fenced out"};
            }
            values.insert_or_assign(name, to);
        }
    };

    [[nodiscard]] From load(std::string_view name) const { return core->find(core->key(std::string{name})); }
    void advance(std::string_view name, From const& from, annals::Checkpoint const& to) {
        core->validate(name);
        core->advance(*core, core->key(std::string{name}), from, to);
    }

    std::shared_ptr<Core> core = std::make_shared<Core>();
};

static_assert(annals::CheckpointStore<BreakableCheckpointStore>);

[[nodiscard]] inline std::vector<BrokenStateStore<BreakableCheckpointStore>> broken_checkpoint_stores() {
    using Core = BreakableCheckpointStore::Core;
    using From = BreakableCheckpointStore::From;
    std::string_view const comes_back = "a checkpoint comes back as it was set";
    std::string_view const fenced =
        "who advances from another checkpoint than the stored one is fenced out and writes nothing";
    std::string_view const one_winner = "of runners that race exactly one makes each step";
    std::string_view const kept_apart = "projections with names that look alike have checkpoints of their own";
    auto const compares = [](auto same) {
        return [same](Core& core) {
            core.is_same = [same](From const& stored, From const& from) {
                return stored.has_value() == from.has_value() && (!stored || same(*stored, *from));
            };
        };
    };
    using annals::Checkpoint;
    return {
        {"has one checkpoint for all projections",
         [](Core& core) { core.key = [](std::string const&) { return std::string{}; }; },
         {"a projection has no checkpoint until it advances", kept_apart}},
        {"loses the second number of positions",
         [](Core& core) {
             core.keep = [](Checkpoint& checkpoint) {
                 checkpoint.position = annals::Position{checkpoint.position.first()};
             };
         },
         {comes_back}},
        {"keeps positions as floating point",
         [](Core& core) {
             core.keep = [](Checkpoint& checkpoint) {
                 // 53 bits of 63
                 checkpoint.position =
                     annals::Position{checkpoint.position.first() & ~std::int64_t{1'023}, checkpoint.position.second()};
             };
         },
         {comes_back}},
        {"loses the event id",
         [](Core& core) { core.keep = [](Checkpoint& checkpoint) { checkpoint.event_id = {}; }; },
         {comes_back}},
        {"loses the epoch",
         [](Core& core) { core.keep = [](Checkpoint& checkpoint) { checkpoint.epoch = 0; }; },
         {comes_back, "a new epoch starts afresh and fences out the old"}},
        {"overwrites whatever is there",
         [](Core& core) { core.is_same = [](From const&, From const&) { return true; }; },
         {fenced}},
        {"takes no checkpoint for any",
         [](Core& core) {
             core.is_same = [](From const& stored, From const& from) { return !from || stored == from; };
         },
         {fenced}},
        {"does not compare positions",
         compares([](Checkpoint const& a, Checkpoint const& b) {
             return a.event_id == b.event_id && a.epoch == b.epoch;
         }),
         {fenced}},
        {"does not compare event ids",
         compares([](Checkpoint const& a, Checkpoint const& b) {
             return a.position == b.position && a.epoch == b.epoch;
         }),
         {fenced}},
        {"does not compare epochs",
         compares([](Checkpoint const& a, Checkpoint const& b) {
             return a.position == b.position && a.event_id == b.event_id;
         }),
         {fenced}},
        {"takes a later position for a good one",
         compares([](Checkpoint const& a, Checkpoint const& b) {
             return a.position <= b.position && a.event_id == b.event_id && a.epoch == b.epoch;
         }),
         {fenced}},
        {"writes, and then fences out",
         [](Core& core) {
             core.advance = [](Core& self, std::string const& name, From const& from, Checkpoint const& to) {
                 From const stored = self.find(name);
                 self.put(name, to);
                 if (stored != from) {
                     throw annals::FencedOut{"annals: fenced out"};
                 }
             };
         },
         {fenced}},
        {"never moves a checkpoint back",
         [](Core& core) {
             core.advance = [](Core& self, std::string const& name, From const& from, Checkpoint const& to) {
                 if (!from || from->position <= to.position) {
                     self.advance_at_once(name, from, to);
                 }
             };
         },
         {"a new epoch starts afresh and fences out the old"}},
        {"folds case", [](Core& core) { core.key = &in_lower_case; }, {kept_apart}},
        {"takes any name",
         [](Core& core) { core.validate = [](std::string_view) {}; },
         {"projection names have the limits of names"}},
        {"shows each handle its own checkpoints only",
         [](Core& core) { core.is_shared = false; },
         {"what one handle has advanced, every handle sees"}},
        {"loses checkpoints when it is closed",
         [](Core& core) { core.reopen = [](auto& self) { self.values.clear(); }; },
         {"checkpoints are there after reopening"}},
        {"compares before it takes the lock",
         [](Core& core) {
             core.advance = [](Core& self, std::string const& name, From const& from, Checkpoint const& to) {
                 if (self.find(name) != from) {
                     throw annals::FencedOut{"annals: fenced out"};
                 }
                 leave_a_window();
                 self.put(name, to);
             };
         },
         {one_winner}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_CHECKPOINT_STORES_HPP
