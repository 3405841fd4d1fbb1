// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_CONTRACT_EXPECT_HPP
#define ANNALS_TESTING_CONTRACT_EXPECT_HPP

#include <annals/event_id.hpp>
#include <annals/metadata.hpp>
#include <annals/position.hpp>
#include <annals/stream_name.hpp>
#include <annals/stream_version.hpp>
#include <annals/testing/contract_violation.hpp>
#include <annals/timestamp.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace annals::testing::detail {

/// A text in quotes, with control characters written out, and cut.
[[nodiscard]] inline std::string in_quotes(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    constexpr std::size_t shown = 80;
    std::string result = "'";
    for (char const c : text.substr(0, shown)) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) {
            result += {'\\', 'x', digits[byte >> 4U], digits[byte & 0x0FU]};
        } else {
            result += c;
        }
    }
    return result + (text.size() <= shown ? "'" : "'... (" + std::to_string(text.size()) + " bytes)");
}

/// The value as a violation shows it.
template <class T>
[[nodiscard]] std::string show(T const& value) {
    if constexpr (std::same_as<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::integral<T>) {
        return std::to_string(value);
    } else if constexpr (std::convertible_to<T const&, std::string_view>) {
        return in_quotes(value);
    } else {
        return to_text(value);
    }
}

[[nodiscard]] inline std::string show(Metadata const& metadata) {
    std::string text = "{correlation_id " + show(metadata.correlation_id) + ", causation_id " +
                       show(metadata.causation_id) + ", user " + show(metadata.user);
    for (auto const& [key, value] : metadata.extra) {
        text += ", " + show(key) + " " + show(value);
    }
    return text + "}";
}

inline void expect(bool holds, std::string_view expectation) {
    if (!holds) {
        throw ContractViolation{"expected: " + std::string{expectation}};
    }
}

template <class Actual, class Expected>
void expect_equal(std::string_view what, Actual const& actual, Expected const& expected) {
    if (!(actual == expected)) {
        throw ContractViolation{std::string{what} + " is " + show(actual) + ", expected " + show(expected)};
    }
}

/// Calls `action`, which must throw an `Error`, and returns that.
template <class Error, class Action>
Error expect_throw(std::string_view error_name, std::string_view what, Action&& action) {
    try {
        action();
    } catch (Error const& error) {
        return error;
    } catch (std::exception const& other) {
        throw ContractViolation{
            std::string{what} + " must throw " + std::string{error_name} + ", but threw: " + other.what()
        };
    }
    throw ContractViolation{std::string{what} + " must throw " + std::string{error_name} + ", but succeeded"};
}

} // namespace annals::testing::detail

#endif // ANNALS_TESTING_CONTRACT_EXPECT_HPP
