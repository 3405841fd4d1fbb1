// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_UNIT_PIPELINE_STAGES_HPP
#define ANNALS_TESTS_UNIT_PIPELINE_STAGES_HPP

#include <annals/payload_pipeline.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace pipeline_tests {

/// Turns each byte by 13, and bears the event that it was sealed for.
struct Turned {
    static constexpr std::string_view name = "turned";
    static constexpr bool keeps_text = false;

    [[nodiscard]] static std::string turn(std::string_view bytes, int by) {
        std::string turned{bytes};
        for (char& byte : turned) {
            byte = static_cast<char>(byte + by);
        }
        return turned;
    }
    [[nodiscard]] std::optional<std::string> seal(annals::PayloadPlace const& place, std::string_view bytes) const {
        return turn(annals::to_text(place.event_id) + std::string{bytes}, 13);
    }
    [[nodiscard]] std::string open(annals::PayloadPlace const& place, std::string_view bytes) const {
        std::string const text = turn(bytes, -13);
        if (!text.starts_with(annals::to_text(place.event_id))) {
            throw annals::UnreadablePayload{"turned for another event"};
        }
        return text.substr(36);
    }
};

/// Cuts off the spaces at the end, if there are any.
struct Trimmed {
    static constexpr std::string_view name = "trimmed";
    static constexpr bool keeps_text = false;

    [[nodiscard]] std::optional<std::string> seal(annals::PayloadPlace const&, std::string_view bytes) const {
        auto const end = bytes.find_last_not_of(' ') + 1;
        return end == bytes.size()
                   ? std::nullopt
                   : std::optional{std::to_string(bytes.size() - end) + ' ' + std::string{bytes.substr(0, end)}};
    }
    [[nodiscard]] std::string open(annals::PayloadPlace const&, std::string_view bytes) const {
        auto const space = bytes.find(' ');
        return std::string{bytes.substr(space + 1)}.append(std::stoul(std::string{bytes.substr(0, space)}), ' ');
    }
};

/// Writes `secret` as `hidden`, within the text.
struct Hidden {
    static constexpr std::string_view name = "hidden";
    static constexpr bool keeps_text = true;

    [[nodiscard]] static std::string replaced(std::string text, std::string_view what, std::string_view with) {
        for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
            text.replace(at, what.size(), with);
        }
        return text;
    }
    [[nodiscard]] std::optional<std::string> seal(annals::PayloadPlace const&, std::string_view text) const {
        return replaced(std::string{text}, "secret", "hidden");
    }
    [[nodiscard]] std::string open(annals::PayloadPlace const&, std::string_view text) const {
        return replaced(std::string{text}, "hidden", "secret");
    }
};

} // namespace pipeline_tests

#endif // ANNALS_TESTS_UNIT_PIPELINE_STAGES_HPP
