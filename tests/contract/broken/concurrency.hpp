// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BROKEN_CONCURRENCY_HPP
#define ANNALS_TESTS_CONTRACT_BROKEN_CONCURRENCY_HPP

#include <annals/error.hpp>
#include <annals/stream_error.hpp>
#include <tests/contract/broken/broken_event_store.hpp>

#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace annals_tests {

/// A defect in when an append takes the lock. What is read and written is guarded nevertheless: no data race.
template <class AppendFunction>
[[nodiscard]] std::function<void(Steps&)> appends_by(AppendFunction append) {
    return [append](Steps& steps) {
        steps.append = [append](Store& store, Commit commit) {
            annals::require_valid(commit);
            return append(store, commit);
        };
    };
}

/// Writes events one by one, in the order of `parts`, and lets others in between.
template <class Parts>
[[nodiscard]] Results write_bit_by_bit(Store& store, Parts const& parts) {
    Results results;
    for (Append const& part : parts) {
        annals::AppendResult result;
        for (NewEvent const& event : part.events) {
            {
                std::lock_guard const lock{store.core->mutex};
                result = store.write_part({part.stream, part.expected, {&event, 1}}, store.version_of(part.stream));
            }
            leave_a_window();
        }
        results.push_back(result);
    }
    return results;
}

/// A lock for each stream, as databases have them for rows: who waits too long is told of a deadlock.
class StreamLocks {
public:
    [[nodiscard]] std::shared_ptr<void> lock(annals::StreamName const& stream) {
        for (int tries = 0; tries < 50; ++tries) {
            {
                std::lock_guard const guard{mutex_};
                if (taken_.insert(stream).second) {
                    return {nullptr, [this, stream](void*) { unlock(stream); }};
                }
            }
            leave_a_window();
        }
        throw annals::StoreError{"annals: deadlock detected", "40P01", true};
    }

private:
    void unlock(annals::StreamName const& stream) {
        std::lock_guard const guard{mutex_};
        taken_.erase(stream);
    }

    std::mutex mutex_;
    std::set<annals::StreamName> taken_;
};

[[nodiscard]] inline std::vector<BrokenEventStore> broken_concurrency() {
    std::string_view const one_winner = "of those who append after the same version exactly one wins";
    std::string_view const one_creator = "exactly one thread makes a new stream";
    std::string_view const nothing_lost = "threads that append at once lose nothing";
    std::string_view const followed = "who follows the log skips nothing and sees nothing twice";
    std::string_view const whole = "a commit is seen whole or not at all";
    return {
        {"looks at the version before it takes the lock",
         appends_by([](Store& store, Commit commit) {
             {
                 std::lock_guard const lock{store.core->mutex};
                 for (Append const& part : commit) {
                     store.require_expected(part);
                 }
             }
             leave_a_window();
             std::lock_guard const lock{store.core->mutex};
             return store.write(commit);
         }),
         {one_winner, one_creator}},
        {"reads the version before it takes the lock, and writes with it",
         appends_by([](Store& store, Commit commit) {
             std::vector<annals::Version> versions;
             {
                 std::lock_guard const lock{store.core->mutex};
                 for (Append const& part : commit) {
                     store.require_expected(part);
                     versions.push_back(store.version_of(part.stream));
                 }
             }
             leave_a_window();
             std::lock_guard const lock{store.core->mutex};
             Results results;
             for (std::size_t i = 0; i < commit.size(); ++i) {
                 results.push_back(store.write_part(commit[i], versions[i]));
             }
             return results;
         }),
         {one_winner, nothing_lost}},
        {"drops what another writer was faster with",
         appends_by([](Store& store, Commit commit) {
             std::vector<annals::Version> versions;
             {
                 std::lock_guard const lock{store.core->mutex};
                 for (Append const& part : commit) {
                     versions.push_back(store.version_of(part.stream));
                 }
             }
             leave_a_window();
             std::lock_guard const lock{store.core->mutex};
             Results results;
             for (std::size_t i = 0; i < commit.size(); ++i) {
                 if (store.version_of(commit[i].stream) == versions[i]) {
                     results.push_back(store.write_part(commit[i], versions[i]));
                 } else {
                     results.push_back({versions[i].next(), store.last_position()});
                 }
             }
             return results;
         }),
         {nothing_lost, one_winner, one_creator}},
        {"looks for known ids before it takes the lock",
         appends_by([](Store& store, Commit commit) {
             {
                 std::lock_guard const lock{store.core->mutex};
                 if (auto earlier = store.find_earlier(commit)) {
                     return std::move(*earlier);
                 }
             }
             leave_a_window();
             std::lock_guard const lock{store.core->mutex};
             for (Append const& part : commit) {
                 store.require_expected(part);
             }
             return store.write(commit);
         }),
         {"equal appends at the same time are made once"}},
        {"takes a position first and writes later",
         appends_by([](Store& store, Commit commit) {
             Results results;
             for (Append const& part : commit) {
                 std::vector<annals::Position> positions;
                 {
                     std::lock_guard const lock{store.core->mutex};
                     for (std::size_t i = 0; i < part.events.size(); ++i) {
                         positions.emplace_back(++store.core->last_position);
                     }
                 }
                 if (positions.back().first() % 2 == 0) {
                     leave_a_window();
                 }
                 std::lock_guard const lock{store.core->mutex};
                 annals::Version version = store.version_of(part.stream);
                 for (std::size_t i = 0; i < part.events.size(); ++i) {
                     version = version.next();
                     store.insert(part.events[i], part.stream, version, positions[i]);
                 }
                 results.push_back({version, positions.back()});
             }
             return results;
         }),
         {followed}},
        {"shows events one by one",
         appends_by([](Store& store, Commit commit) { return write_bit_by_bit(store, commit); }),
         {whole}},
        {"shows the last event of an append first",
         appends_by([](Store& store, Commit commit) {
             Results results;
             for (Append const& part : commit) {
                 annals::Version first;
                 std::int64_t position = 0;
                 {
                     std::lock_guard const lock{store.core->mutex};
                     first = store.version_of(part.stream);
                     position = store.core->last_position;
                     store.core->last_position += static_cast<std::int64_t>(part.events.size());
                 }
                 for (std::size_t i = part.events.size(); i > 0; --i) {
                     {
                         std::lock_guard const lock{store.core->mutex};
                         auto const offset = static_cast<std::int64_t>(i);
                         store.insert(
                             part.events[i - 1],
                             part.stream,
                             first.advanced_by(offset),
                             annals::Position{position + offset}
                         );
                     }
                     leave_a_window();
                 }
                 results.push_back({first.next(), annals::Position{position + 1}});
             }
             return results;
         }),
         {"a stream that is read while others append has no holes", whole}},
        {"locks streams in the order in which the commit names them",
         [](Steps& steps) {
             steps.append = [locks = std::make_shared<StreamLocks>()](Store& store, Commit commit) {
                 std::vector<std::shared_ptr<void>> held;
                 for (Append const& part : commit) {
                     held.push_back(locks->lock(part.stream));
                     leave_a_window();
                 }
                 return store.append_at_once(commit);
             };
         },
         {"commits that name their streams in any order do not fail"}},
    };
}

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BROKEN_CONCURRENCY_HPP
