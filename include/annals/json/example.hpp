// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_EXAMPLE_HPP
#define ANNALS_JSON_EXAMPLE_HPP

#include <annals/json/form.hpp>
#include <annals/json/shape.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace annals::detail {

/// Fills values so that one tells from the JSON which field it is in: each text, number and key is another one as long
/// as there are not too many.
class ExampleValues {
public:
    /// @param name    of the field
    /// @tparam Around  the types that `value` is within; what would hold one of them again stays empty
    template <class T, class... Around>
    void fill(T& value, std::string_view name) {
        if constexpr (IsOneOf<T, Around...> || !json_schema<T>.empty() || is_blank<T>) {
            return;
        } else if constexpr (IsPersonal<T>::value) {
            typename T::value_type content{};
            fill<typename T::value_type, Around...>(content, name);
            value = T{"subject " + std::to_string(next()), std::move(content)};
        } else if constexpr (std::same_as<T, bool>) {
            value = true;
        } else if constexpr (DirectInteger<T>) {
            value = static_cast<T>(2 * (next() % 60) + 1); // odd, and fits a signed char
        } else if constexpr (IsOneOf<T, float, double>) {
            value = static_cast<T>(next() % 1'000) + T{0.5};
        } else if constexpr (std::same_as<T, std::string>) {
            value = std::string{name} + ' ' + std::to_string(next());
        } else if constexpr (IsOptional<T>::value) {
            fill<typename T::value_type, Around...>(value.emplace(), name);
        } else if constexpr (IsVector<T>::value) {
            if constexpr (!IsOneOf<typename T::value_type, Around...>) {
                for (int element = 0; element < 2; ++element) {
                    typename T::value_type content{};
                    fill<typename T::value_type, Around...>(content, name);
                    value.push_back(std::move(content));
                }
            }
        } else if constexpr (IsTextMap<T>::value) {
            if constexpr (!IsOneOf<typename T::mapped_type, Around...>) {
                for (int element = 0; element < 2; ++element) {
                    std::string const key = "key " + std::to_string(next());
                    fill<typename T::mapped_type, Around...>(value[key], name);
                }
            }
        } else {
            FieldList<T>::all_of([&](auto i) {
                constexpr auto field = std::get<i>(FieldList<T>::fields);
                fill<field_t<T, i>, T, Around...>(value.*field.member, field.name());
                return true;
            });
        }
    }

private:
    std::size_t next() noexcept { return ++last_; }

    std::size_t last_ = 0;
};

/// The JSON of a `T` with something in each field; always the same.
template <class T>
    requires(has_shape<T>())
[[nodiscard]] nlohmann::json example_of() {
    T value{};
    ExampleValues{}.fill(value, "");
    return json_form(value);
}

} // namespace annals::detail

#endif // ANNALS_JSON_EXAMPLE_HPP
