// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_EVENT_STORE_HPP
#define ANNALS_MEMORY_EVENT_STORE_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/detail/earlier_append.hpp>
#include <annals/detail/event_type_of.hpp>
#include <annals/event_range.hpp>
#include <annals/memory/detail/event_log.hpp>
#include <annals/memory/detail/horizons.hpp>
#include <annals/memory/detail/projection_rows.hpp>
#include <annals/memory/detail/same_content.hpp>
#include <annals/memory/snapshot_store.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace annals {

/// Keeps typed events in memory, without a codec: for tests, tools and caches. Nothing survives the process.
///
/// It keeps the whole append contract (see `EventStore`) and is the reference that other stores are compared with.
/// All members may be called from several threads at once; ranges read without a lock while others append. An
/// append copies its events once, or moves them out of a vector that it is given as such; reading hands out references
/// to the stored ones, which stay valid as long as the store. `append` takes O(events), finding a stream O(1) on
/// average, starting to read at a version or a position O(events before it / 4096).
///
/// A repeated event is compared with the stored one by `==` where its type has one, else by its type alone; id,
/// time and metadata are compared always.
///
/// @tparam Payload  an event variant (or `EncodedPayload`, to have what databases have); moving it must not throw
template <class Payload>
class InMemoryEventStore {
    static_assert(
        std::is_nothrow_move_constructible_v<Payload>,
        "annals: the in-memory store needs events whose move constructor is noexcept"
    );

    using Event = SourcedEvent<Payload>;

    using Stream = typename detail::EventLog<Payload>::Stream;

    class StreamCursor {
    public:
        using value_type = Event;
        explicit StreamCursor(typename Stream::Reader reader) : reader_{reader} {}
        [[nodiscard]] Event const* next() { return reader_.next(); }

    private:
        typename Stream::Reader reader_;
    };

    class GlobalCursor {
    public:
        using value_type = Event;
        GlobalCursor(
            typename detail::AppendLog<Event const*>::Reader reader,
            std::size_t limit,
            EventFilter filter,
            std::shared_ptr<detail::Horizons::Gone const> gone
        )
            : reader_{reader}, left_{limit}, filter_{std::move(filter)}, gone_{std::move(gone)} {}
        [[nodiscard]] Event const* next() {
            while (auto const* const event = left_ == 0 ? nullptr : reader_.next()) {
                if (is_wanted(**event)) {
                    --left_;
                    return *event;
                }
            }
            return nullptr;
        }

    private:
        [[nodiscard]] bool is_wanted(Event const& event) const {
            if (gone_ && event.version <= detail::Horizons::last_gone(gone_.get(), event.stream)) {
                return false;
            }
            return filter_.admits_all() || filter_.admits(event.aggregate_type(), detail::event_type_of(event.payload));
        }

        typename detail::AppendLog<Event const*>::Reader reader_;
        std::size_t left_;
        EventFilter filter_;
        std::shared_ptr<detail::Horizons::Gone const> gone_; ///< null if nothing is truncated
    };

public:
    using payload_type = Payload;

    InMemoryEventStore() = default;
    InMemoryEventStore(InMemoryEventStore const&) = delete;
    InMemoryEventStore& operator=(InMemoryEventStore const&) = delete;
    ~InMemoryEventStore() = default;

