// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SNAPSHOT_JOB_HPP
#define ANNALS_DETAIL_SNAPSHOT_JOB_HPP

#include <annals/concepts/aggregate_root.hpp>
#include <annals/concepts/snapshot_codec.hpp>
#include <annals/snapshot.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace annals::detail {

/// The writing of one snapshot, now or on another thread.
///
/// @tparam Snapshots  the snapshot store, or a reference to it
template <class State, class Store, class Snapshots>
class SnapshotJob {
public:
    /// @param seen  the events that have led to the state
    SnapshotJob(Store const& store, Snapshots snapshots, SeenEvents const& seen, Snapshot<State> snapshot)
        : store_{&store}, snapshots_{std::forward<Snapshots>(snapshots)}, seen_{seen}, snapshot_{std::move(snapshot)} {}

    /// Writes it, unless the stream does not hold the events that have led to the state.
    /// @returns whether it did
    bool operator()() {
        if (!has_seen()) {
            return false;
        }
        if constexpr (std::same_as<typename std::remove_cvref_t<Snapshots>::payload_type, State>) {
            snapshots_.save(snapshot_);
        } else {
            typename DefaultSnapshotCodec<State>::type const codec{};
            snapshots_.save(
                {snapshot_.stream,
                 snapshot_.version,
                 snapshot_.event_id,
                 snapshot_.taken_at,
                 codec.encode(snapshot_.state)}
            );
        }
        return true;
    }

private:
    [[nodiscard]] bool has_seen() const {
        SeenEvents stored{seen_.first, {}, {}};
        Version const before = seen_.first == Version{} ? Version{} : Version{seen_.first.value() - 1};
        for (auto const& event : store_->get_events(snapshot_.stream, before)) {
            stored.add(event.version, event.event_id);
            if (event.version == seen_.last) {
                break;
            }
        }
        return stored == seen_;
    }

    Store const* store_;
    Snapshots snapshots_;
    SeenEvents seen_;
    Snapshot<State> snapshot_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_SNAPSHOT_JOB_HPP
