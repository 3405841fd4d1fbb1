// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_REPOSITORY_PARTS_HPP
#define ANNALS_DETAIL_REPOSITORY_PARTS_HPP

#include <annals/concepts/aggregate_root.hpp>
#include <annals/concepts/event_codec.hpp>
#include <annals/concepts/event_store.hpp>
#include <annals/concepts/snapshot_codec.hpp>
#include <annals/concepts/snapshot_store.hpp>
#include <annals/event_name.hpp>
#include <annals/snapshot_policy.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <type_traits>

namespace annals {

/// Stands where a codec would, for a store that keeps the aggregate's own event variant.
struct NoCodec {};

/// Stands where a snapshot store would, for a repository that takes no snapshots.
struct NoSnapshots {};

/// Stands where `CachedAggregates` would, for a repository that reads everything at each load.
struct NoCachedAggregates {};

namespace detail {

template <class Event>
concept HasDefaultCodec = requires { typename DefaultEventCodec<Event>::type; };

template <class Event, class Store>
struct CodecBetween {};
template <class Event, class Store>
    requires std::same_as<Event, typename Store::payload_type>
struct CodecBetween<Event, Store> {
    using type = NoCodec;
};
template <class Event, class Store>
    requires(std::same_as<EncodedPayload, typename Store::payload_type> && HasDefaultCodec<Event>)
struct CodecBetween<Event, Store> {
    using type = typename DefaultEventCodec<Event>::type;
};

/// The codec between a variant and a store's payload when none is named; no `type` if there is none.
template <class Event, class Store>
using codec_between_t = typename CodecBetween<Event, Store>::type;

/// A store that offers a place for the snapshots of `A` beside its events. `EventStore` does not ask for one.
template <class Store, class A>
concept KeepsSnapshotsOf =
    Snapshottable<A> && requires(Store& store) { store.template snapshot_store<snapshot_state_t<A>>(); };

template <class A, class Store>
[[nodiscard]] auto snapshots_beside(Store& store) {
    if constexpr (KeepsSnapshotsOf<Store, A>) {
        return store.template snapshot_store<snapshot_state_t<A>>();
    } else {
        return NoSnapshots{};
    }
}

/// What a repository keeps of the aggregates that it has loaded; `CachedAggregates` has one of its own.
///
/// **load** gives the aggregate of `stream`: `read`, called with a version, gives the events after it, `replay` is for
/// an aggregate and an event, and `anew`, called with another `replay` and the id of the last event, to be set where
/// the state does not come from replaying, loads it from the store alone; there is always one. **append** runs one that
/// writes `commit`.
/// **drop** forgets an aggregate.
template <class A, class Caching>
class AggregateCache;

template <class A>
class AggregateCache<A, NoCachedAggregates> {
public:
    explicit AggregateCache(NoCachedAggregates) noexcept {}

    template <class Read, class Replay, class Anew>
    [[nodiscard]] std::optional<A> load(StreamName const&, Read const&, Replay const& replay, Anew&& anew) const {
        EventId unused{};
        return anew(replay, unused);
    }
    template <class Payload, class Append>
    auto append(std::span<StreamAppend<Payload> const>, Append&& append) const {
        return append();
    }
    void drop(StreamName const&) const noexcept {}
};

/// Makes g++ name the events that an abstract aggregate has no handler for.
template <class A>
struct MissingHandlers {
    A aggregate;
};
template <class A>
inline constexpr auto missing_handlers = sizeof(MissingHandlers<A>);

/// One sentence for each thing a user may forget, instead of what the compiler would say further down.
template <class A, class Store, class Policy>
consteval bool check_repository() {
    static_assert(
        !std::is_abstract_v<A>,
        "annals: this aggregate lacks a `void apply_event(Event const&) override` for one of the events of its variant"
    );
    if constexpr (std::is_abstract_v<A>) {
        using Named [[maybe_unused]] = decltype(missing_handlers<A>);
    }
    static_assert(
        AggregateRoot<A> || std::is_abstract_v<A>,
        "annals: this is not an aggregate: derive it from annals::Aggregate<Id, Event> with `using "
        "Aggregate::Aggregate;`, or make it an annals::Decider"
    );
    static_assert(EventStore<Store>, "annals: this is not an event store: see annals/concepts/event_store.hpp");
    static_assert(
        !aggregate_type<A>.empty(),
        "annals: this aggregate is a template and has no stable name: specialise annals::aggregate_type for it"
    );
    static_assert(
        std::same_as<Policy, NeverSnapshot> || Snapshottable<A> || !AggregateRoot<A>,
        "annals: snapshots of this aggregate need `State snapshot() const` and `void restore(State)` as public members"
    );
    static_assert(
        SnapshotPolicy<Policy>,
        "annals: this is not a snapshot policy: pass annals::EveryNEvents{100}, or see "
        "annals/concepts/snapshot_policy.hpp"
    );
    static_assert(
        std::same_as<Policy, NeverSnapshot> || KeepsSnapshotsOf<Store, A> || !Snapshottable<A> || !EventStore<Store>,
        "annals: this store keeps no snapshots: give it a member `snapshot_store<State>()`, or use "
        "annals::NeverSnapshot"
    );
    return AggregateRoot<A> && EventStore<Store> && !aggregate_type<A>.empty() && SnapshotPolicy<Policy> &&
           (std::same_as<Policy, NeverSnapshot> || KeepsSnapshotsOf<Store, A>);
}

/// @see check_repository
template <class A, class Store>
consteval bool check_codec() {
    constexpr bool has_codec = requires { typename codec_between_t<typename A::event_type, Store>; };
    static_assert(
        has_codec,
        "annals: this store does not keep the aggregate's event variant itself: include <annals/json.hpp>, or name a "
        "codec"
    );
    return has_codec;
}

} // namespace detail

} // namespace annals

#endif // ANNALS_DETAIL_REPOSITORY_PARTS_HPP
