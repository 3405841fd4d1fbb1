// SPDX-License-Identifier: MIT

#ifndef ANNALS_AGGREGATE_HPP
#define ANNALS_AGGREGATE_HPP

#include <annals/detail/aggregate_core.hpp>
#include <annals/detail/dispatch.hpp>

#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace annals {

namespace detail {

/// One pure virtual `apply_event` an event type, so that a class with a handler missing stays abstract.
template <class Events>
class EventHandlers;

template <class Event>
class EventHandlers<std::variant<Event>> {
public:
    EventHandlers() = default;
    EventHandlers(EventHandlers const&) = default;
    EventHandlers(EventHandlers&&) = default;
    EventHandlers& operator=(EventHandlers const&) = default;
    EventHandlers& operator=(EventHandlers&&) = default;
    virtual ~EventHandlers() = default;

protected:
    // clang-format off: compilers show this line when a handler is missing, so it says what to do
    virtual void apply_event(Event const& event) = 0; // annals: the aggregate needs `void apply_event(Event const&) override` for each event of its variant
    // clang-format on
};

template <class Event, class... Rest>
class EventHandlers<std::variant<Event, Rest...>> : public EventHandlers<std::variant<Rest...>> {
protected:
    using EventHandlers<std::variant<Rest...>>::apply_event;
    // clang-format off
    virtual void apply_event(Event const& event) = 0; // annals: the aggregate needs `void apply_event(Event const&) override` for each event of its variant
    // clang-format on
};

template <class Events>
struct CheckedEvents {
    static_assert(
        is_variant<Events>,
        "annals: the events of an aggregate are a std::variant: "
        "using OrderEvent = std::variant<OrderCreated, OrderShipped>"
    );
    static_assert(
        !is_variant<Events> || has_distinct_types<Events>,
        "annals: the event variant names one type twice: give each event a type of its own and name it once"
    );
    using type = std::conditional_t<has_distinct_types<Events>, Events, std::variant<std::monostate>>;
};

} // namespace detail

/// Base of an aggregate: derive from it, write commands that check and then `raise_event`, and one private
/// `apply_event` for each alternative of `Event`.
///
/// ```
/// class Order final : public annals::Aggregate<std::string, OrderEvent> {
/// public:
///     using Aggregate::Aggregate;
///     void ship(std::string tracking) { raise_event(OrderShipped{std::move(tracking)}); }
/// private:
///     void apply_event(OrderCreated const& e) override;
///     void apply_event(OrderShipped const& e) override;
/// };
/// ```
/// A forgotten handler leaves the class abstract, a handler for an event that is not in the variant overrides
/// nothing, and a variant that names a type twice is refused: none of them compiles.
///
/// `apply_event` changes the state and nothing else: it runs again each time the aggregate is loaded. One thread.
///
/// @tparam Id     the identity, see `AggregateId`
/// @tparam Event  a `std::variant` of event types
template <AggregateId Id, class Event>
class Aggregate : private detail::EventHandlers<typename detail::CheckedEvents<Event>::type>,
                  public detail::AggregateCore<Id, Event> {
public:
    /// A new aggregate, without events.
    explicit Aggregate(Id id) : detail::AggregateCore<Id, Event>{std::move(id)} {}

    /// Applies one stored event.
    ///
    /// A new aggregate may begin at any version with an event whose type has `static constexpr bool closes_books =
    /// true`. The handler of such an event sets the whole state, whatever it was before.
    /// @throws CorruptData  if `version` does not follow the aggregate's; nothing has changed then
    /// @throws UsageError   if there are uncommitted events
    void replay(Version version, Event const& event) {
        this->replay_with(version, event, [&] { apply(event); });
    }

    /// Applies what one stored event has become, see `event_history`: several events, or none.
    /// @throws CorruptData, UsageError  as above
    void replay(Version version, std::vector<Event> const& events) {
        this->replay_with(version, events, [&] {
            for (Event const& event : events) {
                apply(event);
            }
        });
    }

    /// Applies stored events, oldest first: a range of `SourcedEvent<Event>`.
    /// @throws UsageError       if an event belongs to another aggregate, or there are uncommitted events
    /// @throws StreamTruncated  if the first event is none that the history may begin with
    /// @throws CorruptData      if a version is missing or stands twice
    template <class History>
    void load_from_history(History&& history) {
        this->replay_each(history, [this](Version version, Event const& event) { replay(version, event); });
    }

protected:
    /// Applies `event` to this object and keeps it to be stored by the next save. `version()` stays as it is.
    ///
    /// If the handler throws, the event is not kept.
    template <class E>
    void raise_event(E event) {
        static_assert(
            detail::count_in<E, Event> == 1,
            "annals: this event is not in the aggregate's variant: add its type to the std::variant"
        );
        if constexpr (detail::count_in<E, Event> == 1) {
            this->raise_with(Event{std::move(event)}, [this](Event const& raised) { apply(raised); });
        }
    }

private:
    void apply(Event const& event) {
        detail::dispatch(event, [this](auto const& alternative) { this->apply_event(alternative); });
    }
};

} // namespace annals

#endif // ANNALS_AGGREGATE_HPP
