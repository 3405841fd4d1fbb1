// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_WRITE_HPP
#define ANNALS_JSON_WRITE_HPP

#include <annals/limits.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

namespace annals::detail {

/// The first thing in `value` that could not be read back, or "". Never goes deeper than the limit.
[[nodiscard]] inline std::string_view unwritable_part(nlohmann::json const& value, std::size_t depth = 0) {
    using json = nlohmann::json;
    if (auto const* number = value.get_ptr<json::number_float_t const*>()) {
        // nlohmann would write null.
        return std::isfinite(*number) ? "" : "a NaN or an infinity, which JSON does not have";
    }
    if (value.is_binary() || value.is_discarded()) {
        return "binary data, which JSON does not have";
    }
    if (!value.is_structured()) {
        return "";
    }
    if (depth == limits::max_json_depth) {
        return "more levels of nesting than limits::max_json_depth";
    }
    for (json const& part : value) {
        if (std::string_view const found = unwritable_part(part, depth + 1); !found.empty()) {
            return found;
        }
    }
    return "";
}

/// The compact text of a value, keys in bytewise order: the same value has the same text, always.
/// @param name  the event or the state that it is the form of, for the message
/// @throws InvalidInput  for all that `parse_json` would refuse, so that whatever is written can be read
[[nodiscard]] inline std::string write_json(nlohmann::json const& value, std::string_view name) {
    auto const refuse = [name](std::string_view reason) {
        throw InvalidInput{"annals: the payload of '" + std::string{name} + "' holds " + std::string{reason}};
    };
    if (std::string_view const part = unwritable_part(value); !part.empty()) {
        refuse(part);
    }
    std::string text;
    try {
        text = value.dump();
    } catch (nlohmann::json::exception const&) {
        refuse("a text that is not UTF-8");
    }
    if (text.size() > limits::max_payload_bytes) {
        refuse(
            std::to_string(text.size()) + " bytes, at most " + std::to_string(limits::max_payload_bytes) +
            " are allowed"
        );
    }
    return text;
}

} // namespace annals::detail

#endif // ANNALS_JSON_WRITE_HPP
