// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_RELIABILITY_SUPPORT_SCALED_HPP
#define ANNALS_TESTS_RELIABILITY_SUPPORT_SCALED_HPP

#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#    define ANNALS_TESTS_SANITIZED 1
#elif defined(__has_feature)
#    if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#        define ANNALS_TESTS_SANITIZED 1
#    endif
#endif

namespace reliability {

#ifdef ANNALS_TESTS_SANITIZED
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

/// How often a test repeats what is left to chance: `count` times, a tenth of that under a
/// sanitizer, at least once. The environment variable ANNALS_TEST_SCALE replaces the factor: 20
/// makes a long run of it.
[[nodiscard]] inline int scaled(int count) {
    char const* const scale = std::getenv("ANNALS_TEST_SCALE");
    double const factor = scale != nullptr ? std::atof(scale) : is_sanitized ? 0.1 : 1.0;
    int const result = static_cast<int>(count * factor);
    return result < 1 ? 1 : result;
}

} // namespace reliability

#endif // ANNALS_TESTS_RELIABILITY_SUPPORT_SCALED_HPP
