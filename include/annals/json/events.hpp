// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_EVENTS_HPP
#define ANNALS_JSON_EVENTS_HPP

#include <annals/detail/dispatch.hpp>
#include <annals/event_history.hpp>
#include <annals/event_name.hpp>
#include <annals/json/history.hpp>
#include <annals/json/history_rules.hpp>
#include <annals/json/requirements.hpp>
#include <annals/sourced_event.hpp>
#include <annals/stream_error.hpp>
#include <annals/unknown_event.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

// The events of a variant as the JSON codec knows them: the names that they are, or were, stored under.

namespace annals::detail {

/// How often `T` is stored under a name, its aliases included.
template <class T>
[[nodiscard]] constexpr std::size_t times_named(std::string_view name) noexcept {
    std::size_t times = std::size_t{event_name<T> == name};
    for (std::string_view const alias : event_aliases<T>) {
        times += std::size_t{alias == name};
    }
    return times;
}
/// Unknown events are stored under names of their own.
template <>
[[nodiscard]] constexpr std::size_t times_named<UnknownEvent>(std::string_view) noexcept {
    return 0;
}

template <class T>
inline constexpr bool has_storable_aliases = [] {
    for (std::string_view const alias : event_aliases<T>) {
        if (!is_storable_name(alias)) {
            return false;
        }
    }
    return true;
}();

template <class E>
struct RequireAliases {
    static_assert(has_storable_aliases<E>, "annals: a former name of this event is not one of 1 to 255 bytes");
    static constexpr bool value = has_storable_aliases<E>;
};
template <class E, bool IsOk>
struct RequireSteps {
    static_assert(
        IsOk,
        "annals: versions of this event have no step: list them in event_history (annals::NeverStored for one of which "
        "nothing was ever stored), and leave event_schema_version alone"
    );
    static constexpr bool value = IsOk;
};
template <class E, bool IsOk>
struct RequireWrittenVersion {
    static_assert(
        IsOk, "annals: written_schema_version of this event is none that its history has had events of, or none back to"
    );
    static constexpr bool value = IsOk;
};

/// What is asked of an event, beyond `require_json_payload`: names and history.
template <class Variant, class E>
consteval bool check_event() {
    if constexpr (!is_json_payload<E>) {
        return false;
    } else if constexpr (!RequireSteps < E, event_schema_version<E> == history_of<E>::size + 1 > ::value) {
        return false;
    } else {
        return RequireAliases<E>::value && check_history<Variant, E>() &&
               RequireWrittenVersion<E, check_written_version<E>()>::value;
    }
}

/// The alternatives of a variant and its retired events; none of anything else.
template <class Event, class Retired = retired_of<Event>>
struct JsonEvents {
    static constexpr std::size_t count = 0;
    static constexpr bool have_different_names = true;
    static constexpr bool are_payloads = true;
    static constexpr bool has_unknown = false;
    static constexpr bool are_split = false;
    static constexpr std::size_t named(std::string_view) noexcept { return 0; }
    static constexpr bool require_payloads() noexcept { return true; }
    static consteval bool check() { return true; }
};

template <class... Es, class... Rs>
struct JsonEvents<std::variant<Es...>, EventHistory<Rs...>> {
    using Event = std::variant<Es...>;

    static constexpr std::size_t count = sizeof...(Es);
    static constexpr bool has_unknown = (std::same_as<Es, UnknownEvent> || ...);
    /// Whether a stored event may be several.
    static constexpr bool are_split = (has_split<Event, history_of<Es>> || ...) ||
                                      has_split<Event, EventHistory<Rs...>> ||
                                      (has_split<Event, history_of<Rs>> || ...);

    static constexpr std::size_t named(std::string_view name) noexcept {
        return (times_named<Es>(name) + ... + 0) + (times_named<Rs>(name) + ... + 0);
    }
    template <class T>
    static consteval bool are_its_own() {
        for (std::string_view const alias : event_aliases<T>) {
            if (named(alias) != 1) {
                return false;
            }
        }
        return event_name<T>.empty() || std::same_as<T, UnknownEvent> || named(event_name<T>) == 1;
    }
    static constexpr bool have_different_names = (are_its_own<Es>() && ...) && (are_its_own<Rs>() && ...);
    static constexpr bool are_payloads = ((std::same_as<Es, UnknownEvent> || is_json_payload<Es>) && ...);

    static constexpr bool require_payloads() noexcept {
        return (require_payload<Es>() && ...) && (require_payload<Rs>() && ...);
    }
    static consteval bool check() {
        return ((std::same_as<Es, UnknownEvent> || check_event<Event, Es>()) && ...) && (check_retired<Rs>() && ...);
    }

    /// The names of stored events that may be an `E` now. Nobody knows what comes out of those that were split.
    template <class E>
    [[nodiscard]] static std::vector<std::string> names_of() {
        std::vector<std::string> names;
        auto const add = [&names]<class T>(bool may_be, std::type_identity<T>) {
            if (may_be) {
                names.emplace_back(event_name<T>);
                names.insert(names.end(), event_aliases<T>.begin(), event_aliases<T>.end());
            }
        };
        (..., add(std::same_as<Es, E> || has_split<Event, history_of<Es>>, std::type_identity<Es>{}));
        (...,
         add(std::same_as<upcast_t<Rs>, E> || is_split<Rs, Event> || has_split<Event, history_of<Rs>>,
             std::type_identity<Rs>{}));
        return names;
    }

    /// What is stored under an alias, as a retired event, or is not known.
    template <class Decoded>
    [[nodiscard]] static Decoded decode_renamed(SourcedEvent<EncodedPayload> const& stored) {
        std::optional<Decoded> decoded;
        auto const is_one = [&]<class T>(std::type_identity<T>) {
            if constexpr (is_retired<T, Event> || event_aliases<T>.size() > 0) {
                if (times_named<T>(stored.payload.type) > 0) {
                    decoded.emplace(decode_any_version<Decoded, T>(stored.payload));
                }
            }
            return decoded.has_value();
        };
        if ((... || is_one(std::type_identity<Es>{})) || (... || is_one(std::type_identity<Rs>{}))) {
            return *std::move(decoded);
        }
        if constexpr (has_unknown) {
            return as_decoded<Decoded>(UnknownEvent{stored.payload});
        } else {
            throw UnknownEventType{stored.stream, stored.version, stored.payload.type};
        }
    }

private:
    template <class E>
    static constexpr bool require_payload() noexcept {
        if constexpr (!std::same_as<E, UnknownEvent>) {
            require_json_payload<E>();
        }
        return true;
    }
    template <class R>
    static consteval bool check_retired() {
        constexpr bool has_heir = is_split<R, Event> || count_in<upcast_t<R>, Event> == 1;
        return check_event<Event, R>() && RequireHeir<R, Event, has_heir>::value;
    }
};

template <class Event>
inline constexpr bool are_json_events = is_variant<Event> && JsonEvents<Event>::have_different_names &&
                                        JsonEvents<Event>::are_payloads && JsonEvents<Event>::check();

template <class Event>
constexpr bool require_json_events() noexcept {
    static_assert(
        is_variant<Event>,
        "annals: JsonCodec is for a std::variant of event structs, as in std::variant<OrderCreated, OrderShipped>"
    );
    static_assert(
        JsonEvents<Event>::have_different_names,
        "annals: two events of this variant are stored under the same name: specialise annals::event_name for one of "
        "them, or take the name out of event_aliases or retired_events"
    );
    return JsonEvents<Event>::require_payloads();
}

} // namespace annals::detail

#endif // ANNALS_JSON_EVENTS_HPP
