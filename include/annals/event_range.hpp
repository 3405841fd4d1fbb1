// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_RANGE_HPP
#define ANNALS_EVENT_RANGE_HPP

#include <concepts>
#include <cstddef>
#include <iterator>
#include <type_traits>
#include <utility>

namespace annals {

/// Something that hands out events one after another: `next()` returns the next one, or null at the end.
///
/// What the pointer shows is valid until the next call.
template <class C>
concept EventCursor = std::move_constructible<C> && requires(C& cursor) {
    typename C::value_type;
    { cursor.next() } -> std::same_as<typename C::value_type const*>;
};

/// A single-pass range over a cursor, for `for (auto const& event : store.read_all())`.
///
/// It can be walked once, and holds as many events at a time as the cursor does, never the whole. One thread.
template <EventCursor Cursor>
class EventRange {
public:
    using value_type = typename Cursor::value_type;

    class iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using iterator_category = std::input_iterator_tag;
        using value_type = typename Cursor::value_type;
        using difference_type = std::ptrdiff_t;
        using pointer = value_type const*;
        using reference = value_type const&;

        iterator() = default;
        explicit iterator(EventRange& range) : range_{&range} {}

        [[nodiscard]] reference operator*() const { return *range_->current_; }
        [[nodiscard]] pointer operator->() const { return range_->current_; }
        iterator& operator++() {
            range_->current_ = range_->cursor_.next();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] friend bool operator==(iterator const& at, std::default_sentinel_t) { return at.is_at_end(); }

    private:
        [[nodiscard]] bool is_at_end() const noexcept { return range_->current_ == nullptr; }

        EventRange* range_ = nullptr;
    };

    explicit EventRange(Cursor cursor) : cursor_{std::move(cursor)} {}

    /// Before `begin()`; iterators point into the range.
    EventRange(EventRange&&) noexcept = default;
    EventRange(EventRange const&) = delete;
    EventRange& operator=(EventRange const&) = delete;
    EventRange& operator=(EventRange&&) = delete;
    ~EventRange() = default;

    /// Reads the first event. To be called once, and before that the range may be moved.
    [[nodiscard]] iterator begin() {
        current_ = cursor_.next();
        return iterator{*this};
    }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    Cursor cursor_;
    value_type const* current_ = nullptr;
};

} // namespace annals

#endif // ANNALS_EVENT_RANGE_HPP
