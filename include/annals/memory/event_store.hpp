// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_EVENT_STORE_HPP
#define ANNALS_MEMORY_EVENT_STORE_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/detail/earlier_append.hpp>
#include <annals/detail/event_type_of.hpp>
#include <annals/event_range.hpp>
#include <annals/memory/detail/append_log.hpp>
#include <annals/memory/detail/projection_rows.hpp>
#include <annals/memory/detail/same_content.hpp>
#include <annals/memory/snapshot_store.hpp>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace annals {

/// Keeps typed events in memory, without a codec: for tests, tools and caches. Nothing survives the process.
///
/// It keeps the whole append contract (see `EventStore`) and is the reference that other stores are compared with.
/// All members may be called from several threads at once; ranges read without a lock while others append. An
/// append copies its events once; reading hands out references to the stored ones, which stay valid as long as the
/// store. `append` takes O(events), finding a stream O(1) on average, starting to read at a version or a position
/// O(events before it / 4096).
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

    class StreamCursor {
    public:
        using value_type = Event;
        explicit StreamCursor(std::optional<typename detail::AppendLog<Event>::Reader> reader) : reader_{reader} {}
        [[nodiscard]] Event const* next() { return reader_ ? reader_->next() : nullptr; }

    private:
        std::optional<typename detail::AppendLog<Event>::Reader> reader_; // nothing: there is no such stream
    };

    class GlobalCursor {
    public:
        using value_type = Event;
        GlobalCursor(typename detail::AppendLog<Event const*>::Reader reader, std::size_t limit, EventFilter filter)
            : reader_{reader}, left_{limit}, filter_{std::move(filter)} {}
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
            return filter_.admits_all() || filter_.admits(event.aggregate_type(), detail::event_type_of(event.payload));
        }

        typename detail::AppendLog<Event const*>::Reader reader_;
        std::size_t left_;
        EventFilter filter_;
    };

