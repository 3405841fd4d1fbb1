// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_PERSONAL_TEXT_HPP
#define ANNALS_DETAIL_PERSONAL_TEXT_HPP

#include <annals/detail/personal_mark.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The personal values in a JSON text, found without a tree of it.

namespace annals::detail {

inline constexpr std::string_view personal_sealed_mark = R"(,"sealed":)";

struct PersonalPart {
    enum class Kind : std::uint8_t {
        plain,     ///< `{"annals:subject":"c7","value":...}`
        sealed,    ///< `{"annals:subject":"c7","sealed":"..."}`
        forgotten, ///< `{"annals:subject":"c7"}`, or nobody's
        odd        ///< anything else that begins so
    };

    Kind kind = Kind::odd;
    std::size_t begin = 0;      ///< in the text
    std::size_t end = 0;        ///< behind its brace; of an odd one, behind the mark
    std::string_view subject{}; ///< as it is written, without its quotes
    std::string_view content{}; ///< the JSON of the value; of a sealed one, what is between its quotes
};

/// The end of the JSON value at `at`: the comma or bracket behind it, or the end of the text.
[[nodiscard]] constexpr std::size_t end_of_json_value(std::string_view text, std::size_t at) noexcept {
    std::size_t depth = 0;
    while (at < text.size()) {
        char const c = text[at];
        if (c == '"') {
            at = end_of_json_string(text, at);
            continue;
        }
        if ((c == ',' || c == '}' || c == ']') && depth == 0) {
            return at;
        }
        depth += c == '{' || c == '[' ? 1U : 0U;
        depth -= c == '}' || c == ']' ? 1U : 0U;
        ++at;
    }
    return at;
}

/// The first personal value at `from` or behind it. Any text is safe.
[[nodiscard]] constexpr std::optional<PersonalPart>
next_personal_part(std::string_view text, std::size_t from) noexcept {
    using Kind = PersonalPart::Kind;
    std::size_t const begin = text.find(personal_mark, from);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    std::size_t const subject = begin + personal_mark.size();
    PersonalPart part{Kind::odd, begin, subject};
    std::size_t const behind = end_of_json_string(text, subject);
    if (!text.substr(subject).starts_with('"') || behind < subject + 2) {
        return part;
    }
    Kind kind = Kind::forgotten;
    std::size_t content = behind;
    if (text.substr(behind).starts_with(personal_value_mark)) {
        kind = Kind::plain;
        content += personal_value_mark.size();
    } else if (text.substr(behind).starts_with(personal_sealed_mark)) {
        kind = Kind::sealed;
        content += personal_sealed_mark.size();
    }
    std::size_t const end = kind == Kind::forgotten ? behind : end_of_json_value(text, content);
    std::string_view value = text.substr(content, end - content);
    bool const is_text = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    if (!text.substr(end).starts_with('}') || (kind == Kind::plain && value.empty()) ||
        (kind == Kind::sealed && !is_text)) {
        return part;
    }
    if (kind == Kind::sealed) {
        value = value.substr(1, value.size() - 2);
    }
    return PersonalPart{kind, begin, end + 1, text.substr(subject + 1, behind - subject - 2), value};
}

/// A copy of the text in which each personal part is what `turn(part)` gives; as it was where that is nothing.
template <class Turn>
[[nodiscard]] std::string turn_personal_parts(std::string_view text, Turn&& turn) {
    std::string turned;
    std::size_t done = 0;
    std::size_t from = 0;
    while (auto const part = next_personal_part(text, from)) {
        if (std::optional<std::string> const other = turn(*part)) {
            turned.append(text.substr(done, part->begin - done)).append(*other);
            done = part->end;
        }
        from = part->end;
    }
    return turned.append(text.substr(done));
}

/// Whether two opened texts are the same but for values that one of them has forgotten.
[[nodiscard]] constexpr bool is_same_as_far_as_known(std::string_view a, std::string_view b) noexcept {
    using Kind = PersonalPart::Kind;
    while (a != b) {
        auto const one = next_personal_part(a, 0);
        auto const other = next_personal_part(b, 0);
        if (!one || !other || a.substr(0, one->begin) != b.substr(0, other->begin) || one->subject != other->subject) {
            return false;
        }
        bool const is_known = one->kind != Kind::forgotten && other->kind != Kind::forgotten;
        bool const is_odd = one->kind == Kind::odd || other->kind == Kind::odd;
        if ((is_known || is_odd) && (one->kind != other->kind || one->content != other->content)) {
            return false;
        }
        a.remove_prefix(one->end);
        b.remove_prefix(other->end);
    }
    return true;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_PERSONAL_TEXT_HPP
