// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CONTRACT_BREAKABLE_EVENT_STORE_HPP
#define ANNALS_TESTS_CONTRACT_BREAKABLE_EVENT_STORE_HPP

#include <annals/concepts/truncatable_event_store.hpp>
#include <annals/detail/earlier_append.hpp>
#include <annals/detail/truncation_input.hpp>
#include <annals/event_context.hpp>
#include <annals/event_range.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace annals_tests {

using Event = annals::SourcedEvent<annals::EncodedPayload>;
using NewEvent = annals::NewEvent<annals::EncodedPayload>;
using Append = annals::StreamAppend<annals::EncodedPayload>;
using Commit = std::span<Append const>;
using Results = std::vector<annals::AppendResult>;
using Events = std::vector<Event>;

/// Long enough for the other threads of a race to come in between.
inline void leave_a_window() { std::this_thread::sleep_for(std::chrono::microseconds{400}); }

/// A correct event store each of whose steps can be replaced by a wrong one. Copies are handles of one store.
class BreakableEventStore {
public:
    using payload_type = annals::EncodedPayload;

    /// What the store does, step by step. All but `append` run under the lock.
    struct Steps {
        std::function<Results(BreakableEventStore&, Commit)> append = &BreakableEventStore::append_at_once;
        std::function<void(Commit)> validate = [](Commit commit) { annals::require_valid(commit); };
        std::function<std::optional<Results>(BreakableEventStore&, Commit)> find_earlier =
            &BreakableEventStore::find_earlier;
        std::function<void(BreakableEventStore&, Append const&)> require_expected =
            &BreakableEventStore::require_expected;
        std::function<bool(annals::ExpectedVersion, annals::Version)> admits =
            [](annals::ExpectedVersion expected, annals::Version current) { return expected.admits(current); };
        std::function<bool(Event const&, NewEvent const&)> is_same = [](Event const& stored, NewEvent const& sent) {
            return stored.payload == sent.payload && stored.metadata == sent.metadata &&
                   stored.timestamp == sent.timestamp;
        };
        std::function<Results(BreakableEventStore&, Commit)> write = &BreakableEventStore::write;
        std::function<void(Event&)> keep = [](Event&) {}; ///< what becomes of an event on its way to the disk and back
        std::function<std::string(annals::StreamName const&)> key = [](annals::StreamName const& stream) {
            return stream.aggregate_type() + '\0' + stream.aggregate_id();
        };
        std::function<bool(int handle, int author)> sees = [](int, int) { return true; };
        std::function<Events(BreakableEventStore const&, annals::StreamName const&, annals::Version)> read_stream =
            &BreakableEventStore::stream_events;
        std::function<Events(BreakableEventStore const&, annals::Position, std::size_t)> read_log =
            &BreakableEventStore::log_events;
        std::function<bool(annals::EventFilter const&, Event const&)> is_wanted = [](annals::EventFilter const& filter,
                                                                                     Event const& event) {
            return filter.admits(event.aggregate_type(), event.payload.type);
        };
        std::function<Events(BreakableEventStore const&, annals::Position, std::size_t, annals::EventFilter const&)>
            read_filtered = &BreakableEventStore::filtered_events;
        std::function<Events(BreakableEventStore const&)> read_all = [](BreakableEventStore const& store) {
            return store.core->steps.read_log(store, {}, annals::all_events);
        };
        std::function<annals::Version(BreakableEventStore const&, annals::StreamName const&)> version =
            &BreakableEventStore::version_of;
        std::function<annals::Position(BreakableEventStore const&)> head = &BreakableEventStore::last_position;
        std::function<void(BreakableEventStore&, Append const&)> require_open = &BreakableEventStore::require_open;
        std::function<annals::Version(BreakableEventStore const&, annals::StreamName const&, annals::Version)>
            first_left =
                [](BreakableEventStore const&, annals::StreamName const&, annals::Version first) { return first; };
        std::function<void(BreakableEventStore&, annals::Truncation const&)> truncate = &BreakableEventStore::truncate;
        std::function<void(BreakableEventStore&, annals::StreamName const&, std::string_view)> tombstone =
            &BreakableEventStore::end;
        std::function<std::vector<annals::Truncation>(BreakableEventStore const&)> truncations =
            [](BreakableEventStore const& store) { return store.core->truncations; };
        std::function<void(BreakableEventStore&)> reopen = [](BreakableEventStore&) {};
        std::int64_t position_step = 1; ///< not wrong: positions may have gaps
        bool reads_live = false;        ///< a range at its end looks whether there are more by now
        bool recounts = false;          ///< a range knows where it stands by the number of events before it
        bool shares_cursor = false;     ///< all ranges go on where the latest one stands
        bool blocks_appends = false;    ///< nobody can append while there is a range
    };

