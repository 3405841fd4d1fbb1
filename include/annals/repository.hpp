// SPDX-License-Identifier: MIT

#ifndef ANNALS_REPOSITORY_HPP
#define ANNALS_REPOSITORY_HPP

#include <annals/detail/save_retry.hpp>
#include <annals/detail/snapshot_cache.hpp>
#include <annals/detail/typed_streams.hpp>
#include <annals/stream_error.hpp>
#include <annals/unknown_event.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace annals {

/// What a repository gives to the aggregates that it makes, and how long it tries.
struct RepositoryOptions {
    RetryPolicy retry{};    ///< for `transact`
    EventContext context{}; ///< for every aggregate it hands out; `transact` can replace the metadata

    /// What a load does with an event whose type is not in the aggregate's variant. None may be skipped where snapshots
    /// are taken.
    UnknownEvents unknown_events = UnknownEvents::refuse;
};

/// Loads aggregates from their events and stores what they raise. Make one with `repository_for`.
///
/// It keeps a pointer to the store, which must outlive it, and nothing of the aggregates unless it is made with
/// `CachedAggregates`: it may be used from several threads at once, each with aggregates of its own.
///
/// Loading throws what the store throws, `DecodeError` or `UnknownEventType` for an event that does not fit its type,
/// `StreamTruncated` for a history that has lost its beginning and does not begin with an event that closes the books,
/// and `CorruptData` for a hole in it. A snapshot that is missing, damaged, of another shape or not of this history, or
/// that cannot be read, is ignored, and the whole history replayed. None is taken of an aggregate that is not of this
/// history, held while an older backup was restored: who takes one reads the events again that the aggregate has stored
/// since it was loaded, and the one before. For that a repository that takes snapshots must have loaded it.
template <
    AggregateRoot A,
    EventStore Store,
    class Codec,
    SnapshotPolicy Policy,
    class Snapshots,
    class Caching = NoCachedAggregates>
class EventSourcedRepository {
public:
    using aggregate_type = A;
    using id_type = typename A::id_type;
    using event_type = typename A::event_type;

    /// @throws UsageError  if snapshots are to be taken and unknown events skipped: a snapshot would lack them for ever
    EventSourcedRepository(
        Store& store, Codec codec, Policy policy, Snapshots snapshots, RepositoryOptions options, Caching caching = {}
    )
        : streams_{store, std::move(codec)}, snapshots_{std::move(policy), std::move(snapshots)},
          options_{std::move(options)}, cache_{caching} {
        if (decltype(snapshots_)::is_used && options_.unknown_events == UnknownEvents::skip) {
            throw UsageError{
                "annals: a repository that takes snapshots cannot skip unknown events: they would lack them"
            };
        }
    }

    /// The stream of the aggregate with that id.
    [[nodiscard]] static StreamName stream_of(id_type const& id) { return Streams::name_of(id); }

    /// The aggregate as of now, or nothing if it has no events.
    ///
    /// Reads one page of events at a time; folds those after the last usable snapshot.
    [[nodiscard]] std::optional<A> get_by_id(id_type const& id) {
        std::optional<A> aggregate = load(id, options_.context);
        drop_if_empty(aggregate);
        return aggregate;
    }

    /// The aggregate as it was at `version`, or at its latest version if that is lower; nothing if it has no events.
    /// @throws StreamTruncated  if the stream has lost its beginning, and what is left begins later
    [[nodiscard]] std::optional<A> get_as_of(id_type const& id, Version version) const {
        return replay_while(id, [version](auto const& event) { return event.version <= version; });
    }

    /// The aggregate as it was at `time`: all events before the first that was raised later than that.
    /// @throws StreamTruncated  if the stream has lost its beginning, and what is left begins later
    [[nodiscard]] std::optional<A> get_as_of(id_type const& id, Timestamp time) const {
        return replay_while(id, [time](auto const& event) { return event.timestamp <= time; });
    }

    /// Whether the aggregate has events.
    [[nodiscard]] bool exists(id_type const& id) const { return store().stream_version(stream_of(id)) > Version{}; }

    /// The aggregate's events, oldest first, decoded as they are walked.
    [[nodiscard]] auto get_events(id_type const& id, Version after = {}) const {
        return streams_.get_events(stream_of(id), after, options_.unknown_events);
    }

