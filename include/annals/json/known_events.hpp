// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_KNOWN_EVENTS_HPP
#define ANNALS_JSON_KNOWN_EVENTS_HPP

#include <annals/detail/type_name.hpp>
#include <annals/event_history.hpp>
#include <annals/event_name.hpp>
#include <annals/json/codec.hpp>
#include <annals/json/example.hpp>
#include <annals/json/history_rules.hpp>
#include <annals/json/schema_text.hpp>
#include <annals/unknown_event.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What the code says of the events of an application, as values.

namespace annals::detail {

/// One version of an event.
struct KnownVersion {
    std::string type_name; ///< of its struct
    bool was_stored = true;
    nlohmann::json schema; ///< null if it has no struct
    nlohmann::json example;
};

/// An event of a variant, or a retired one.
struct KnownEvent {
    std::string name;
    std::string type_name;
    void const* type{}; ///< the same for the same type alone
    std::vector<std::string> aliases;
    bool is_retired = false;
    std::vector<KnownVersion> versions; ///< from 1

    /// Why a payload is not decoded, or comes back changed; empty if neither.
    std::string (*trouble_with)(EncodedPayload const& payload){};

    [[nodiscard]] bool is_stored_as(std::string const& stored_name) const {
        return stored_name == name || std::find(aliases.begin(), aliases.end(), stored_name) != aliases.end();
    }
};

template <class T, bool IsKnown>
struct RequireShape {
    static_assert(
        IsKnown,
        "annals: the catalogue does not know the JSON of this type: list its fields with ANNALS_FIELDS, or specialise "
        "annals::json_schema for it"
    );
    static constexpr bool value = IsKnown;
};

template <class T>
inline constexpr char type_mark{};

/// A type's name in C++; the stored one if it has none that is the same for every compiler.
template <class T>
[[nodiscard]] std::string type_name_of() {
    return std::string{unqualified_name<T>().empty() ? event_name<T> : unqualified_name<T>()};
}

template <class E, std::size_t I>
[[nodiscard]] KnownVersion known_version() {
    using Step = step_t<E, I>;
    KnownVersion version{type_name_of<Step>(), !is_never_stored<E, I>, nullptr, nullptr};
    if constexpr (is_struct<E, I>) {
        constexpr bool is_known = has_shape<Step>();
        static_cast<void>(RequireShape<Step, is_known>::value);
        if constexpr (is_known) {
            version.schema = schema_of<Step>();
            version.example = example_of<Step>();
        }
    }
    return version;
}

/// Whether all that is in `part` is in `whole` too; arrays have to be as long.
[[nodiscard]] inline bool is_part_of(nlohmann::json const& part, nlohmann::json const& whole) {
    if (part.is_object() && whole.is_object()) {
        auto const members = part.items();
        return std::all_of(members.begin(), members.end(), [&whole](auto const& member) {
            return whole.contains(member.key()) && is_part_of(member.value(), whole[member.key()]);
        });
    }
    if (part.is_array() && whole.is_array()) {
        return std::equal(part.begin(), part.end(), whole.begin(), whole.end(), is_part_of);
    }
    return part == whole;
}

template <class Variant, class E>
[[nodiscard]] std::string trouble_with(EncodedPayload const& payload) {
    StreamName const stream{"catalogue", "example"};
    JsonCodec<Variant> const codec;
    try {
        auto const decoded =
            codec.decode({EventId{}, stream, Version{1}, Position{}, Timestamp{}, Metadata{}, payload});
        std::vector<Variant> events;
        if constexpr (std::same_as<std::remove_const_t<decltype(decoded)>, Variant>) {
            events.push_back(decoded);
        } else {
            events = decoded;
        }
        if constexpr (count_in<E, Variant> == 1) {
            if (payload.schema_version == event_schema_version<E>) {
                bool const comes_back =
                    events.size() == 1 && std::holds_alternative<E>(events.front()) &&
                    is_part_of(nlohmann::json::parse(payload.data), json_form(std::get<E>(events.front())));
                return comes_back ? "" : "written again, it has lost or changed a value";
            }
        }
        return "";
    } catch (DecodeError const& error) {
        std::string const what = error.what();
        std::string const before_reason = "type '" + payload.type + "': ";
        std::size_t const reason = what.find(before_reason);
        return reason == std::string::npos ? what : what.substr(reason + before_reason.size());
    }
}

template <class Variant, class E>
void add_known_event(std::vector<KnownEvent>& events) {
    if constexpr (!std::same_as<E, UnknownEvent>) {
        KnownEvent event{std::string{event_name<E>}, type_name_of<E>(), &type_mark<E>, {}, false, {}, {}};
        event.aliases.assign(event_aliases<E>.begin(), event_aliases<E>.end());
        event.is_retired = count_in<E, Variant> == 0;
        event.trouble_with = &trouble_with<Variant, E>;
        [&event]<std::size_t... I>(std::index_sequence<I...>) {
            (event.versions.push_back(known_version<E, I>()), ...);
        }(std::make_index_sequence<steps_of<E> + 1>{});
        events.push_back(std::move(event));
    }
}

template <class Variant, class... Es, class... Rs>
void add_known_events(std::vector<KnownEvent>& events, std::variant<Es...> const*, EventHistory<Rs...> const&) {
    (add_known_event<Variant, Es>(events), ...);
    (add_known_event<Variant, Rs>(events), ...);
}

/// The events of several variants and those retired from them, each type once.
template <class... Variants>
[[nodiscard]] std::vector<KnownEvent> known_events() {
    std::vector<KnownEvent> all;
    (add_known_events<Variants>(all, static_cast<Variants const*>(nullptr), retired_events<Variants>), ...);
    std::vector<KnownEvent> events;
    for (KnownEvent& event : all) {
        auto const known = std::find_if(events.begin(), events.end(), [&event](KnownEvent const& other) {
            return other.type == event.type;
        });
        if (known == events.end()) {
            events.push_back(std::move(event));
        } else if (known->is_retired) {
            *known = std::move(event); // retired from one variant, and alive in another
        }
    }
    return events;
}

} // namespace annals::detail

#endif // ANNALS_JSON_KNOWN_EVENTS_HPP