    struct Core {
        struct Entry {
            Event event;
            int author;
            bool is_gone = false; ///< it is truncated
        };
        std::mutex mutex;
        Steps steps;
        std::map<std::int64_t, Entry> log; ///< by position
        std::map<annals::EventId, std::int64_t> by_id;
        std::map<std::string, std::vector<std::int64_t>> streams; ///< positions
        std::vector<annals::Truncation> truncations;
        std::set<annals::StreamName> ended;
        std::int64_t last_position = 0;
        std::shared_ptr<std::size_t> shared_cursor = std::make_shared<std::size_t>(0);
        std::shared_ptr<int> ranges = std::make_shared<int>(0); ///< one more reference for each range
    };

    class Cursor {
    public:
        using value_type = Event;
        Cursor(
            std::function<Events()> load, std::shared_ptr<std::size_t> at, std::shared_ptr<int> open, Steps const& steps
        )
            : load_{std::move(load)}, at_{std::move(at)}, open_{std::move(open)}, live_{steps.reads_live},
              recounts_{steps.recounts}, events_{load_()} {}
        [[nodiscard]] Event const* next() {
            if (recounts_ || (live_ && *at_ == events_.size())) {
                events_ = load_();
            }
            return *at_ < events_.size() ? &events_[(*at_)++] : nullptr;
        }

    private:
        std::function<Events()> load_;
        std::shared_ptr<std::size_t> at_;
        std::shared_ptr<int> open_;
        bool live_;
        bool recounts_;
        Events events_;
    };

    annals::AppendResult
    append(annals::StreamName const& stream, annals::ExpectedVersion expected, std::span<NewEvent const> events) {
        Append const commit{stream, expected, events};
        return append(Commit{&commit, 1}).front();
    }
    Results append(Commit commit) {
        if (core->steps.blocks_appends && core->ranges.use_count() > 1) {
            throw annals::StoreError{"annals: database is locked", "5", true};
        }
        return core->steps.append(*this, commit);
    }
    [[nodiscard]] annals::EventRange<Cursor>
    get_events(annals::StreamName const& stream, annals::Version after = {}) const {
        return range([self = *this, stream, after] { return self.core->steps.read_stream(self, stream, after); });
    }
    [[nodiscard]] annals::EventRange<Cursor> read_all(
        annals::Position after = {}, std::size_t limit = annals::all_events, annals::EventFilter const& filter = {}
    ) const {
        return range([self = *this, after, limit, filter] {
            return self.core->steps.read_filtered(self, after, limit, filter);
        });
    }
    [[nodiscard]] annals::EventRange<Cursor> get_all_events() const {
        return range([self = *this] { return self.core->steps.read_all(self); });
    }
    [[nodiscard]] annals::Version stream_version(annals::StreamName const& stream) const {
        std::lock_guard const lock{core->mutex};
        return core->steps.version(*this, stream);
    }
    [[nodiscard]] annals::Position head() const {
        std::lock_guard const lock{core->mutex};
        return core->steps.head(*this);
    }

    void truncate_before(annals::StreamName const& stream, annals::Version first, std::string_view reason) {
        std::lock_guard const lock{core->mutex};
        core->steps.truncate(*this, {stream, first, std::string{reason}, annals::system_clock().now()});
    }
    void tombstone(annals::StreamName const& stream, std::string_view reason) {
        std::lock_guard const lock{core->mutex};
        core->steps.tombstone(*this, stream, reason);
    }
    [[nodiscard]] std::vector<annals::Truncation> truncations() const {
        std::lock_guard const lock{core->mutex};
        return core->steps.truncations(*this);
    }

    // The correct steps. Those below `append_at_once` want the lock to be held.

    Results append_at_once(Commit commit) {
        core->steps.validate(commit);
        std::lock_guard const lock{core->mutex};
        if (auto earlier = core->steps.find_earlier(*this, commit)) {
            return std::move(*earlier);
        }
        for (Append const& part : commit) {
            core->steps.require_open(*this, part);
            core->steps.require_expected(*this, part);
        }
        return core->steps.write(*this, commit);
    }

    [[nodiscard]] std::optional<Results> find_earlier(Commit commit) {
        return annals::detail::find_earlier_append(
            commit,
            [this](NewEvent const& event) { return find(event); },
            [this](annals::StreamName const& stream) { return version_of(stream); }
        );
    }
    [[nodiscard]] std::optional<annals::detail::StoredUnderId> find(NewEvent const& event) const {
        auto const found = core->by_id.find(event.event_id);
        if (found == core->by_id.end()) {
            return std::nullopt;
        }
        Core::Entry const& entry = core->log.at(found->second);
        Event const& stored = entry.event;
        return annals::detail::StoredUnderId{
            stored.stream, stored.version, stored.position, entry.is_gone || core->steps.is_same(stored, event)
        };
    }

    void require_expected(Append const& part) {
        annals::Version const current = version_of(part.stream);
        if (!core->steps.admits(part.expected, current)) {
            throw annals::ConcurrencyError{part.stream, part.expected, current};
        }
    }