    /// Stores the uncommitted events of `aggregate`, if nobody else has written to it since it was loaded.
    ///
    /// On success the events are committed; after any exception the aggregate is as it was, and can be saved again
    /// with the same event ids. Without uncommitted events it does nothing.
    /// @throws ConcurrencyError  and others, see `EventStore`
    AppendResult save(A& aggregate) { return save(aggregate, ExpectedVersion::exactly(aggregate.version())); }

    /// The same with an expectation of your own.
    ///
    /// With one that admits events which `aggregate` has not seen, load it again before the next command.
    AppendResult save(A& aggregate, ExpectedVersion expected) {
        auto const raised = aggregate.uncommitted_events();
        if (raised.empty()) {
            return AppendResult{aggregate.version(), Position{}};
        }
        auto const events = streams_.encoded(raised);
        Append const commit{stream_of(aggregate.id()), expected, events};
        AppendResult const result = cache_.append(std::span{&commit, 1}, [&] {
            return store().append(commit.stream, expected, commit.events);
        });
        committed(aggregate, commit, result.version);
        return result;
    }

    /// Stores the uncommitted events of several aggregates in one commit: all of them or none.
    ///
    /// Otherwise as `save`. Two objects for the same aggregate are refused as `InvalidInput`.
    std::vector<AppendResult> save_all(std::span<A> aggregates) {
        std::vector<decltype(streams_.encoded({}))> events;
        std::vector<Append> commit;
        events.reserve(aggregates.size());
        for (A const& aggregate : aggregates) {
            events.push_back(streams_.encoded(aggregate.uncommitted_events()));
            commit.push_back({stream_of(aggregate.id()), ExpectedVersion::exactly(aggregate.version()), events.back()});
        }
        std::span<Append const> const parts{commit};
        auto results = cache_.append(parts, [&] { return store().append(parts); });
        for (std::size_t i = 0; i < aggregates.size(); ++i) {
            if (!commit[i].events.empty()) {
                committed(aggregates[i], commit[i], results[i].version);
            }
        }
        return results;
    }

    /// Loads the aggregate (a new one if it has no events), lets `decide` command it, and stores what it raised.
    ///
    /// If another writer was first, it is loaded afresh and `decide` runs again, as the options' retry policy says:
    /// `decide` must do nothing but command the aggregate. If the store was busy, or the outcome is unknown, the same
    /// events are sent again. An exception from `decide` passes through untouched, and nothing is written.
    ///
    /// @param decide  called with `A&`, once an attempt
    /// @returns the aggregate as it was stored
    /// @throws ConcurrencyError, AppendOutcomeUnknown, StoreError  the last attempt's, when the retries are used up
    template <std::invocable<A&> Decide>
    A transact(id_type const& id, Decide&& decide) {
        return transact(id, options_.context.metadata, std::forward<Decide>(decide));
    }

    /// The same, with metadata for the events that `decide` raises.
    template <std::invocable<A&> Decide>
    A transact(id_type const& id, Metadata const& metadata, Decide&& decide) {
        EventContext const context{metadata, options_.context.clock, options_.context.ids};
        Retry retry{options_.retry};
        while (true) {
            std::optional<A> aggregate = load(id, context);
            decide(*aggregate);
            if (detail::save_unless_overtaken([&] { save(*aggregate); }, retry)) {
                return *std::move(aggregate);
            }
        }
    }

    /// How many snapshots could not be read or written. Their aggregates were loaded and saved all the same. What is
    /// written in the background is counted there. Thread-safe.
    [[nodiscard]] std::uint64_t failed_snapshots() const noexcept { return snapshots_.failures(); }

private:
    using Streams = detail::TypedStreams<A, Store, Codec>;
    using Append = StreamAppend<typename Store::payload_type>;

    [[nodiscard]] Store& store() const noexcept { return streams_.store(); }

    static void drop_if_empty(std::optional<A>& aggregate) {
        if (aggregate->version() == Version{}) {
            aggregate.reset();
        }
    }

    template <class Stored>
    void replay(A& aggregate, Stored const& event) const {
        streams_.replay(aggregate, event, options_.unknown_events);
        snapshots_.note(aggregate, event);
    }

