// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_SUPPORT_RESTORABLE_STORE_HPP
#define ANNALS_TESTS_UNIT_SUPPORT_RESTORABLE_STORE_HPP

#include <annals/memory.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace unit {

/// A store that can be taken back to what it held earlier, as by restoring a backup.
template <class Payload>
class RestorableStore {
public:
    using payload_type = Payload;
    using Event = annals::NewEvent<Payload>;

    annals::AppendResult
    append(annals::StreamName const& stream, annals::ExpectedVersion expected, std::span<Event const> events) {
        return now_->append(stream, expected, events);
    }
    std::vector<annals::AppendResult> append(std::span<annals::StreamAppend<Payload> const> commit) {
        return now_->append(commit);
    }
    auto get_events(annals::StreamName const& stream, annals::Version after = {}) const {
        return now_->get_events(stream, after);
    }
    auto read_all(annals::Position after, std::size_t limit) const { return now_->read_all(after, limit); }
    auto get_all_events() const { return now_->get_all_events(); }
    annals::Version stream_version(annals::StreamName const& stream) const { return now_->stream_version(stream); }
    annals::Position head() const { return now_->head(); }
    template <class State>
    auto snapshot_store() const {
        return now_->template snapshot_store<State>();
    }

    /// Back to the first `events`.
    void restore(std::size_t events) {
        auto then = std::make_unique<annals::InMemoryEventStore<Payload>>();
        for (auto const& event : now_->read_all({}, events)) {
            Event const again{event.event_id, event.timestamp, event.metadata, event.payload};
            then->append(event.stream, annals::ExpectedVersion::any(), std::span{&again, 1});
        }
        now_ = std::move(then);
    }

private:
    std::unique_ptr<annals::InMemoryEventStore<Payload>> now_ = std::make_unique<annals::InMemoryEventStore<Payload>>();
};

} // namespace unit

#endif // ANNALS_TESTS_UNIT_SUPPORT_RESTORABLE_STORE_HPP