    void require_open(Append const& part) {
        if (core->ended.contains(part.stream)) {
            throw annals::StreamTombstoned{part.stream};
        }
    }

    void truncate(annals::Truncation const& wanted) {
        annals::detail::require_can_truncate(wanted.stream, wanted.first, version_of(wanted.stream), wanted.reason);
        annals::Version const first = core->steps.first_left(*this, wanted.stream, wanted.first);
        bool is_new = first > annals::Version{1};
        for (annals::Truncation const& made : core->truncations) {
            is_new = is_new && (made.stream != wanted.stream || made.first < first);
        }
        if (is_new) {
            core->truncations.push_back(wanted);
        }
        for (auto& [position, entry] : core->log) {
            entry.is_gone = entry.is_gone || (entry.event.stream == wanted.stream && entry.event.version < first);
        }
    }

    void end(annals::StreamName const& stream, std::string_view reason) {
        if (version_of(stream) == annals::Version{}) {
            throw annals::StreamNotFound{stream};
        }
        core->steps.truncate(*this, {stream, version_of(stream), std::string{reason}, annals::system_clock().now()});
        core->ended.insert(stream);
    }

    Results write(Commit commit) {
        Results results;
        for (Append const& part : commit) {
            results.push_back(write_part(part, version_of(part.stream)));
        }
        return results;
    }
    annals::AppendResult write_part(Append const& part, annals::Version version) {
        annals::AppendResult result{version, annals::Position{}};
        for (NewEvent const& event : part.events) {
            result.version = result.version.next();
            core->last_position += core->steps.position_step;
            result.position = annals::Position{core->last_position};
            insert(event, part.stream, result.version, result.position);
        }
        return result;
    }
    void insert(
        NewEvent const& event, annals::StreamName const& stream, annals::Version version, annals::Position position
    ) {
        core->by_id[event.event_id] = position.first();
        core->streams[core->steps.key(stream)].push_back(position.first());
        core->log.insert_or_assign(
            position.first(),
            Core::Entry{
                {event.event_id, stream, version, position, event.timestamp, event.metadata, event.payload}, handle
            }
        );
    }

    [[nodiscard]] annals::Version version_of(annals::StreamName const& stream) const {
        auto const found = core->streams.find(core->steps.key(stream));
        return annals::Version{found == core->streams.end() ? 0 : static_cast<std::int64_t>(found->second.size())};
    }
    [[nodiscard]] annals::Position last_position() const {
        return annals::Position{core->log.empty() ? 0 : core->log.rbegin()->first};
    }

    [[nodiscard]] Events stream_events(annals::StreamName const& stream, annals::Version after) const {
        Events events;
        auto const found = core->streams.find(core->steps.key(stream));
        if (found != core->streams.end()) {
            for (std::int64_t const position : found->second) {
                collect(events, core->log.at(position), [&](Event const& event) { return event.version > after; });
            }
        }
        return events;
    }
    [[nodiscard]] Events log_events(annals::Position after, std::size_t limit) const {
        Events events;
        for (auto at = core->log.upper_bound(after.first()); at != core->log.end() && events.size() < limit; ++at) {
            collect(events, at->second, [](Event const&) { return true; });
        }
        return events;
    }

    [[nodiscard]] Events
    filtered_events(annals::Position after, std::size_t limit, annals::EventFilter const& filter) const {
        if (filter.admits_all()) {
            return core->steps.read_log(*this, after, limit);
        }
        Events events = core->steps.read_log(*this, after, annals::all_events);
        std::erase_if(events, [&](Event const& event) { return !core->steps.is_wanted(filter, event); });
        return events.size() <= limit ? events : first_of(events, limit);
    }
    [[nodiscard]] static Events first_of(Events const& events, std::size_t count) {
        return {events.begin(), events.begin() + static_cast<std::ptrdiff_t>(count)};
    }

    std::shared_ptr<Core> core = std::make_shared<Core>();
    int handle = 0;

private:
    template <class Wanted>
    void collect(Events& events, Core::Entry const& entry, Wanted&& wanted) const {
        if (!entry.is_gone && wanted(entry.event) && core->steps.sees(handle, entry.author)) {
            events.push_back(entry.event);
            core->steps.keep(events.back());
        }
    }

    template <class Load>
    [[nodiscard]] annals::EventRange<Cursor> range(Load&& load) const {
        auto locked = [self = *this, load] {
            std::lock_guard const lock{self.core->mutex};
            return load();
        };
        auto const at = core->steps.shares_cursor ? core->shared_cursor : std::make_shared<std::size_t>(0);
        *at = 0;
        return annals::EventRange{Cursor{std::move(locked), at, core->ranges, core->steps}};
    }
};

static_assert(annals::FilteringEventStore<BreakableEventStore> && annals::TruncatableEventStore<BreakableEventStore>);

} // namespace annals_tests

#endif // ANNALS_TESTS_CONTRACT_BREAKABLE_EVENT_STORE_HPP
