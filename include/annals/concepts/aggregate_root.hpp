// SPDX-License-Identifier: MIT

#ifndef ANNALS_CONCEPTS_AGGREGATE_ROOT_HPP
#define ANNALS_CONCEPTS_AGGREGATE_ROOT_HPP

#include <annals/event_context.hpp>
#include <annals/id_text.hpp>
#include <annals/snapshot.hpp>
#include <annals/sourced_event.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace annals {

/// The version and time of the snapshot that an aggregate was loaded from or last wrote; version 0 if none. And how
/// long it took to load the aggregate; 0 if it was not loaded, or a snapshot was taken since.
struct SnapshotMark {
    Version version;
    Timestamp taken_at;
    std::chrono::nanoseconds load_time{};
};

/// The events behind an aggregate's state that can be told apart from others: the last one that it was loaded with, and
/// those that it has stored since.
struct SeenEvents {
    Version first; ///< 0 if it was not loaded: those from the start
    Version last;
    EventId ids{}; ///< of all of them, in one: added bit by bit without carrying

    [[nodiscard]] static SeenEvents only(Version version, EventId const& id) noexcept { return {version, version, id}; }

    void add(Version version, EventId const& id) noexcept {
        last = version;
        auto other = id.begin();
        for (std::uint8_t& byte : ids) {
            byte ^= *other++;
        }
    }

    [[nodiscard]] friend bool operator==(SeenEvents const&, SeenEvents const&) = default;
};

/// A thing whose state is the fold of its events, and that raises new ones.
///
/// **replay** applies a stored event, or all that one has become, and moves `version` to it; it throws `CorruptData` if
/// the version does not follow, but for a new aggregate and an event that closes the books. **uncommitted_events** are
/// those raised and not yet stored; raising leaves `version` alone.
/// **mark_committed** forgets them and moves `version` past them; a repository calls it after the store has
/// acknowledged, and it cannot fail. **seen_events** are what a repository has set, and those committed since; it uses
/// them if `last` is `version`. **set_context** says what events are stamped with from now on. An aggregate belongs to
/// one thread.
///
/// Models: classes derived from Aggregate, and Decider.
template <class A>
concept AggregateRoot = !std::is_abstract_v<A> && std::constructible_from<A, typename A::id_type const&> &&
                        AggregateId<typename A::id_type> &&
                        requires(
                            A& aggregate,
                            A const& view,
                            typename A::event_type const& event,
                            std::vector<typename A::event_type> const& events,
                            Version version,
                            EventContext context,
                            SnapshotMark mark,
                            SeenEvents const& seen
                        ) {
                            { view.id() } -> std::same_as<typename A::id_type const&>;
                            { view.version() } -> std::same_as<Version>;
                            {
                                view.uncommitted_events()
                            } -> std::same_as<std::span<NewEvent<typename A::event_type> const>>;
                            { view.context() } -> std::same_as<EventContext const&>;
                            { view.snapshot_mark() } -> std::same_as<SnapshotMark>;
                            aggregate.replay(version, event);
                            aggregate.replay(version, events);
                            aggregate.set_context(context);
                            { view.seen_events() } -> std::same_as<SeenEvents const&>;
                            aggregate.set_snapshot_mark(mark);
                            aggregate.set_seen_events(seen);
                            { aggregate.mark_committed() } noexcept;
                        };

/// An aggregate that can hand out its state and take it back, so that snapshots can be made of it.
///
/// `a.restore(b.snapshot())` makes `a` behave as `b`, whose events were replayed one by one.
template <class A>
concept Snapshottable = AggregateRoot<A> && requires(A& aggregate, A const& view) {
    requires !std::is_void_v<decltype(view.snapshot())>;
    aggregate.restore(view.snapshot());
};

/// The type of an aggregate's snapshots.
template <Snapshottable A>
using snapshot_state_t = std::remove_cvref_t<decltype(std::declval<A const&>().snapshot())>;

} // namespace annals

#endif // ANNALS_CONCEPTS_AGGREGATE_ROOT_HPP
