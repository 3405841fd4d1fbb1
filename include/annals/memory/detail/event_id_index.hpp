// SPDX-License-Identifier: MIT

#ifndef ANNALS_MEMORY_DETAIL_EVENT_ID_INDEX_HPP
#define ANNALS_MEMORY_DETAIL_EVENT_ID_INDEX_HPP

#include <annals/event_id.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace annals::detail {

/// Finds events by their ids.
///
/// Ids of version 7 grow with time, so nearly each is greater than all before: it is known at a glance to be new, and
/// the events are sorted as they come. The others, of threads that were overtaken or of another make, are hashed.
template <class Event>
class EventIdIndex {
public:
    /// Null if there is none.
    [[nodiscard]] Event const* find(EventId const& id) const {
        if (is_newest(id)) {
            return nullptr;
        }
        auto const at = lower_bound(id);
        if (at != sorted_.end() && (*at)->event_id == id) {
            return *at;
        }
        auto const other = others_.find(id);
        return other == others_.end() ? nullptr : other->second;
    }

    /// Makes room for events with such ids, so that inserting them cannot fail. Room that stays unused does no harm.
    /// @param count  how many there will be at most; the ids may come in several calls
    template <class Events>
    void reserve(Events const& events, std::size_t count) {
        if (sorted_.capacity() - sorted_.size() < count) {
            std::size_t const needed = sorted_.size() + count;
            sorted_.reserve(needed > 2 * sorted_.capacity() ? needed : 2 * sorted_.capacity());
        }
        for (auto const& event : events) {
            if (!is_newest(event.event_id)) {
                others_.try_emplace(event.event_id, nullptr);
            }
        }
    }

    /// @pre  room was reserved, and the id is not there
    void insert(Event const& event) noexcept {
        if (is_newest(event.event_id)) {
            sorted_.push_back(&event);
        } else if (auto const other = others_.find(event.event_id); other != others_.end()) {
            other->second = &event;
        } else {
            sorted_.insert(lower_bound(event.event_id), &event); // its commit does not name its ids in order
        }
    }

private:
    struct Hash {
        [[nodiscard]] std::size_t operator()(EventId const& id) const noexcept {
            auto const words = std::bit_cast<std::array<std::uint64_t, 2>>(id);
            return static_cast<std::size_t>(words[0] * 31U + words[1]);
        }
    };

    [[nodiscard]] bool is_newest(EventId const& id) const noexcept {
        return sorted_.empty() || sorted_.back()->event_id < id;
    }
    /// The first that is not below `id`.
    [[nodiscard]] auto lower_bound(EventId const& id) const noexcept {
        auto at = sorted_.begin();
        for (auto left = sorted_.end() - at; left > 0;) {
            auto const half = left / 2;
            bool const is_below = at[half]->event_id < id;
            at += is_below ? half + 1 : 0;
            left = is_below ? left - half - 1 : half;
        }
        return at;
    }

    std::vector<Event const*> sorted_;
    std::unordered_map<EventId, Event const*, Hash> others_; ///< null: room for one that did not come
};

} // namespace annals::detail

#endif // ANNALS_MEMORY_DETAIL_EVENT_ID_INDEX_HPP