public:
    using payload_type = Payload;

    InMemoryEventStore() = default;
    InMemoryEventStore(InMemoryEventStore const&) = delete;
    InMemoryEventStore& operator=(InMemoryEventStore const&) = delete;
    ~InMemoryEventStore() = default;

    /// Appends to one stream. See `EventStore`.
    AppendResult append(StreamName const& stream, ExpectedVersion expected, std::span<NewEvent<Payload> const> events) {
        StreamAppend<Payload> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    /// Appends to several streams, all or nothing. See `EventStore`.
    std::vector<AppendResult> append(std::span<StreamAppend<Payload> const> commit) {
        return append(commit, [](std::vector<Event> const&) {});
    }

    /// The same, and shows the new events to `first_reader` before anyone else. If that throws, nothing is appended; it
    /// must not call the store.
    template <class FirstReader>
    std::vector<AppendResult> append(std::span<StreamAppend<Payload> const> commit, FirstReader&& first_reader) {
        require_valid(commit);
        std::lock_guard const lock{mutex_};
        auto earlier = detail::find_earlier_append(
            commit,
            [this](auto const& event) { return find(event); },
            [this](StreamName const& stream) { return version_of(stream); }
        );
        if (earlier) {
            return std::move(*earlier);
        }
        for (auto const& part : commit) {
            Version const current = version_of(part.stream);
            if (!part.expected.admits(current)) {
                throw ConcurrencyError{part.stream, part.expected, current};
            }
        }
        return write(commit, first_reader);
    }

    /// The events of a stream with a version above `after`, oldest first.
    [[nodiscard]] EventRange<StreamCursor> get_events(StreamName const& stream, Version after = {}) const {
        std::lock_guard const lock{mutex_};
        auto const found = streams_.find(stream);
        if (found == streams_.end()) {
            return EventRange{StreamCursor{std::nullopt}};
        }
        detail::AppendLog<Event> const& events = found->second;
        return EventRange{
            StreamCursor{typename detail::AppendLog<Event>::Reader{events, index(after.value()), events.size()}}
        };
    }

    /// The events of all streams with a position above `after` that `filter` admits, at most `limit`, in global order.
    ///
    /// The type of an event in a variant is its `event_name`.
    [[nodiscard]] EventRange<GlobalCursor>
    read_all(Position after = {}, std::size_t limit = all_events, EventFilter const& filter = {}) const {
        std::lock_guard const lock{mutex_};
        std::size_t const size = log_.size();
        std::size_t const begin = index(after.first()) < size ? index(after.first()) : size;
        typename detail::AppendLog<Event const*>::Reader const reader{log_, begin, size};
        return EventRange{GlobalCursor{reader, limit, filter}};
    }

    /// The events of all streams, in global order.
    [[nodiscard]] EventRange<GlobalCursor> get_all_events() const { return read_all(); }

    /// The version of the stream's last event; 0 if it has none.
    [[nodiscard]] Version stream_version(StreamName const& stream) const {
        std::lock_guard const lock{mutex_};
        return version_of(stream);
    }

    /// The position of the last event.
    [[nodiscard]] Position head() const {
        std::lock_guard const lock{mutex_};
        return position_at(log_.size());
    }

    /// A new, empty place for snapshots of type `State`; each repository has its own.
    template <class State>
    [[nodiscard]] InMemorySnapshotStore<State> snapshot_store() const {
        return {};
    }

    /// For the library: what becomes of the projections over this store.
    [[nodiscard]] detail::MemoryProjectionTable& projection_table() noexcept { return projections_; }

private:
    struct IdHash {
        [[nodiscard]] std::size_t operator()(EventId const& id) const noexcept {
            std::uint64_t words[2];
            std::memcpy(words, &*id.begin(), sizeof words);
            return static_cast<std::size_t>(words[0] * 31U + words[1]);
        }
    };

    [[nodiscard]] static std::size_t index(std::int64_t number) { return static_cast<std::size_t>(number); }
    [[nodiscard]] static Position position_at(std::size_t number) {
        return Position{static_cast<std::int64_t>(number)};
    }

    [[nodiscard]] Version version_of(StreamName const& stream) const {
        auto const found = streams_.find(stream);
        return found == streams_.end() ? Version{} : Version{static_cast<std::int64_t>(found->second.size())};
    }

    [[nodiscard]] std::optional<detail::StoredUnderId> find(NewEvent<Payload> const& event) const {
        auto const found = by_id_.find(event.event_id);
        if (found == by_id_.end()) {
            return std::nullopt;
        }
        Event const& stored = *found->second;
        return detail::StoredUnderId{
            stored.stream, stored.version, stored.position, detail::has_same_content(stored, event)
        };
    }

    /// First all that can fail, then all that cannot: a failure leaves nothing behind but room.
    template <class FirstReader>
    std::vector<AppendResult> write(std::span<StreamAppend<Payload> const> commit, FirstReader& first_reader) {
        std::vector<Event> events;
        std::vector<AppendResult> results;
        std::size_t position = log_.size();
        for (auto const& part : commit) {
            AppendResult result{version_of(part.stream), Position{}};
            for (auto const& event : part.events) {
                result.version = result.version.next();
                result.position = position_at(++position);
                events.push_back(Event{
                    event.event_id,
                    part.stream,
                    result.version,
                    result.position,
                    event.timestamp,
                    event.metadata,
                    event.payload
                });
            }
            results.push_back(result);
            if (!part.events.empty()) {
                streams_[part.stream].reserve(part.events.size());
            }
        }
        log_.reserve(events.size());
        std::size_t indexed = 0;
        try {
            for (; indexed < events.size(); ++indexed) {
                by_id_.emplace(events[indexed].event_id, nullptr);
            }
            first_reader(std::as_const(events));
        } catch (...) {
            while (indexed > 0) {
                by_id_.erase(events[--indexed].event_id);
            }
            throw;
        }
        for (Event& event : events) {
            auto& stream = streams_.find(event.stream)->second;
            auto& entry = by_id_.find(event.event_id)->second;
            entry = stream.push_back(std::move(event));
            log_.push_back(+entry);
        }
        return results;
    }

    mutable std::mutex mutex_;
    detail::MemoryProjectionTable projections_;
    std::unordered_map<StreamName, detail::AppendLog<Event>> streams_;
    std::unordered_map<EventId, Event const*, IdHash> by_id_;
    detail::AppendLog<Event const*> log_;
};

} // namespace annals

#endif // ANNALS_MEMORY_EVENT_STORE_HPP
