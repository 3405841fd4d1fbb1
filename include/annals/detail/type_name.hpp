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
/// template arguments differs, so a class template's instance has no name that is the same everywhere: "".
template <class T>
[[nodiscard]] constexpr std::string_view unqualified_name() noexcept {
    std::string_view name = function_name<T>();
    name.remove_prefix(name.find("T = ") + 4);
    name = name.substr(0, name.find_first_of(";]"));
    if (name.find('<') != std::string_view::npos) {
        return {};
    }
    std::size_t const scope = name.rfind("::");
    return scope == std::string_view::npos ? name : name.substr(scope + 2);
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_TYPE_NAME_HPP
