// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_NAME_HPP
#define ANNALS_EVENT_NAME_HPP

#include <annals/detail/type_name.hpp>
#include <annals/event_history.hpp>

#include <cstdint>
#include <string_view>

namespace annals {

/// The name under which events of type `Event` are stored, for ever: by default the type's name without namespaces.
///
/// Before renaming a type, or to choose another name, specialise it (at namespace scope, before first use):
/// `template <> inline constexpr std::string_view annals::event_name<OrderCreated> = "order-created";`
template <class Event>
inline constexpr std::string_view event_name = detail::unqualified_name<Event>();

/// The schema version of `Event` as it is now: one more than it has former shapes, see `event_history`.
///
/// To be specialised only for the state of an aggregate, whose older snapshots are passed over then.
template <class Event>
inline constexpr std::int32_t event_schema_version = event_history<Event>.size + 1;

/// The schema version in which events of type `Event` are stored: the latest, unless processes that do not know it yet
/// are still at work on the same store. Then, specialise it to the last version that they know, and give each step of
/// the event's history from there on the way back: a free function `downcast` that takes the next and returns the
/// step, or `static void downcast(nlohmann::json& event)` beside its `upcast`. Once they are gone, drop all that.
template <class Event>
inline constexpr std::int32_t written_schema_version = event_schema_version<Event>;

/// The type part of the streams of `Aggregate`: by default the class's name without namespaces. Specialise it as
/// `event_name`.
template <class Aggregate>
inline constexpr std::string_view aggregate_type = detail::unqualified_name<Aggregate>();

} // namespace annals

#endif // ANNALS_EVENT_NAME_HPP
