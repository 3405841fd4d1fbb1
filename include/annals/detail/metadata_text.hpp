// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_METADATA_TEXT_HPP
#define ANNALS_DETAIL_METADATA_TEXT_HPP

#include <annals/detail/utf8.hpp>
#include <annals/metadata.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

// The form in which database adapters keep metadata: a flat JSON object of strings, so that it can be queried with
// the database's own JSON functions. The adapters know no JSON library, and this shape needs none.

namespace annals::detail {

inline void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    std::size_t begin = 0; // of what needs no escape and is taken over in one piece
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto const byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') {
            continue;
        }
        out.append(text, begin, at - begin);
        begin = at + 1;
        if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 0x0FU];
        } else {
            out += '\\';
            out += text[at];
        }
    }
    out.append(text, begin);
    out += '"';
}

/// Equal metadata have equal texts: fields that are empty are left out, free keys stand last and sorted.
[[nodiscard]] inline std::string metadata_to_json(Metadata const& metadata) {
    std::string out = "{";
    out.reserve(128);
    auto const add = [&out](std::string_view key, std::string_view value) {
        if (out.size() > 1) {
            out += ',';
        }
        append_json_string(out, key);
        out += ':';
        append_json_string(out, value);
    };
    std::array<std::string const*, 3> const fields{&metadata.correlation_id, &metadata.causation_id, &metadata.user};
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!fields[i]->empty()) {
            add(reserved_metadata_keys[i], *fields[i]);
        }
    }
    for (auto const& [key, value] : metadata.extra) {
        add(key, value);
    }
    out += '}';
    return out;
}

/// Reads what `metadata_to_json` wrote, nothing else: no blanks, no nesting, no escapes that it does not use.
class MetadataReader {
public:
    /// @returns nothing if `text` was not written by `metadata_to_json`
    [[nodiscard]] static std::optional<Metadata> read(std::string_view text) {
        MetadataReader reader{text};
        Metadata metadata;
        if (!reader.read_object(metadata) || metadata_to_json(metadata) != text) {
            return std::nullopt;
        }
        return metadata;
    }

    /// For a text that a checksum has shown to be what `metadata_to_json` wrote.
    [[nodiscard]] static std::optional<Metadata> read_checked(std::string_view text) {
        MetadataReader reader{text};
        Metadata metadata;
        return reader.read_object(metadata) ? std::optional{std::move(metadata)} : std::nullopt;
    }

private:
    explicit MetadataReader(std::string_view text) : rest_{text} {}

    [[nodiscard]] bool take(char c) {
        if (rest_.empty() || rest_.front() != c) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    [[nodiscard]] bool read_object(Metadata& metadata) {
        if (!take('{')) {
            return false;
        }
        while (!take('}')) {
            std::string key;
            std::string value;
            if (!read_string(key) || !take(':') || !read_string(value)) {
                return false;
            }
            // A missing or surplus comma shows when the metadata is written again.
            static_cast<void>(take(','));
            place(metadata, std::move(key), std::move(value));
        }
        return rest_.empty();
    }

    static void place(Metadata& metadata, std::string key, std::string value) {
        std::array<std::string*, 3> const fields{&metadata.correlation_id, &metadata.causation_id, &metadata.user};
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (key == reserved_metadata_keys[i]) {
                *fields[i] = std::move(value);
                return;
            }
        }
        metadata.extra.insert_or_assign(std::move(key), std::move(value));
    }

    [[nodiscard]] bool read_string(std::string& out) {
        if (!take('"')) {
            return false;
        }
        while (!take('"')) {
            if (take('\\')) {
                if (!read_escape(out)) {
                    return false;
                }
            } else {
                std::size_t plain = 0; // taken over in one piece
                while (plain < rest_.size() && rest_[plain] != '"' && rest_[plain] != '\\') {
                    ++plain;
                }
                if (plain == 0) {
                    return false;
                }
                out.append(rest_, 0, plain);
                rest_.remove_prefix(plain);
            }
        }
        return true;
    }

    [[nodiscard]] bool read_escape(std::string& out) {
        if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\\')) {
            out += rest_.front();
            rest_.remove_prefix(1);
            return true;
        }
        constexpr std::string_view digits = "0123456789abcdef";
        if (rest_.size() < 5 || (rest_.substr(0, 4) != "u000" && rest_.substr(0, 4) != "u001")) {
            return false;
        }
        std::size_t const low = digits.find(rest_[4]);
        if (low == std::string_view::npos) {
            return false;
        }
        out += static_cast<char>((rest_[3] == '1' ? 16U : 0U) + low);
        rest_.remove_prefix(5);
        return true;
    }

    std::string_view rest_;
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_METADATA_TEXT_HPP
