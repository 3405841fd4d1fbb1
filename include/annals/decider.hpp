// SPDX-License-Identifier: MIT

#ifndef ANNALS_DECIDER_HPP
#define ANNALS_DECIDER_HPP

#include <annals/detail/aggregate_core.hpp>
#include <annals/detail/dispatch.hpp>
#include <annals/event_name.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace annals {

/// An aggregate made of a plain state and free functions, found beside it by argument-dependent lookup:
///
/// ```
/// struct OrderState { int items = 0; };
/// void evolve(OrderState& state, ItemAdded const& e) { state.items += e.quantity; }           // one an event
/// std::vector<OrderEvent> decide(OrderState const& state, AddItem const& c) { ... }           // one a command
/// using Order = annals::Decider<std::string, OrderState, OrderEvent>;
/// orders.transact("order-1", [](Order& o) { o.handle(AddItem{...}); });
/// ```
/// `decide` returns a range of events (none: nothing to do), or a single event, or throws the domain's own error.
/// The streams are of type `aggregate_type<State>`. Its snapshots are copies of the state. One thread.
///
/// @tparam Id     the identity, see `AggregateId`
/// @tparam State  default-constructible and copyable; its default is the state before the first event
/// @tparam Event  a `std::variant` of event types
template <AggregateId Id, std::copyable State, class Event>
    requires std::default_initializable<State>
class Decider : public detail::AggregateCore<Id, Event> {
    static_assert(detail::is_variant<Event>, "annals: the events of a decider are a std::variant");
    static_assert(
        !detail::is_variant<Event> || detail::has_distinct_types<Event>,
        "annals: the event variant names one type twice: give each event a type of its own and name it once"
    );

public:
    /// A new aggregate, without events.
    explicit Decider(Id id) : detail::AggregateCore<Id, Event>{std::move(id)} {}

    [[nodiscard]] State const& state() const noexcept { return state_; }

    /// Runs `decide(state(), command)` and raises what it returns.
    ///
    /// If a handler throws, the events before it stay raised; throw from `decide` to refuse a command.
    template <class Command>
    void handle(Command const& command) {
        constexpr bool is_decided = requires { decide(std::as_const(state_), command); };
        static_assert(
            is_decided,
            "annals: the decider needs `decide(State const&, Command const&)` beside its state, for each command"
        );
        if constexpr (is_decided) {
            auto decided = decide(std::as_const(state_), command);
            if constexpr (std::convertible_to<decltype(decided), Event>) {
                raise(std::move(decided));
            } else {
                for (auto& event : decided) {
                    raise(std::move(event));
                }
            }
        }
    }

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

    /// For repositories.
    [[nodiscard]] State const& snapshot() const noexcept { return state_; }
    /// For repositories.
    void restore(State state) { state_ = std::move(state); }

private:
    void raise(Event event) {
        this->raise_with(std::move(event), [this](Event const& raised) { apply(raised); });
    }
    void apply(Event const& event) {
        detail::dispatch(event, [this](auto const& alternative) {
            constexpr bool is_evolved = requires { evolve(state_, alternative); };
            static_assert(
                is_evolved,
                "annals: the decider needs `void evolve(State&, Event const&)` beside its state, for each event of "
                "its variant"
            );
            if constexpr (is_evolved) {
                static_assert(
                    std::is_void_v<decltype(evolve(state_, alternative))>,
                    "annals: `evolve` of a decider changes the state that it is given and returns nothing"
                );
                evolve(state_, alternative);
            }
        });
    }

    State state_{};
};

/// A decider's streams are named after its state.
template <class Id, class State, class Event>
inline constexpr std::string_view aggregate_type<Decider<Id, State, Event>> = aggregate_type<State>;

} // namespace annals

#endif // ANNALS_DECIDER_HPP
