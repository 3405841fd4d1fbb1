// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_TYPE_NAME_HPP
#define ANNALS_DETAIL_TYPE_NAME_HPP

#include <cstddef>
#include <string_view>

namespace annals::detail {

template <class T>
[[nodiscard]] constexpr std::string_view function_name() noexcept {
    return __PRETTY_FUNCTION__;
}

/// The name of a class without namespaces and enclosing classes, as both g++ and clang spell it.
///
/// Both end the signature of the function above with `T = shop::OrderCreated` and then `;` or `]`. The spelling of
/// template arguments differs, so a class template's instance has no name that is the same everywhere: "". Nor has what
/// is no identifier: a lambda, an unnamed class (clang names the file it stands in).
template <class T>
[[nodiscard]] constexpr std::string_view unqualified_name() noexcept {
    std::string_view name = function_name<T>();
    name.remove_prefix(name.find("T = ") + 4);
    name = name.substr(0, name.find_first_of(";]"));
    if (name.find('<') != std::string_view::npos) {
        return {};
    }
    std::size_t const scope = name.rfind("::");
    name.remove_prefix(scope == std::string_view::npos ? 0 : scope + 2);
    for (char const c : name) {
        bool const is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & '\x80') != 0;
        if (!is_letter && !(c >= '0' && c <= '9')) {
            return {};
        }
    }
    return name;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_TYPE_NAME_HPP
