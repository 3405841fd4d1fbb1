// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_HISTORY_RULES_HPP
#define ANNALS_JSON_HISTORY_RULES_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/event_history.hpp>
#include <annals/event_name.hpp>
#include <annals/json/form.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// What the JSON codecs ask of an `event_history`. Each wish is a class that is instantiated with the types it is about,
// so that the compiler names them beside the sentence, and whose `value` says whether it is granted.

namespace annals::detail {

template <class T>
using history_of = std::remove_const_t<decltype(event_history<T>)>;
template <class Variant>
using retired_of = std::remove_const_t<decltype(retired_events<Variant>)>;

template <class T>
inline constexpr std::size_t steps_of = static_cast<std::size_t>(history_of<T>::size);

template <class T, std::size_t I, class History>
struct StepAt;
template <class T, std::size_t I, class... Steps>
struct StepAt<T, I, EventHistory<Steps...>> {
    using type = std::tuple_element_t<I, std::tuple<Steps..., T>>;
};
/// What is listed for version `I` + 1 of `T`, which is `T` itself at the end.
template <class T, std::size_t I>
using step_t = typename StepAt<T, I, history_of<T>>::type;

template <class Step>
concept PayloadStep = requires(nlohmann::json& event) {
    { Step::upcast(event) } -> std::same_as<void>;
};
template <class Step>
concept PayloadStepBack = requires(nlohmann::json& event) {
    { Step::downcast(event) } -> std::same_as<void>;
};

template <class T, std::size_t I>
inline constexpr bool is_never_stored = std::same_as<step_t<T, I>, NeverStored>;
template <class T, std::size_t I>
inline constexpr bool is_payload_step = I < steps_of<T> && PayloadStep<step_t<T, I>>;
template <class T, std::size_t I>
inline constexpr bool is_struct = !is_never_stored<T, I> && !is_payload_step<T, I>;

/// The first version from `I` on of which there may be events.
template <class T, std::size_t I>
consteval std::size_t next_stored() {
    if constexpr (is_never_stored<T, I>) {
        return next_stored<T, I + 1>();
    } else {
        return I;
    }
}
/// The first version from `I` on that is a struct.
template <class T, std::size_t I>
consteval std::size_t next_struct() {
    if constexpr (is_struct<T, I>) {
        return I;
    } else {
        return next_struct<T, I + 1>();
    }
}

template <class Old>
struct UpcastOf {
    using type = void;
};
template <class Old>
    requires requires(Old const& old) { upcast(old); }
struct UpcastOf<Old> {
    using type = std::remove_cvref_t<decltype(upcast(std::declval<Old const&>()))>;
};
template <class Old>
using upcast_t = typename UpcastOf<Old>::type;

/// Whether an event of this former shape has become any number of events.
template <class Old, class Variant>
inline constexpr bool is_split = std::same_as<upcast_t<Old>, std::vector<Variant>>;

template <class Variant, class History>
inline constexpr bool has_split = false;
template <class Variant, class... Steps>
inline constexpr bool has_split<Variant, EventHistory<Steps...>> = (is_split<Steps, Variant> || ...);

template <class T, bool IsOk>
struct RequireDistinctSteps {
    static_assert(IsOk, "annals: a type stands twice in this history, or in its own: each step is a type of its own");
    static constexpr bool value = IsOk;
};
template <class Step, bool IsOk>
struct RequireFormOfStep {
    static_assert(
        IsOk, "annals: a former shape of this event has no JSON form: keep its ANNALS_FIELDS, or how it was mapped then"
    );
    static constexpr bool value = IsOk;
};
template <class Struct, class Step, bool IsOk>
struct RequirePayloadStepsFirst {
    static_assert(
        IsOk,
        "annals: this history has a step over the payload behind a struct: behind a struct come structs, so make it a "
        "struct with an `upcast` of its own"
    );
    static constexpr bool value = IsOk;
};
template <class From, class To, bool IsOk>
struct RequireUpcast {
    static_assert(
        IsOk,
        "annals: a step of this event's history leads nowhere: write `To upcast(From const&)` beside it, To being the "
        "next of its history, the event, or a std::vector of the variant"
    );
    static constexpr bool value = IsOk;
};
template <class From, class To, bool IsOk>
struct RequireDowncast {
    static_assert(
        IsOk,
        "annals: written_schema_version of this event has no way back: write `To downcast(From const&)` beside it for "
        "each step of its history down to that version"
    );
    static constexpr bool value = IsOk;
};
template <class Retired, class Variant, bool IsOk>
struct RequireHeir {
    static_assert(
        IsOk,
        "annals: a retired event leads nowhere: write `To upcast(Retired const&)` beside it, To being an event of the "
        "variant or a std::vector of the variant"
    );
    static constexpr bool value = IsOk;
};

template <class T, class... Steps>
consteval bool are_distinct(EventHistory<Steps...> const&) {
    using All = std::variant<T, Steps...>;
    return (... && (std::same_as<Steps, NeverStored> || count_in<Steps, All> == 1));
}

template <class Variant, class T, std::size_t I>
consteval bool check_step() {
    if constexpr (!is_struct<T, I>) {
        return true;
    } else {
        using Step = step_t<T, I>;
        constexpr std::size_t next = next_stored<T, I + 1>();
        using Next = step_t<T, next>;
        if constexpr (is_split<Step, Variant>) {
            return RequireFormOfStep<Step, has_json_form<Step>>::value;
        } else {
            return RequireFormOfStep<Step, has_json_form<Step>>::value &&
                       RequirePayloadStepsFirst<Step, Next, !is_payload_step<T, next>>::value && RequireUpcast < Step,
                   Next, is_payload_step<T, next> || std::same_as < upcast_t<Step>, Next >> ::value;
        }
    }
}

/// Whether all that is listed for `T` leads to it, or to events of `Variant`.
template <class Variant, class T>
consteval bool check_history() {
    if constexpr (!RequireDistinctSteps<T, are_distinct<T>(history_of<T>{})>::value) {
        return false;
    } else {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (... && check_step<Variant, T, I>());
        }(std::make_index_sequence<steps_of<T>>{});
    }
}

template <class T, std::size_t I>
consteval bool check_step_back() {
    using Step = step_t<T, I>;
    using Next = step_t<T, next_stored<T, I + 1>()>;
    if constexpr (is_never_stored<T, I>) {
        return true;
    } else if constexpr (is_payload_step<T, I>) {
        return RequireDowncast<Next, Step, PayloadStepBack<Step>>::value;
    } else {
        constexpr bool leads_back = requires(Next const& next) {
            { downcast(next) } -> std::same_as<Step>;
        };
        return RequireDowncast<Next, Step, leads_back>::value;
    }
}

/// Whether there is a way back to the version that events of type `E` are written in.
template <class E>
consteval bool check_written_version() {
    constexpr std::int32_t written = written_schema_version<E>;
    if constexpr (written == event_schema_version<E>) {
        return true;
    } else if constexpr (written < 1 || written > history_of<E>::size) {
        return false;
    } else if constexpr (constexpr auto first = static_cast<std::size_t>(written - 1); is_never_stored<E, first>) {
        return false;
    } else {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return (... && check_step_back<E, first + I>());
        }(std::make_index_sequence<steps_of<E> - first>{});
    }
}

} // namespace annals::detail

#endif // ANNALS_JSON_HISTORY_RULES_HPP
