// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_SPEC_HPP
#define ANNALS_TESTING_SPEC_HPP

#include <annals/concepts/aggregate_root.hpp>
#include <annals/detail/dispatch.hpp>
#include <annals/detail/type_name.hpp>
#include <annals/event_name.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace annals::testing {

/// An aggregate does not do what its `Spec` says.
class SpecFailure : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Given these events, when that command, then those events: a test of an aggregate that reads as a sentence.
///
/// ```
/// Spec<Order>{"order-1"}
///     .given(OrderCreated{"customer-1"}, ItemAdded{"book", 1})
///     .when([](Order& order) { order.ship("TRK-1"); })
///     .then(OrderShipped{"TRK-1"});
/// ```
/// For a `Decider` a command object will do: `.when(ShipOrder{"TRK-1"})`. Whatever is not as said throws
/// `SpecFailure`, in words; no test framework is needed. Events are compared by `==`, and shown if they have `<<`.
///
/// One thread. A `Spec` is used up by one `when`.
template <AggregateRoot A>
class Spec {
    using Event = typename A::event_type;

    template <class E>
    static constexpr bool is_event = annals::detail::count_in<E, Event> == 1;

public:
    explicit Spec(typename A::id_type id) : aggregate_{id} {}

    /// What has happened before. May be called several times, each adding to the history.
    template <class... Events>
    Spec& given(Events const&... events) {
        static_assert((is_event<Events> && ...), "annals: given() takes events of the aggregate's std::variant");
        if constexpr ((is_event<Events> && ...)) {
            (aggregate_.replay(aggregate_.version().next(), Event{events}), ...);
        }
        return *this;
    }

    /// What is done now: a function that takes `A&`, or a command of a `Decider`. `then...` says what comes of it.
    template <class Command>
    [[nodiscard]] Spec& when(Command const& command) {
        try {
            if constexpr (std::invocable<Command const&, A&>) {
                command(aggregate_);
            } else {
                constexpr bool is_command = requires { aggregate_.handle(command); };
                static_assert(
                    is_command, "annals: when() takes a function of the aggregate, or a command of its decider"
                );
                if constexpr (is_command) {
                    aggregate_.handle(command);
                }
            }
        } catch (...) {
            thrown_ = std::current_exception();
        }
        return *this;
    }

    /// These events were raised, in this order, and no others.
    /// @throws SpecFailure  if not, or if the command has thrown
    template <class... Events>
    void then(Events const&... events) const {
        static_assert((is_event<Events> && ...), "annals: then() takes events of the aggregate's std::variant");
        static_assert(
            (std::equality_comparable<Events> && ...),
            "annals: then() compares events: give each `bool operator==(TheEvent const&) const = default;`"
        );
        if constexpr ((is_event<Events> && ...) && (std::equality_comparable<Events> && ...)) {
            require_not_thrown("the events " + list({describe(events)...}));
            auto const raised = aggregate_.uncommitted_events();
            std::size_t index = 0;
            (require_same(index++, events), ...);
            if (raised.size() > index) {
                throw SpecFailure{
                    "expected no more than " + count(index) + ", but there is " + describe(raised[index].payload) +
                    "\n  raised: " + raised_events()
                };
            }
        }
    }

    /// No event was raised, and nothing thrown.
    void then_nothing() const {
        require_not_thrown("nothing");
        if (!aggregate_.uncommitted_events().empty()) {
            throw SpecFailure{"expected nothing, but raised: " + raised_events()};
        }
    }

    /// The command has thrown an exception of type `Exception`.
    /// @param text  what its message must contain
    template <class Exception>
    void then_throws(std::string_view text = {}) const {
        std::string const expected = "expected " + std::string{annals::detail::unqualified_name<Exception>()};
        if (!thrown_) {
            throw SpecFailure{expected + ", but the command succeeded and raised: " + raised_events()};
        }
        try {
            std::rethrow_exception(thrown_);
        } catch (Exception const& error) {
            if constexpr (std::derived_from<Exception, std::exception>) {
                std::string_view const message = error.what();
                if (message.find(text) == std::string_view::npos) {
                    throw SpecFailure{
                        expected + " with '" + std::string{text} + "', but its message is '" + std::string{message} +
                        "'"
                    };
                }
            } else if (!text.empty()) {
                throw SpecFailure{expected + " with a message, but it is no std::exception"};
            }
        } catch (...) {
            throw SpecFailure{expected + ", but the command threw " + thrown_text()};
        }
    }

    /// The aggregate after the command, to ask it what its events do not tell.
    [[nodiscard]] A const& aggregate() const noexcept { return aggregate_; }

private:
    template <class E>
    [[nodiscard]] static std::string describe(E const& event) {
        if constexpr (std::same_as<E, Event>) {
            return annals::detail::dispatch(event, [](auto const& alternative) { return describe(alternative); });
        } else {
            std::string text{event_name<E>};
            if constexpr (requires(std::ostream& stream) { stream << event; }) {
                std::ostringstream stream;
                stream << event;
                text += " " + stream.str();
            }
            return text;
        }
    }

    [[nodiscard]] static std::string list(std::vector<std::string> const& texts) {
        std::string all;
        for (std::string const& text : texts) {
            all += (all.empty() ? "" : ", ") + text;
        }
        return all.empty() ? "none" : all;
    }

    [[nodiscard]] static std::string count(std::size_t events) {
        return std::to_string(events) + (events == 1 ? " event" : " events");
    }

    [[nodiscard]] std::string raised_events() const {
        std::vector<std::string> texts;
        for (auto const& event : aggregate_.uncommitted_events()) {
            texts.push_back(describe(event.payload));
        }
        return list(texts);
    }

    [[nodiscard]] std::string thrown_text() const {
        try {
            std::rethrow_exception(thrown_);
        } catch (std::exception const& error) {
            return std::string{"'"} + error.what() + "'";
        } catch (...) {
            return "something that is no std::exception";
        }
    }

    void require_not_thrown(std::string const& expected) const {
        if (thrown_) {
            throw SpecFailure{"expected " + expected + ", but the command threw " + thrown_text()};
        }
    }

    template <class E>
    void require_same(std::size_t index, E const& expected) const {
        auto const raised = aggregate_.uncommitted_events();
        std::string const where = "expected event " + std::to_string(index + 1) + " to be " + describe(expected);
        if (index >= raised.size()) {
            throw SpecFailure{where + ", but there are " + count(raised.size()) + "\n  raised: " + raised_events()};
        }
        Event const& actual = raised[index].payload;
        E const* const same_type = std::get_if<E>(&actual);
        if (same_type == nullptr || !(*same_type == expected)) {
            throw SpecFailure{
                where + (same_type == nullptr ? ", but it is " : ", but its values differ: ") + describe(actual) +
                "\n  raised: " + raised_events()
            };
        }
    }

    A aggregate_;
    std::exception_ptr thrown_;
};

} // namespace annals::testing

#endif // ANNALS_TESTING_SPEC_HPP
