// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_HISTORY_HPP
#define ANNALS_EVENT_HISTORY_HPP

#include <array>
#include <cstdint>
#include <string_view>

namespace annals {

/// The former shapes of an event, oldest first: the first of `Steps` is its version 1, and the event itself the version
/// after the last.
///
/// A step is
/// - a former struct, as it was released, with a free function `upcast` beside it that takes it and returns what came
///   after it: the next of `Steps`, or the event; or a `std::vector` of the event variant, if it has become several
///   events, or none;
/// - or a struct with `static void upcast(nlohmann::json& event)`, which changes the payload into that of the next
///   version. Those come before the steps between structs;
/// - or `NeverStored`, for a version that was never in use.
///
/// For the way back, see `written_schema_version`, the same with `downcast`.
template <class... Steps>
struct EventHistory {
    static constexpr auto size = static_cast<std::int32_t>(sizeof...(Steps));
};

/// Stands for a version of which no event was ever stored.
struct NeverStored {};

template <class... Steps>
inline constexpr EventHistory<Steps...> history{};

/// To be specialised when the fields of an event or a state change (at namespace scope, before first use):
/// `template <> inline constexpr auto annals::event_history<OrderCreated> = annals::history<OrderCreatedV1>;`
template <class Event>
inline constexpr EventHistory<> event_history{};

/// The names under which the event was stored before it was renamed. To be specialised:
/// `template <> inline constexpr auto annals::event_aliases<OrderCreated> = std::array<std::string_view, 1>{"Placed"};`
template <class Event>
inline constexpr std::array<std::string_view, 0> event_aliases{};

/// Events that are raised no more, by the variant that they were in. Each has an `upcast` that returns what stands for
/// it now: an event of the variant, or a `std::vector` of the variant. To be specialised:
/// `template <> inline constexpr auto annals::retired_events<OrderEvent> = annals::history<OrderPlaced>;`
template <class Variant>
inline constexpr EventHistory<> retired_events{};

} // namespace annals

#endif // ANNALS_EVENT_HISTORY_HPP
