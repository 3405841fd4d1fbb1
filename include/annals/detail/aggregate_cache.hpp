// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_AGGREGATE_CACHE_HPP
#define ANNALS_DETAIL_AGGREGATE_CACHE_HPP

#include <annals/detail/repository_parts.hpp>
#include <annals/stream_error.hpp>

#include <cstddef>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace annals {

struct CachedAggregates;

namespace detail {

/// A state, and the id of the last event that is in it. Never changed once it is kept.
template <class A>
struct KeptAggregate {
    KeptAggregate(A const& now, EventId const& after) : state{now}, last{after} {}

    A state;
    EventId last;
};

/// The aggregates used last, by id. Thread-safe: what it hands out is shared and constant, and nothing is copied or
/// destroyed under its lock.
template <class A>
class LastUsed {
public:
    using Kept = std::shared_ptr<KeptAggregate<A> const>;

    explicit LastUsed(std::size_t capacity) : capacity_{capacity} {}

    /// Null if there is none.
    [[nodiscard]] Kept find(std::string_view id) {
        std::lock_guard const lock{mutex_};
        auto const found = places_.find(id);
        if (found == places_.end()) {
            return nullptr;
        }
        entries_.splice(entries_.begin(), entries_, found->second);
        return found->second->kept;
    }

    /// Keeps `kept` unless what is there is of a later version; drops the one not used for longest if there is no room.
    void keep(std::string const& id, Kept kept) {
        Entries passing; // destroyed after the lock is gone
        passing.push_back({id, std::move(kept)});
        std::lock_guard const lock{mutex_};
        auto const found = places_.find(id);
        if (found != places_.end()) {
            if (found->second->kept->state.version() <= passing.front().kept->state.version()) {
                found->second->kept.swap(passing.front().kept);
            }
            return;
        }
        places_.emplace(passing.front().id, passing.begin());
        entries_.splice(entries_.begin(), passing);
        if (entries_.size() > capacity_) {
            places_.erase(entries_.back().id);
            passing.splice(passing.begin(), entries_, std::prev(entries_.end()));
        }
    }

    void drop(std::string_view id) {
        Entries passing;
        std::lock_guard const lock{mutex_};
        auto const found = places_.find(id);
        if (found != places_.end()) {
            auto const entry = found->second;
            places_.erase(found);
            passing.splice(passing.begin(), entries_, entry);
        }
    }

private:
    struct Entry {
        std::string id;
        Kept kept;
    };
    using Entries = std::list<Entry>;

    std::size_t capacity_;
    std::mutex mutex_;
    Entries entries_;                                                         ///< used last, first
    std::unordered_map<std::string_view, typename Entries::iterator> places_; ///< keys are in the entries
};

/// The loads of a repository that keeps aggregates, see `CachedAggregates`. Thread-safe.
template <class A>
class AggregateCache<A, CachedAggregates> {
public:
    template <class Caching>
    explicit AggregateCache(Caching const& caching) : kept_{caching.capacity} {}

    template <class Read, class Replay, class Anew>
    [[nodiscard]] std::optional<A> load(StreamName const& stream, Read const& read, Replay const& replay, Anew&& anew) {
        try {
            EventId last{}; // nil until an event is read that no kept state has seen
            auto const note = [&](A& aggregate, auto const& event) {
                replay(aggregate, event);
                last = event.event_id;
            };
            std::optional<A> resumed = resume(stream, read, note);
            std::optional<A> aggregate = resumed ? std::move(resumed) : anew(note, last);
            if (last != EventId{}) {
                kept_.keep(stream.aggregate_id(), std::make_shared<KeptAggregate<A> const>(*aggregate, last));
            }
            return aggregate;
        } catch (...) {
            drop(stream);
            throw;
        }
    }

    template <class Payload, class Append>
    auto append(std::span<StreamAppend<Payload> const> commit, Append&& append) {
        try {
            return append();
        } catch (ConcurrencyError const&) {
            throw; // others were first, which says nothing against what is kept
        } catch (...) {
            for (auto const& part : commit) {
                drop(part.stream);
            }
            throw;
        }
    }

    void drop(StreamName const& stream) noexcept { kept_.drop(stream.aggregate_id()); }

private:
    /// The kept aggregate with the events after it, or nothing if none is kept that is of this history.
    template <class Read, class Replay>
    [[nodiscard]] std::optional<A> resume(StreamName const& stream, Read const& read, Replay const& replay) {
        auto const kept = kept_.find(stream.aggregate_id());
        if (!kept) {
            return std::nullopt;
        }
        auto events = read(Version{kept->state.version().value() - 1});
        auto at = events.begin();
        if (at == events.end() || at->event_id != kept->last) {
            drop(stream);
            return std::nullopt;
        }
        std::optional<A> aggregate{kept->state};
        for (++at; at != events.end(); ++at) {
            replay(*aggregate, *at);
        }
        return aggregate;
    }

    LastUsed<A> kept_;
};

} // namespace detail

} // namespace annals

#endif // ANNALS_DETAIL_AGGREGATE_CACHE_HPP
