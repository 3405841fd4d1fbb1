// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_CATCH_HPP
#define ANNALS_TESTS_CATCH_HPP

// The only file that knows Catch2 2.13 from Catch2 3.

#if __has_include(<catch2/catch_all.hpp>)
#    include <catch2/catch_all.hpp>
#else
#    include <catch2/catch.hpp>

namespace Catch::Matchers {

/// The name that Catch2 3 gives to `Contains(std::string)`.
inline auto ContainsSubstring(std::string const& text, CaseSensitive::Choice sensitivity = CaseSensitive::Yes) {
    return Contains(text, sensitivity);
}

} // namespace Catch::Matchers
#endif

#endif // ANNALS_TESTS_CATCH_HPP
