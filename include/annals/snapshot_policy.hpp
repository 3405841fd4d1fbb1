// SPDX-License-Identifier: MIT

#ifndef ANNALS_SNAPSHOT_POLICY_HPP
#define ANNALS_SNAPSHOT_POLICY_HPP

#include <annals/concepts/snapshot_policy.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <utility>

namespace annals {

/// No snapshots: every load replays the whole stream.
struct NeverSnapshot {
    [[nodiscard]] constexpr bool is_due(SnapshotFacts const&) const noexcept { return false; }
};

/// A snapshot each time the stream's version passes a multiple of `n`.
///
/// The cheapest rule that bounds a load: never more than `n` events, and those of one save, after a snapshot.
class EveryNEvents {
public:
    /// @throws InvalidInput  if `n` is not positive
    constexpr explicit EveryNEvents(std::int64_t n) : n_{n} {
        if (n <= 0) {
            throw InvalidInput{"annals: EveryNEvents needs a positive number of events"};
        }
    }

    [[nodiscard]] constexpr bool is_due(SnapshotFacts const& facts) const noexcept {
        return facts.now.value() / n_ > facts.before.value() / n_;
    }

private:
    std::int64_t n_;
};

/// A snapshot when the last one is older than a duration, or when there is none.
class SnapshotAfter {
public:
    constexpr explicit SnapshotAfter(std::chrono::microseconds age) noexcept : age_{age} {}

    [[nodiscard]] constexpr bool is_due(SnapshotFacts const& facts) const noexcept {
        return facts.snapshot == Version{} || facts.time - facts.snapshot_time >= age_;
    }

private:
    std::chrono::microseconds age_;
};

/// A snapshot when a load would have to replay `n` events or more after the last one.
///
/// As `EveryNEvents`, but counted from the last snapshot, wherever that was taken.
class AfterReplaying {
public:
    /// @throws InvalidInput  if `n` is not positive
    constexpr explicit AfterReplaying(std::int64_t n) : n_{n} {
        if (n <= 0) {
            throw InvalidInput{"annals: AfterReplaying needs a positive number of events"};
        }
    }

    [[nodiscard]] constexpr bool is_due(SnapshotFacts const& facts) const noexcept {
        return facts.now.value() - facts.snapshot.value() >= n_;
    }

private:
    std::int64_t n_;
};

/// A snapshot when it took that long to load the aggregate, be it for many events or for few that cost much.
///
/// The time that the store needs to answer counts as well. Where that alone may be as long, ask for some events too, or
/// there will be a snapshot with each save: `SlowLoad{5ms} && AfterReplaying{20}`.
class SlowLoad {
public:
    constexpr explicit SlowLoad(std::chrono::nanoseconds limit) noexcept : limit_{limit} {}

    [[nodiscard]] constexpr bool is_due(SnapshotFacts const& facts) const noexcept { return facts.load_time >= limit_; }

private:
    std::chrono::nanoseconds limit_;
};

/// A snapshot when a predicate of yours says so.
template <class Predicate>
    requires std::predicate<Predicate const&, SnapshotFacts const&>
class SnapshotWhen {
public:
    constexpr explicit SnapshotWhen(Predicate predicate) : predicate_{std::move(predicate)} {}

    [[nodiscard]] constexpr bool is_due(SnapshotFacts const& facts) const { return predicate_(facts); }

private:
    Predicate predicate_;
};

namespace detail {

template <class... Policies>
consteval bool require_immediate() {
    static_assert(
        (!DeferringPolicy<Policies> && ...),
        "annals: a part of a policy cannot be put into the background: writer.in_background(a || b)"
    );
    return true;
}

} // namespace detail

/// A snapshot when either policy is due: `EveryNEvents{100} || SnapshotAfter{std::chrono::hours{1}}`.
template <SnapshotPolicy Left, SnapshotPolicy Right>
[[nodiscard]] constexpr auto operator||(Left left, Right right) {
    static_assert(detail::require_immediate<Left, Right>());
    return SnapshotWhen{[left, right](SnapshotFacts const& facts) { return left.is_due(facts) || right.is_due(facts); }
    };
}

/// A snapshot when both policies are due.
template <SnapshotPolicy Left, SnapshotPolicy Right>
[[nodiscard]] constexpr auto operator&&(Left left, Right right) {
    static_assert(detail::require_immediate<Left, Right>());
    return SnapshotWhen{[left, right](SnapshotFacts const& facts) { return left.is_due(facts) && right.is_due(facts); }
    };
}

/// A snapshot when the policy is not due: `EveryNEvents{10} && !SnapshotAfter{std::chrono::hours{1}}`.
template <SnapshotPolicy Policy>
[[nodiscard]] constexpr auto operator!(Policy policy) {
    static_assert(detail::require_immediate<Policy>());
    return SnapshotWhen{[policy](SnapshotFacts const& facts) { return !policy.is_due(facts); }};
}

static_assert(SnapshotPolicy<NeverSnapshot> && SnapshotPolicy<EveryNEvents> && SnapshotPolicy<SnapshotAfter>);
static_assert(SnapshotPolicy<AfterReplaying> && SnapshotPolicy<SlowLoad>);

} // namespace annals

#endif // ANNALS_SNAPSHOT_POLICY_HPP
