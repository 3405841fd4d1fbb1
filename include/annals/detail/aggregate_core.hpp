// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_AGGREGATE_CORE_HPP
#define ANNALS_DETAIL_AGGREGATE_CORE_HPP

#include <annals/concepts/aggregate_root.hpp>
#include <annals/detail/closing_event.hpp>
#include <annals/stream_error.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annals::detail {

/// What every aggregate has, whatever front end it is written with: identity, version and the events not yet stored.
template <AggregateId Id, class Event>
class AggregateCore {
public:
    using id_type = Id;
    using event_type = Event;

    /// The aggregate's identity.
    [[nodiscard]] Id const& id() const noexcept { return id_; }

    /// The version of the last stored event that this object has seen; 0 for a new aggregate.
    [[nodiscard]] Version version() const noexcept { return version_; }

    /// The events raised and not yet stored, oldest first. Valid until the next one is raised or they are saved.
    [[nodiscard]] std::span<NewEvent<Event> const> uncommitted_events() const noexcept { return uncommitted_; }

    /// What raised events are stamped with.
    [[nodiscard]] EventContext const& context() const noexcept { return context_; }

    /// Sets what events raised from now on are stamped with.
    void set_context(EventContext const& context) { context_ = context; }

    /// For repositories: the snapshot this object was loaded from or last written to.
    [[nodiscard]] SnapshotMark snapshot_mark() const noexcept { return snapshot_mark_; }
    /// For repositories: the state is now, or was just written as, that of the snapshot. Moves `version` up to it.
    void set_snapshot_mark(SnapshotMark mark) noexcept {
        snapshot_mark_ = mark;
        if (version_ < mark.version) {
            version_ = mark.version;
        }
    }

    /// For repositories: which events have led here, if `last` is `version()`; else that is not known.
    [[nodiscard]] SeenEvents const& seen_events() const noexcept { return seen_events_; }
    /// For repositories.
    void set_seen_events(SeenEvents const& seen) noexcept { seen_events_ = seen; }

    /// For repositories: the store has acknowledged the uncommitted events.
    void mark_committed() noexcept {
        if (!uncommitted_.empty()) {
            if (seen_events_.last == version_) {
                for (NewEvent<Event> const& event : uncommitted_) {
                    seen_events_.add(committed_version_, event.event_id);
                }
            }
            version_ = committed_version_;
            uncommitted_.clear();
        }
    }

protected:
    explicit AggregateCore(Id id) : id_{std::move(id)} {}

    /// Hands each event of `history` to `replay`, called with a version and an event.
    template <class History, class Replay>
    void replay_each(History& history, Replay&& replay) {
        std::string const own = id_text(id_);
        for (SourcedEvent<Event> const& event : history) {
            if (event.aggregate_id() != own) {
                throw UsageError{
                    "annals: the history of aggregate '" + event.aggregate_id() + "' was given to '" + own + "'"
                };
            }
            if (version_ == Version{} && event.version > Version{1} && !closes_books(event.payload)) {
                throw StreamTruncated{event.stream, event.version};
            }
            replay(event.version, event.payload);
            seen_events_ = SeenEvents::only(event.version, event.event_id);
        }
    }

    /// @param events  one, or a vector: what `apply` applies
    template <class Events, class Apply>
    void replay_with(Version version, Events const& events, Apply&& apply) {
        if (!uncommitted_.empty() || !version.follows(version_)) {
            require_beginning(version, events);
        }
        apply();
        version_ = version;
    }

    /// Records the event first, so that nothing can fail once the state has changed.
    template <class Apply>
    void raise_with(Event event, Apply&& apply) {
        Version const version = (uncommitted_.empty() ? version_ : committed_version_).next();
        uncommitted_.push_back(
            NewEvent<Event>{context_.ids->next(), context_.clock->now(), context_.metadata, std::move(event)}
        );
        try {
            apply(std::as_const(uncommitted_.back().payload));
        } catch (...) {
            uncommitted_.pop_back();
            throw;
        }
        committed_version_ = version;
    }

private:
    // Not within `replay_with`, which is small enough to be inlined without it.
    template <class Events>
    void require_beginning(Version version, Events const& events) const {
        if (!uncommitted_.empty()) {
            throw UsageError{"annals: history cannot be replayed into an aggregate with uncommitted events"};
        }
        if (version_ == Version{} && version > version_ && closes_books(events)) {
            return;
        }
        throw CorruptData{
            "the history of aggregate '" + id_text(id_) + "' goes from version " + to_text(version_) + " to " +
            to_text(version)
        };
    }

    Id id_;
    Version version_;
    Version committed_version_; ///< what `version_` will be once the uncommitted events are stored
    std::vector<NewEvent<Event>> uncommitted_;
    EventContext context_;
    SnapshotMark snapshot_mark_;
    SeenEvents seen_events_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_AGGREGATE_CORE_HPP
