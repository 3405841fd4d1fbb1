// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CLOUD_EVENT_TEXT_HPP
#define ANNALS_DETAIL_CLOUD_EVENT_TEXT_HPP

#include <annals/detail/metadata_text.hpp>
#include <annals/position.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace annals::detail {

struct CloudEventAttribute {
    std::string name;
    std::string value;
    bool is_number = false;
};

[[nodiscard]] constexpr bool is_digit_or_letter(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The characters of RFC 3986, with two hexadecimal digits after each `%`.
[[nodiscard]] constexpr bool is_uri_reference(std::string_view text) noexcept {
    constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=";
    constexpr std::string_view hexadecimal = "0123456789abcdefABCDEF";
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3 || text.substr(i + 1, 2).find_first_not_of(hexadecimal) != std::string_view::npos) {
                return false;
            }
        } else if (!is_digit_or_letter(text[i]) && others.find(text[i]) == std::string_view::npos) {
            return false;
        }
    }
    return !text.empty();
}

/// Good enough to stand in a header: `type/subtype`, perhaps with parameters, in printable ASCII.
[[nodiscard]] constexpr bool is_media_type(std::string_view text) noexcept {
    for (char const c : text) {
        if (c < ' ' || c > '~') {
            return false;
        }
    }
    std::size_t const slash = text.find('/');
    return slash != std::string_view::npos && slash > 0 && slash + 1 < text.size();
}

/// Whether a media type is JSON: `application/json`, `text/json`, `application/vnd.shop+json; charset=utf-8`.
[[nodiscard]] inline bool is_json_type(std::string_view media_type) {
    media_type = media_type.substr(0, media_type.find(';'));
    while (media_type.ends_with(' ')) {
        media_type.remove_suffix(1);
    }
    std::string lower;
    for (char const c : media_type) {
        lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return lower.ends_with("/json") || lower.ends_with("+json");
}

/// Whether a key of the metadata can be an attribute that none of `taken` is yet.
[[nodiscard]] inline bool is_free_attribute_name(std::string_view name, std::vector<CloudEventAttribute> const& taken) {
    for (char const c : name) {
        if (!is_digit_or_letter(c) || (c >= 'A' && c <= 'Z')) {
            return false;
        }
    }
    for (CloudEventAttribute const& attribute : taken) {
        if (attribute.name == name) {
            return false;
        }
    }
    return !name.empty() && name != "data" && name != "dataschema";
}

/// As the HTTP binding of CloudEvents encodes values: all but visible ASCII, and of that `"` and `%`, as `%xx`.
[[nodiscard]] inline std::string header_encoded(std::string_view value) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(value.size());
    for (char const c : value) {
        if (c > ' ' && c <= '~' && c != '"' && c != '%') {
            out += c;
        } else {
            auto const byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0x0FU];
        }
    }
    return out;
}

/// Texts that compare bytewise as the positions do.
[[nodiscard]] inline std::string sortable_text(Position position) {
    auto const padded = [](std::int64_t number) {
        std::string const digits = std::to_string(number);
        return std::string(19 - digits.size(), '0') + digits;
    };
    std::string text = padded(position.first());
    if (position.second() != 0) {
        text += '.' + padded(position.second());
    }
    return text;
}

/// The JSON format of CloudEvents: data of a JSON type as it is, other data as a string, none if there is none.
[[nodiscard]] inline std::string cloud_event_json(
    std::vector<CloudEventAttribute> const& attributes, std::string const& data, std::string_view data_content_type
) {
    std::string out;
    out.reserve(data.size() + 512);
    char before = '{';
    auto const add_name = [&out, &before](std::string_view name) {
        out += before;
        before = ',';
        append_json_string(out, name);
        out += ':';
    };
    for (CloudEventAttribute const& attribute : attributes) {
        add_name(attribute.name);
        if (attribute.is_number) {
            out += attribute.value;
        } else {
            append_json_string(out, attribute.value);
        }
    }
    if (data.empty()) {
        return out + '}';
    }
    add_name("data");
    if (is_json_type(data_content_type)) {
        out += data;
    } else {
        append_json_string(out, data);
    }
    out += '}';
    return out;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_CLOUD_EVENT_TEXT_HPP
