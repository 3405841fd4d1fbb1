// SPDX-License-Identifier: MIT

#ifndef ANNALS_AS_OF_HPP
#define ANNALS_AS_OF_HPP

#include <annals/event_range.hpp>
#include <annals/projection.hpp>
#include <annals/sourced_event.hpp>

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

namespace annals {

/// The last event of the past that one looks at.
template <class Limit>
concept AsOf = std::same_as<Limit, Version> || std::same_as<Limit, Timestamp> || std::same_as<Limit, Position>;

namespace detail {

template <class Range, AsOf Limit>
class UntilCursor {
public:
    using value_type = std::remove_cvref_t<decltype(*std::declval<Range&>().begin())>;

    UntilCursor(Range range, Limit limit) : range_{std::move(range)}, limit_{limit} {}

    [[nodiscard]] value_type const* next() {
        if (is_over_) {
            return nullptr;
        }
        if (at_) {
            ++*at_;
        } else {
            at_.emplace(range_.begin());
        }
        is_over_ = *at_ == range_.end() || is_beyond(**at_);
        return is_over_ ? nullptr : &**at_;
    }

private:
    [[nodiscard]] bool is_beyond(value_type const& event) const {
        if constexpr (std::same_as<Limit, Version>) {
            return event.version > limit_;
        } else if constexpr (std::same_as<Limit, Timestamp>) {
            return event.timestamp > limit_;
        } else {
            return event.position > limit_;
        }
    }

    Range range_;
    Limit limit_;
    std::optional<decltype(std::declval<Range&>().begin())> at_; // nothing: not begun
    bool is_over_ = false;
};

} // namespace detail

/// The events of a range before the first that lies beyond `limit`: a version or a UTC time for those of a stream, a
/// position for those of the log. Nothing behind that event is read but what is in its page.
///
/// `for (auto const& event : annals::until(orders.get_events("order-123"), annals::Version{7}))`
///
/// A time is compared with that at which an event was raised, by the clock of whoever raised it. Where these clocks
/// differ, later events of a stream may carry earlier times; they are left out all the same.
template <class Range, AsOf Limit>
[[nodiscard]] auto until(Range range, Limit limit) {
    return EventRange{detail::UntilCursor<Range, Limit>{std::move(range), limit}};
}

/// Folds the events up to `last` into a projection that is not kept: it is as it was when that was the end of the log.
///
/// Otherwise as `project`. To see a read model as of a time, look up the position of the last event of that time.
/// @returns the position of the last event that it took; the start if there was none
template <FilteringEventStore Store, class P>
Position project_as_of(Store const& store, P& projection, Position last) {
    Position taken{};
    if constexpr (detail::check_projection<P>()) {
        using Handlers = detail::HandlersOf<P>;
        for (auto const& event : until(store.read_all({}, all_events, Handlers::filter()), last)) {
            Handlers::take(projection, event, false);
            taken = event.position;
        }
    }
    return taken;
}

} // namespace annals

#endif // ANNALS_AS_OF_HPP
