// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_SHAPE_HPP
#define ANNALS_JSON_SHAPE_HPP

#include <annals/json/direct_form.hpp>
#include <annals/json/fields.hpp>
#include <annals/json/form.hpp>
#include <annals/personal.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace annals {

/// The JSON Schema of a type with a mapping of its own, as a text, for `check_catalogue` and the fingerprint of
/// snapshots. Not needed for what `ANNALS_FIELDS` and the C++ types say already. Specialise it (at namespace scope,
/// before first use):
/// `template <> inline constexpr std::string_view annals::json_schema<Status> = R"({"enum":["pending","shipped"]})";`
template <class T>
inline constexpr std::string_view json_schema{};

namespace detail {

/// The 64-bit hash FNV-1a over words.
class WordHash {
public:
    constexpr void add(std::string_view word) noexcept {
        for (char const c : word) {
            add_byte(static_cast<unsigned char>(c));
        }
        add_byte(end_of_word);
    }

    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }

private:
    static constexpr unsigned char end_of_word = 0xFF; // in no UTF-8 text

    constexpr void add_byte(unsigned char byte) noexcept { state_ = (state_ ^ byte) * 1'099'511'628'211U; }

    std::uint64_t state_ = 14'695'981'039'346'656'037U;
};

template <HasFields T, std::size_t I>
using field_t = std::remove_cvref_t<decltype(std::declval<T&>().*std::get<I>(FieldList<T>::fields).member)>;

/// What has a JSON form by its C++ type alone, apart from that of what is in it.
template <class T>
concept KnownForm =
    IsPersonal<T>::value || (!HasOwnSerializer<T> && (DirectScalar<T> || IsVector<T>::value || IsOptional<T>::value ||
                                                      IsTextMap<T>::value || HasFields<T> || is_blank<T>));

/// Whether all of a type's JSON is known at compile time.
/// @tparam Around  the types that it is within, each of which may hold itself again
template <class T, class... Around>
[[nodiscard]] consteval bool has_shape() {
    if constexpr (IsOneOf<T, Around...> || !json_schema<T>.empty()) {
        return true;
    } else if constexpr (!KnownForm<T>) {
        return false;
    } else if constexpr (IsVector<T>::value || IsOptional<T>::value || IsPersonal<T>::value) {
        return has_shape<typename T::value_type, Around...>();
    } else if constexpr (IsTextMap<T>::value) {
        return has_shape<typename T::mapped_type, Around...>();
    } else if constexpr (HasFields<T>) {
        return FieldList<T>::all_of([](auto i) { return has_shape<field_t<T, i>, T, Around...>(); });
    } else {
        return DirectScalar<T> || is_blank<T>;
    }
}

/// The kinds of a value and of all within it; of an array, those of its first element.
inline void add_form_shape(WordHash& hash, nlohmann::json const& form) {
    if (form.is_object()) {
        hash.add("{");
        for (auto const& [key, value] : form.items()) {
            hash.add(key);
            add_form_shape(hash, value);
        }
        hash.add("}");
    } else if (form.is_array()) {
        hash.add("[");
        if (!form.empty()) {
            add_form_shape(hash, form.front());
        }
        hash.add("]");
    } else {
        hash.add(form.is_number_integer() ? "integer" : form.type_name());
    }
}

template <class T>
void add_default_shape(WordHash& hash) {
    if constexpr (std::default_initializable<T> && can_write_json<T>) {
        add_form_shape(hash, json_form(T{}));
    }
}

/// What is known at compile time by the types, the rest by the JSON of a default value.
template <class T, class... Around>
constexpr void add_shape(WordHash& hash) {
    if constexpr (IsOneOf<T, Around...>) {
        hash.add("again");
    } else if constexpr (!json_schema<T>.empty()) {
        hash.add(json_schema<T>);
    } else if constexpr (!KnownForm<T>) {
        add_default_shape<T>(hash);
    } else if constexpr (IsPersonal<T>::value) {
        hash.add("personal");
        add_shape<typename T::value_type, Around...>(hash);
    } else if constexpr (std::same_as<T, bool>) {
        hash.add("boolean");
    } else if constexpr (DirectInteger<T>) {
        hash.add("integer");
    } else if constexpr (IsOneOf<T, float, double>) {
        hash.add("number");
    } else if constexpr (std::same_as<T, std::string>) {
        hash.add("string");
    } else if constexpr (IsVector<T>::value) {
        hash.add("array");
        add_shape<typename T::value_type, Around...>(hash);
    } else if constexpr (IsOptional<T>::value) {
        hash.add("optional");
        add_shape<typename T::value_type, Around...>(hash);
    } else if constexpr (IsTextMap<T>::value) {
        hash.add("map");
        add_shape<typename T::mapped_type, Around...>(hash);
    } else if constexpr (HasFields<T>) {
        hash.add("{");
        FieldList<T>::all_of([&hash](auto i) {
            hash.add(std::get<i>(FieldList<T>::fields).name());
            add_shape<field_t<T, i>, T, Around...>(hash);
            return true;
        });
        hash.add("}");
    } else {
        hash.add("{");
        hash.add("}");
    }
}

/// A number that changes with the names, the kinds and the nesting of a type's fields, in the order of their names, and
/// with nothing else: it is the same for every compiler, and for other types with the same fields.
///
/// A constant if `has_shape`; else it may throw what the `to_json` of a default value throws.
template <class T>
[[nodiscard]] constexpr std::uint64_t shape_of() {
    WordHash hash;
    add_shape<T>(hash);
    return hash.value();
}

/// 16 hexadecimal digits.
[[nodiscard]] inline std::string fingerprint_text(std::uint64_t shape) {
    std::string text;
    for (unsigned shift = 64; shift > 0;) {
        shift -= 4;
        text += "0123456789abcdef"[(shape >> shift) % 16];
    }
    return text;
}

} // namespace detail

} // namespace annals

#endif // ANNALS_JSON_SHAPE_HPP
