// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_FEED_HPP
#define ANNALS_EVENT_FEED_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/detail/event_type_of.hpp>
#include <annals/detail/log_page.hpp>
#include <annals/detail/runner_control.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace annals {

/// Where to begin.
class FeedStart {
public:
    /// With the first event.
    [[nodiscard]] static FeedStart beginning() { return FeedStart{Position{}}; }
    /// With what is appended from now on.
    [[nodiscard]] static FeedStart end() { return FeedStart{std::nullopt}; }
    /// With the event behind that position. If the log ends before it, with what comes behind it one day: whoever may
    /// meet a restored, older log keeps an event's id as well and looks.
    [[nodiscard]] static FeedStart after(Position position) { return FeedStart{position}; }

    /// Nothing for the end.
    [[nodiscard]] std::optional<Position> position() const noexcept { return position_; }

private:
    explicit FeedStart(std::optional<Position> position) : position_{position} {}

    std::optional<Position> position_;
};

/// What a feed hands out.
struct FeedOptions {
    FeedStart start = FeedStart::beginning();
    EventFilter filter{};
    std::optional<StreamName> stream{};  ///< of this stream alone
    std::size_t batch = 500;             ///< events read at a time, at most
    std::chrono::milliseconds poll{100}; ///< how often it looks for events while no hint comes
    AppendHint hint{};                   ///< none: by the store itself where it has one, else polling alone
};

/// The events of a store, those to come included: for code that asks for them one by one.
///
/// `while (auto const* event = feed.next(1s)) ...` hands out each event once, in global order, without a gap between
/// what was there and what came later. It keeps its place in memory only, see `position()`.
///
/// One thread, but `interrupt`. The store must outlive it. At most `batch` events, and some megabytes, are in memory.
template <class Store>
class EventFeed {
public:
    using Event = SourcedEvent<typename Store::payload_type>;

    /// @throws UsageError  if `batch` or `poll` is not above 0
    explicit EventFeed(Store& store, FeedOptions options = {}) : store_{store}, options_{std::move(options)} {
        if (options_.batch == 0 || options_.poll <= std::chrono::milliseconds{0}) {
            throw UsageError{"annals: a feed needs a batch and a polling interval above 0"};
        }
        reading_.batch = options_.batch;
        page_.end = options_.start.position() ? *options_.start.position() : store_.head();
        position_ = page_.end;
        if (!options_.hint) {
            options_.hint = detail::hint_of(store);
        }
    }
    EventFeed(EventFeed const&) = delete;
    EventFeed& operator=(EventFeed const&) = delete;
    ~EventFeed() = default;

    /// The next event, waited for if need be: so long, and once as long as a call of the store may take. Valid until
    /// the next call.
    /// @returns null if none came in that time, or since `interrupt` was called
    /// @throws what the store throws; the same event is next then
    [[nodiscard]] Event const* next(std::chrono::milliseconds time) {
        auto const until = std::chrono::steady_clock::now() + time;
        while (!control_.is_stopping()) {
            if (at_ < page_.events.size()) {
                position_ = page_.events[at_].position;
                return &page_.events[at_++];
            }
            position_ = page_.end;
            read();
            if (!page_.events.empty()) {
                continue;
            }
            position_ = page_.end;
            auto const now = std::chrono::steady_clock::now();
            if (now >= until) {
                break;
            }
            if (page_.reaches_head) {
                auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
                control_.wait_for_events(options_.hint, left < options_.poll ? left : options_.poll);
            }
        }
        return nullptr;
    }

    /// Whether there was nothing behind the last event when that was read.
    [[nodiscard]] bool is_caught_up() const noexcept { return at_ == page_.events.size() && page_.reaches_head; }

    /// All up to here was handed out, or is not wanted: `FeedStart::after(position())` goes on from here.
    [[nodiscard]] Position position() const noexcept { return position_; }

    /// Ends the wait of `next`, for ever. From any thread.
    void interrupt() { control_.stop(); }

private:
    void read() {
        page_ = options_.stream ? read_stream() : detail::read_page(store_, page_.end, options_.filter, reading_);
        at_ = 0;
    }

    [[nodiscard]] detail::LogPage<typename Store::payload_type> read_stream() {
        auto page = decltype(page_)::at(page_.end, {});
        page.reaches_head = true;
        Version version = version_;
        for (auto const& event : store_.get_events(*options_.stream, version_)) {
            version = event.version;
            bool const is_wanted = options_.filter.admits(event.aggregate_type(), detail::event_type_of(event.payload));
            if (is_wanted && event.position > page_.end) {
                page.events.push_back(event);
            }
            page.end = event.position;
            if (page.events.size() == options_.batch) {
                page.reaches_head = false;
                break;
            }
        }
        version_ = version;
        return page;
    }

    Store& store_;
    FeedOptions options_;
    ProjectionOptions reading_;
    detail::RunnerControl control_;
    detail::LogPage<typename Store::payload_type> page_;
    std::size_t at_ = 0;
    Version version_; ///< read up to here, of a single stream
    Position position_;
};

} // namespace annals

#endif // ANNALS_EVENT_FEED_HPP
