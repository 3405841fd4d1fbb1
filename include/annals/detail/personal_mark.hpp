// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PERSONAL_MARK_HPP
#define ANNALS_DETAIL_PERSONAL_MARK_HPP

#include <cstddef>
#include <string_view>

namespace annals::detail {

/// How `Personal` begins in JSON. In well-formed JSON it stands nowhere else, for within a text its quotes are escaped.
inline constexpr std::string_view personal_mark = R"({"annals:subject":)";

/// What stands between subject and value, until the value is sealed.
inline constexpr std::string_view personal_value_mark = R"(,"value":)";

/// Behind the JSON string that begins at `begin` with its quote, or the end of the text.
[[nodiscard]] constexpr std::size_t end_of_json_string(std::string_view text, std::size_t begin) noexcept {
    for (std::size_t at = text.find('"', begin + 1); at != std::string_view::npos; at = text.find('"', at + 1)) {
        std::size_t escape = at;
        while (escape > begin + 1 && text[escape - 1] == '\\') {
            --escape;
        }
        if ((at - escape) % 2 == 0) {
            return at + 1;
        }
    }
    return text.size();
}

/// Whether there is a personal value in the text that nobody has sealed.
[[nodiscard]] constexpr bool has_plain_personal_data(std::string_view text) noexcept {
    std::size_t at = text.find(personal_mark);
    while (at != std::string_view::npos) {
        at = end_of_json_string(text, at + personal_mark.size());
        if (text.substr(at, personal_value_mark.size()) == personal_value_mark) {
            return true;
        }
        at = text.find(personal_mark, at);
    }
    return false;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_PERSONAL_MARK_HPP
