// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_DIRECT_FORM_HPP
#define ANNALS_JSON_DIRECT_FORM_HPP

#include <annals/json/fields.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

namespace annals::detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
struct IsTextMap : std::false_type {};
template <class T>
struct IsTextMap<std::map<std::string, T>> : std::true_type {};

template <class T, class... Us>
concept IsOneOf = (std::same_as<T, Us> || ...);

/// The integers that `std::from_chars` knows, of up to 64 bits.
template <class T>
concept DirectInteger = IsOneOf<
    T,
    signed char,
    unsigned char,
    short,
    unsigned short,
    int,
    unsigned,
    long,
    unsigned long,
    long long,
    unsigned long long>;

template <class T>
concept DirectScalar = DirectInteger<T> || IsOneOf<T, bool, float, double, std::string>;

/// Whether somebody has specialised `nlohmann::adl_serializer` for `T`: then the form is theirs to say. The functions
/// of the one that comes with nlohmann/json are templates, which have no address.
template <class T>
concept HasOwnSerializer = requires { &nlohmann::adl_serializer<T>::to_json; };

/// Whether a `T` is read and written without a tree. Within it, a field that is none of these has a tree of its own.
template <class T>
[[nodiscard]] consteval bool is_direct() {
    if constexpr (HasOwnSerializer<T>) {
        return false;
    } else if constexpr (IsVector<T>::value) {
        return is_direct<typename T::value_type>();
    } else if constexpr (IsTextMap<T>::value) {
        return is_direct<typename T::mapped_type>();
    } else if constexpr (HasFields<T>) {
        return std::is_default_constructible_v<T> && std::is_move_assignable_v<T>;
    } else {
        return DirectScalar<T>;
    }
}

/// An event or a state that is read and written without a tree.
template <class T>
concept DirectJson = HasFields<T> && is_direct<T>();

} // namespace annals::detail

#endif // ANNALS_JSON_DIRECT_FORM_HPP
