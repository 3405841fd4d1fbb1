// SPDX-License-Identifier: MIT

#ifndef ANNALS_ID_TEXT_HPP
#define ANNALS_ID_TEXT_HPP

#include <annals/event_id.hpp>

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace annals {

namespace detail {

template <class Id>
concept HasToText = requires(Id const& id) {
    { to_text(id) } -> std::convertible_to<std::string>;
};
template <class Id>
concept HasToString = requires(Id const& id) {
    { to_string(id) } -> std::convertible_to<std::string>;
};

} // namespace detail

/// An id with a text form: a string, an integer, a UUID, or a type of yours with `to_string(id)` (or `to_text(id)`)
/// beside it. Equal ids must have equal texts, and different ids different ones.
template <class Id>
concept AggregateId = std::copyable<Id> &&
                      // clang-format off: compilers show this line when an id has no text form, so it says what to do
                      (std::convertible_to<Id const&, std::string_view> || std::integral<Id> || detail::HasToText<Id> || detail::HasToString<Id>); // annals: an id is a string, an integer, a UUID, or has `std::string to_string(Id const&)` beside it
// clang-format on

/// The text form of an id, the `aggregate_id` of its stream.
template <AggregateId Id>
[[nodiscard]] std::string id_text(Id const& id) {
    if constexpr (std::convertible_to<Id const&, std::string_view>) {
        return std::string{static_cast<std::string_view>(id)};
    } else if constexpr (std::integral<Id>) {
        return std::to_string(id);
    } else if constexpr (detail::HasToText<Id>) {
        return to_text(id);
    } else {
        return to_string(id);
    }
}

} // namespace annals

#endif // ANNALS_ID_TEXT_HPP