    template <class Goes>
    [[nodiscard]] std::optional<A> replay_while(id_type const& id, Goes&& goes) const {
        std::optional<A> aggregate{std::in_place, id};
        aggregate->set_context(options_.context);
        for (auto const& event : store().get_events(stream_of(id))) {
            if (!goes(event)) {
                if (aggregate->version() == Version{} && event.version > Version{1}) {
                    throw StreamTruncated{event.stream, event.version};
                }
                break;
            }
            replay(*aggregate, event);
        }
        drop_if_empty(aggregate);
        return aggregate;
    }

    /// The aggregate, a new one if it has no events: there is always one.
    [[nodiscard]] std::optional<A> load(id_type const& id, EventContext const& context) {
        StreamName const stream = stream_of(id);
        auto const read = [&](Version after) { return store().get_events(stream, after); };
        auto const replay_one = [this](A& aggregate, auto const& event) { this->replay(aggregate, event); };
        auto const anew = [&](auto const& replay_each, EventId& last) {
            std::optional<A> aggregate{std::in_place, id};
            if constexpr (decltype(snapshots_)::is_used) {
                if (snapshots_.resume(*aggregate, stream, read, replay_each, last)) {
                    return aggregate;
                }
                aggregate.emplace(id);
            }
            for (auto const& event : read(Version{})) {
                replay_each(*aggregate, event);
            }
            return aggregate;
        };
        std::optional<A> aggregate;
        if constexpr (decltype(snapshots_)::is_used) {
            auto const start = std::chrono::steady_clock::now();
            aggregate = cache_.load(stream, read, replay_one, anew);
            SnapshotMark mark = aggregate->snapshot_mark();
            mark.load_time = std::chrono::steady_clock::now() - start;
            aggregate->set_snapshot_mark(mark);
        } else {
            aggregate = cache_.load(stream, read, replay_one, anew);
        }
        aggregate->set_context(context);
        return aggregate;
    }

    void committed(A& aggregate, Append const& commit, Version now) {
        Version const before = aggregate.version();
        EventId const last = commit.events.back().event_id; // which may be the aggregate's own, and go now
        aggregate.mark_committed();
        snapshots_.take_if_due(aggregate, store(), commit.stream, before, now, last);
        // What is kept does not know of a snapshot just taken, and would have the next save take another.
        if (aggregate.snapshot_mark().version == now) {
            cache_.drop(commit.stream);
        }
    }

    Streams streams_;
    detail::SnapshotCache<A, Policy, Snapshots> snapshots_;
    RepositoryOptions options_;
    detail::AggregateCache<A, Caching> cache_;
};

/// A repository of `A` over `store`, with the default codec where the store needs one.
///
/// Snapshots, if `policy` takes any, are kept beside the events by a database, and by the repository itself over the
/// in-memory store.
/// `auto orders = annals::repository_for<Order>(store, annals::EveryNEvents{100});`
template <class A, class Store, class Policy = NeverSnapshot>
[[nodiscard]] auto repository_for(Store& store, Policy policy = {}, RepositoryOptions options = {}) {
    if constexpr (detail::check_repository<A, Store, Policy>()) {
        if constexpr (detail::check_codec<A, Store>()) {
            using Codec = detail::codec_between_t<typename A::event_type, Store>;
            return repository_for<A>(store, Codec{}, std::move(policy), std::move(options));
        }
    }
}

/// The same with a codec of your own between the aggregate's variant and a store of encoded events.
template <class A, class Store, class Codec, class Policy>
    requires(EventCodec<Codec> || std::same_as<Codec, NoCodec>)
[[nodiscard]] auto repository_for(Store& store, Codec codec, Policy policy, RepositoryOptions options = {}) {
    if constexpr (detail::check_repository<A, Store, Policy>()) {
        auto snapshots = detail::snapshots_beside<A>(store);
        return EventSourcedRepository<A, Store, Codec, Policy, decltype(snapshots)>{
            store, std::move(codec), std::move(policy), std::move(snapshots), std::move(options)
        };
    }
}

} // namespace annals

#endif // ANNALS_REPOSITORY_HPP
