// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_NAME_HPP
#define ANNALS_EVENT_NAME_HPP

#include <annals/detail/type_name.hpp>

#include <cstdint>
#include <string_view>

namespace annals {

/// The name under which events of type `Event` are stored, for ever: by default the type's name without namespaces.
///
/// Before renaming a type, or to choose another name, specialise it (at namespace scope, before first use):
/// `template <> inline constexpr std::string_view annals::event_name<OrderCreated> = "order-created";`
template <class Event>
inline constexpr std::string_view event_name = detail::unqualified_name<Event>();

/// The schema version under which events of type `Event` are stored now, from 1. Specialise it as `event_name`.
template <class Event>
inline constexpr std::int32_t event_schema_version = 1;

/// The type part of the streams of `Aggregate`: by default the class's name without namespaces. Specialise it as
/// `event_name`.
template <class Aggregate>
inline constexpr std::string_view aggregate_type = detail::unqualified_name<Aggregate>();

} // namespace annals

#endif // ANNALS_EVENT_NAME_HPP