    /// Appends to one stream. See `EventStore`.
    AppendResult append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<Payload> const> events) {
        return append_to_one(stream, expected, events);
    }

    /// The same, and takes the events instead of copying them; after an exception they are as they were.
    AppendResult append(StreamName const& stream, ExpectedVersion expected, std::vector<NewEvent<Payload>>&& events) {
        return append_to_one(stream, expected, std::span{events});
    }

    /// Appends to several streams, all or nothing. See `EventStore`.
    std::vector<AppendResult> append(std::span<StreamAppend<Payload> const> commit) {
        return append(commit, [](auto const&) {});
    }

    /// The same, and shows the new events to `first_reader` before anyone else, one after another, each as a range of
    /// one. If that throws, nothing is appended; it must not call the store.
    template <class FirstReader>
    std::vector<AppendResult> append(std::span<StreamAppend<Payload> const> commit, FirstReader&& first_reader) {
        require_valid(commit);
        std::lock_guard const lock{mutex_};
        if (auto earlier = find_earlier(commit)) {
            return *std::move(earlier);
        }
        std::vector<AppendResult> results;
        results.reserve(commit.size());
        write(commit, [&] {
            for (std::size_t i = 0; i < commit.size(); ++i) {
                results.push_back(log_.write(i, commit[i].events));
            }
            for (Event const* const event : log_.written()) {
                first_reader(std::span{event, 1});
            }
        });
        return results;
    }

    /// The events of a stream with a version above `after`, oldest first.
    [[nodiscard]] EventRange<StreamCursor> get_events(StreamName const& stream, Version after = {}) const {
        std::lock_guard const lock{mutex_};
        Stream const* const events = log_.find(stream);
        Version const last_gone = horizons_.last_gone(stream);
        std::size_t const begin = index((after < last_gone ? last_gone : after).value());
        return EventRange{
            StreamCursor{events ? typename Stream::Reader{*events, begin, events->size()} : typename Stream::Reader{}}
        };
    }

    /// The events of all streams with a position above `after` that `filter` admits, at most `limit`, in global order.
    ///
    /// The type of an event in a variant is its `event_name`.
    [[nodiscard]] EventRange<GlobalCursor>
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        std::lock_guard const lock{mutex_};
        typename detail::AppendLog<Event const*>::Reader const reader{
            log_.all(), index(after.first()), log_.all().size()
        };
        return EventRange{GlobalCursor{reader, limit, filter, horizons_.gone()}};
    }

    /// The events of all streams, in global order.
    [[nodiscard]] EventRange<GlobalCursor> get_all_events() const { return read_all(); }

    /// The event of that id; nothing if there is none, or it is truncated.
    [[nodiscard]] std::optional<Event> find_event(EventId const& id) const {
        std::lock_guard const lock{mutex_};
        Event const* const event = log_.find(id);
        bool const is_there = event != nullptr && event->version > horizons_.last_gone(event->stream);
        return is_there ? std::optional{*event} : std::nullopt;
    }

    /// Hands out no event of the stream before version `first` any more. See `TruncatableEventStore`; the memory they
    /// take is free when the store is gone.
    /// @throws UsageError    if the stream's last event is before `first`
    /// @throws InvalidInput  if the reason breaks the limits of names
    void truncate_before(StreamName const& stream, Version first, std::string_view reason) {
        std::lock_guard const lock{mutex_};
        horizons_.truncate(stream, first, log_.version_of(stream), reason);
    }

    /// The same for all events but the last, and nothing is appended to the stream any more.
    /// @throws StreamNotFound  if it has no events
    /// @throws InvalidInput    if the reason breaks the limits of names
    void tombstone(StreamName const& stream, std::string_view reason) {
        std::lock_guard const lock{mutex_};
        horizons_.end(stream, log_.version_of(stream), reason);
    }

    /// All truncations so far, oldest first.
    [[nodiscard]] std::vector<Truncation> truncations() const {
        std::lock_guard const lock{mutex_};
        return horizons_.truncations();
    }

    /// The version of the stream's last event; 0 if it has none.
    [[nodiscard]] Version stream_version(StreamName const& stream) const {
        std::lock_guard const lock{mutex_};
        return log_.version_of(stream);
    }

    /// The position of the last event.
    [[nodiscard]] Position head() const {
        std::lock_guard const lock{mutex_};
        return Position{static_cast<std::int64_t>(log_.all().size())};
    }

    /// A new, empty place for snapshots of type `State`; each repository has its own.
    template <class State>
    [[nodiscard]] InMemorySnapshotStore<State> snapshot_store() const {
        return {};
    }

    /// For the library: what becomes of the projections over this store.
    [[nodiscard]] detail::MemoryProjectionTable& projection_table() noexcept { return projections_; }

private:
    [[nodiscard]] static std::size_t index(std::int64_t number) { return static_cast<std::size_t>(number); }

    /// What the same append came to when it was made before, or nothing. See `find_earlier_append`.
    [[nodiscard]] std::optional<std::vector<AppendResult>> find_earlier(std::span<StreamAppend<Payload> const> commit
    ) const {
        bool is_any_known = false;
        for (auto const& part : commit) {
            for (auto const& event : part.events) {
                is_any_known = is_any_known || log_.find(event.event_id);
            }
        }
        if (!is_any_known) {
            return std::nullopt;
        }
        return detail::find_earlier_append(
            commit,
            [this](NewEvent<Payload> const& event) -> std::optional<detail::StoredUnderId> {
                Event const* const stored = log_.find(event.event_id);
                if (!stored) {
                    return std::nullopt;
                }
                bool const is_same =
                    stored->version <= horizons_.last_gone(stored->stream) || detail::has_same_content(*stored, event);
                return detail::StoredUnderId{stored->stream, stored->version, stored->position, is_same};
            },
            [this](StreamName const& stream) { return log_.version_of(stream); }
        );
    }

    /// @param events  copied, or taken if they are not constant
    template <class Sent>
    AppendResult append_to_one(StreamName const& stream, ExpectedVersion expected, std::span<Sent> events) {
        StreamAppend<Payload> const part{stream, expected, events};
        std::span const commit{&part, 1};
        require_valid(commit);
        std::lock_guard const lock{mutex_};
        if (auto const earlier = find_earlier(commit)) {
            return earlier->front();
        }
        AppendResult result;
        write(commit, [&] { result = log_.write(0, events); });
        return result;
    }

    /// Makes a commit of what `write_all` writes to its streams. If that throws, nothing is written.
    template <class WriteAll>
    void write(std::span<StreamAppend<Payload> const> commit, WriteAll&& write_all) {
        for (auto const& part : commit) {
            horizons_.require_open(part.stream);
        }
        try {
            log_.open(commit);
            write_all();
        } catch (...) {
            log_.undo();
            throw;
        }
        log_.publish();
    }

    mutable std::mutex mutex_;
    detail::MemoryProjectionTable projections_;
    detail::EventLog<Payload> log_;
    detail::Horizons horizons_;
};

} // namespace annals

#endif // ANNALS_MEMORY_EVENT_STORE_HPP
