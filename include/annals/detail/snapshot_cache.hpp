// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_SNAPSHOT_CACHE_HPP
#define ANNALS_DETAIL_SNAPSHOT_CACHE_HPP

#include <annals/detail/repository_parts.hpp>
#include <annals/detail/snapshot_job.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <exception>
#include <new>
#include <optional>
#include <utility>

namespace annals::detail {

/// The snapshots of a repository: when to take one, and whether one is of use. Thread-safe if its parts are.
template <AggregateRoot A, SnapshotPolicy Policy, class Snapshots>
class SnapshotCache {
public:
    static constexpr bool is_used = true;

    SnapshotCache(Policy policy, Snapshots snapshots) : policy_{std::move(policy)}, snapshots_{std::move(snapshots)} {}

    /// Brings `aggregate`, a fresh one, to its last snapshot, and hands the events after it to `replay`.
    /// @param read    called with a version; gives the events of the stream after it
    /// @param replay  called with the aggregate and an event
    /// @param last    becomes the id of the event that the snapshot was taken after, before any is replayed
    /// @returns false if no snapshot is of use, also because the event that it was taken after does not stand where it
    ///     says; the aggregate is no use then either
    template <class Read, class Replay>
    [[nodiscard]] bool resume(A& aggregate, StreamName const& stream, Read&& read, Replay&& replay, EventId& last) {
        auto snapshot = load(stream);
        if (!snapshot || snapshot->version == Version{} || !restore(aggregate, snapshot->state)) {
            return false;
        }
        auto events = read(Version{snapshot->version.value() - 1});
        auto at = events.begin();
        if (at == events.end() || at->version != snapshot->version || at->event_id != snapshot->event_id) {
            return false;
        }
        aggregate.set_snapshot_mark({snapshot->version, snapshot->taken_at, {}});
        note(aggregate, *at);
        last = snapshot->event_id;
        for (++at; at != events.end(); ++at) {
            replay(aggregate, *at);
        }
        return true;
    }

    /// To be called after `event` was replayed.
    template <class Stored>
    static void note(A& aggregate, Stored const& event) noexcept {
        aggregate.set_seen_events(SeenEvents::only(event.version, event.event_id));
    }

    /// To be called after the aggregate's events were stored: `now` is the version of the last, `last` its id.
    ///
    /// None is taken if the events that led to the aggregate's state are not those of the stream, because an older
    /// backup was restored while the program held the aggregate. A snapshot is a cache and its events are stored
    /// already: a failure is counted, not thrown.
    template <class Store>
    void take_if_due(
        A& aggregate, Store const& store, StreamName const& stream, Version before, Version now, EventId const& last
    ) noexcept {
        try {
            SnapshotMark const mark = aggregate.snapshot_mark();
            Timestamp const time = aggregate.context().clock->now();
            // After an append that admitted unseen events the state is not that of the stream.
            if (aggregate.version() != now ||
                !policy_.is_due({before, now, mark.version, mark.taken_at, time, mark.load_time}) ||
                aggregate.seen_events().last != now) { // events were replayed without their ids
                return;
            }
            Snapshot<State> snapshot{stream, now, last, time, aggregate.snapshot()};
            if constexpr (DeferringPolicy<Policy>) {
                SnapshotJob<State, Store, Snapshots> job{
                    store, Snapshots{snapshots_}, aggregate.seen_events(), std::move(snapshot)
                };
                policy_.defer(&store, stream, std::move(job));
                aggregate.set_snapshot_mark({now, time, {}});
            } else {
                SnapshotJob<State, Store, Snapshots&> job{
                    store, snapshots_, aggregate.seen_events(), std::move(snapshot)
                };
                if (job()) {
                    aggregate.set_snapshot_mark({now, time, {}});
                    aggregate.set_seen_events(SeenEvents::only(now, last));
                }
            }
        } catch (...) {
            ++failures_;
        }
    }

    [[nodiscard]] std::uint64_t failures() const noexcept { return failures_; }

private:
    using State = snapshot_state_t<A>;

    /// The last snapshot. One that cannot be read is as good as none, and counted: if the database is gone, reading the
    /// events will say so. When the time allowed is over, there is none left to read them.
    [[nodiscard]] auto load(StreamName const& stream) -> decltype(std::declval<Snapshots&>().load(stream)) {
        try {
            return snapshots_.load(stream);
        } catch (DeadlineExceeded const&) {
            throw;
        } catch (std::bad_alloc const&) {
            throw;
        } catch (std::exception const&) {
            ++failures_;
            return std::nullopt;
        }
    }

    template <class Stored>
    [[nodiscard]] static bool restore(A& aggregate, Stored& stored) {
        try {
            if constexpr (std::same_as<Stored, State>) {
                aggregate.restore(std::move(stored));
                return true;
            } else {
                std::optional<State> state = typename DefaultSnapshotCodec<State>::type{}.decode(stored);
                if (state) {
                    aggregate.restore(std::move(*state));
                }
                return state.has_value();
            }
        } catch (std::exception const&) {
            return false;
        }
    }

    Policy policy_;
    Snapshots snapshots_;
    std::atomic<std::uint64_t> failures_{0};
};

/// Without snapshots there is nothing to resume from and nothing to take.
template <AggregateRoot A, SnapshotPolicy Policy, class Snapshots>
    requires(std::same_as<Snapshots, NoSnapshots> || std::same_as<Policy, NeverSnapshot>)
class SnapshotCache<A, Policy, Snapshots> {
public:
    static constexpr bool is_used = false;

    SnapshotCache(Policy const&, Snapshots const&) noexcept {}
    template <class Stored>
    static void note(A const&, Stored const&) noexcept {}
    template <class Store>
    void take_if_due(A const&, Store const&, StreamName const&, Version, Version, EventId const&) const noexcept {}
    [[nodiscard]] std::uint64_t failures() const noexcept { return 0; }
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_SNAPSHOT_CACHE_HPP
