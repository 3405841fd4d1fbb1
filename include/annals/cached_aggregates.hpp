// SPDX-License-Identifier: MIT

#ifndef ANNALS_CACHED_AGGREGATES_HPP
#define ANNALS_CACHED_AGGREGATES_HPP

#include <annals/detail/aggregate_cache.hpp>
#include <annals/repository.hpp>

#include <concepts>
#include <cstddef>
#include <utility>

namespace annals {

/// Makes a repository keep the aggregates that it has loaded last, and read only what was appended since.
///
/// `auto orders = annals::repository_for<Order>(store, annals::CachedAggregates{.capacity = 10'000});`
///
/// A load still asks the store, once: for the last event that the kept state has seen, and those after it. So it sees
/// what others have written, in this process or another. If that event is not where it was, because a transaction was
/// rolled back or an older backup restored, the state is dropped and the history replayed. What is kept is only ever
/// the fold of stored events: a save adds nothing to it, so that its events are read, once, by the next load. It is
/// dropped as well when a load or an append fails, other than by a `ConcurrencyError`.
///
/// `get_as_of` takes no part in it. An event rewritten where it stands is not noticed, as with snapshots.
///
/// The aggregates are copied in and out, so copying one must give an object that shares nothing that changes; where it
/// costs more than replaying, do not cache. The repository can be neither copied nor moved.
struct CachedAggregates {
    std::size_t capacity = 1'000; ///< how many are kept, those used last; 0 keeps none
};

namespace detail {

/// @see check_repository
template <class A>
consteval bool check_cached() {
    static_assert(
        std::copy_constructible<A> || !AggregateRoot<A>,
        "annals: cached aggregates are copied, and this aggregate cannot be: give it a copy constructor, or leave out "
        "annals::CachedAggregates"
    );
    return std::copy_constructible<A>;
}

} // namespace detail

/// A repository of `A` that takes no snapshots and keeps the aggregates loaded last.
template <class A, class Store>
[[nodiscard]] auto repository_for(Store& store, CachedAggregates cached) {
    return repository_for<A>(store, NeverSnapshot{}, RepositoryOptions{}, cached);
}

/// A repository of `A` with the default codec that keeps the aggregates loaded last.
template <class A, class Store, class Policy = NeverSnapshot>
[[nodiscard]] auto repository_for(Store& store, Policy policy, RepositoryOptions options, CachedAggregates cached) {
    if constexpr (detail::check_repository<A, Store, Policy>()) {
        if constexpr (detail::check_codec<A, Store>()) {
            using Codec = detail::codec_between_t<typename A::event_type, Store>;
            return repository_for<A>(store, Codec{}, std::move(policy), std::move(options), cached);
        }
    }
}

/// The same with a codec of your own.
template <class A, class Store, class Codec, class Policy>
    requires(EventCodec<Codec> || std::same_as<Codec, NoCodec>)
[[nodiscard]] auto
repository_for(Store& store, Codec codec, Policy policy, RepositoryOptions options, CachedAggregates cached) {
    if constexpr (detail::check_repository<A, Store, Policy>()) {
        if constexpr (detail::check_cached<A>()) {
            auto snapshots = detail::snapshots_beside<A>(store);
            return EventSourcedRepository<A, Store, Codec, Policy, decltype(snapshots), CachedAggregates>{
                store, std::move(codec), std::move(policy), std::move(snapshots), std::move(options), cached
            };
        }
    }
}

} // namespace annals

#endif // ANNALS_CACHED_AGGREGATES_HPP
