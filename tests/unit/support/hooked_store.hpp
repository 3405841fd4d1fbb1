// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_SUPPORT_HOOKED_STORE_HPP
#define ANNALS_TESTS_UNIT_SUPPORT_HOOKED_STORE_HPP

#include <annals/concepts/event_store.hpp>
#include <annals/event_range.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace unit {

/// Passes everything on to a store, counts it, and lets a test break in before and after each append.
template <class Store>
class HookedStore {
public:
    using payload_type = typename Store::payload_type;

    explicit HookedStore(Store& store) : store_{&store} {}

    std::function<void()> before_append; ///< what it throws, the append throws, and nothing was written
    std::function<void()> after_append;  ///< what it throws, the append throws, and everything was written
    std::function<void()> before_read;   ///< of a stream

    std::size_t appends = 0;                           ///< calls of `append`, refused ones included
    std::vector<std::vector<annals::EventId>> sent;    ///< the event ids of each
    std::vector<annals::ExpectedVersion> expectations; ///< of the first stream of each
    mutable std::size_t events_read = 0;               ///< events handed out by `get_events`

    annals::AppendResult append(
        annals::StreamName const& stream,
        annals::ExpectedVersion expected,
        std::span<annals::NewEvent<payload_type> const> events
    ) {
        annals::StreamAppend<payload_type> const commit{stream, expected, events};
        return append(std::span{&commit, 1}).front();
    }

    std::vector<annals::AppendResult> append(std::span<annals::StreamAppend<payload_type> const> commit) {
        ++appends;
        std::vector<annals::EventId>& ids = sent.emplace_back();
        for (auto const& part : commit) {
            for (auto const& event : part.events) {
                ids.push_back(event.event_id);
            }
        }
        if (!commit.empty()) {
            expectations.push_back(commit.front().expected);
        }
        if (before_append) {
            before_append();
        }
        auto results = store_->append(commit);
        if (after_append) {
            after_append();
        }
        return results;
    }

    [[nodiscard]] auto get_events(annals::StreamName const& stream, annals::Version after = {}) const {
        if (before_read) {
            before_read();
        }
        return annals::EventRange{CountingCursor{store_->get_events(stream, after), events_read}};
    }
    [[nodiscard]] auto read_all(annals::Position after = {}, std::size_t limit = annals::all_events) const {
        return store_->read_all(after, limit);
    }
    [[nodiscard]] auto get_all_events() const { return store_->get_all_events(); }
    [[nodiscard]] annals::Version stream_version(annals::StreamName const& stream) const {
        return store_->stream_version(stream);
    }
    [[nodiscard]] annals::Position head() const { return store_->head(); }

    template <class State>
    [[nodiscard]] auto snapshot_store() const {
        return store_->template snapshot_store<State>();
    }

private:
    using Range = decltype(std::declval<Store const&>().get_events(std::declval<annals::StreamName const&>(), {}));

    class CountingCursor {
    public:
        using value_type = annals::SourcedEvent<payload_type>;

        CountingCursor(Range events, std::size_t& count)
            : events_{std::make_unique<Range>(std::move(events))}, count_{&count} {}

        value_type const* next() {
            if (at_) {
                ++*at_;
            } else {
                at_.emplace(events_->begin());
            }
            if (*at_ == events_->end()) {
                return nullptr;
            }
            ++*count_;
            return &**at_;
        }

    private:
        std::unique_ptr<Range> events_; // the iterator points into it
        std::optional<typename Range::iterator> at_;
        std::size_t* count_;
    };

    Store* store_;
};

} // namespace unit

#endif // ANNALS_TESTS_UNIT_SUPPORT_HOOKED_STORE_HPP
