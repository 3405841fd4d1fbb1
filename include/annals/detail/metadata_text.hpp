// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_METADATA_TEXT_HPP
#define ANNALS_DETAIL_METADATA_TEXT_HPP

#include <annals/metadata.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

// The form in which database adapters keep metadata: a flat JSON object of strings, so that it can be queried with
// the database's own JSON functions. The adapters know no JSON library, and this shape needs none.

namespace annals::detail {

/// The number of bytes at the start of `text` that stand for themselves in a JSON string.
[[nodiscard]] inline std::size_t plain_length(std::string_view text) noexcept {
    auto const is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; };
    constexpr std::uint64_t each = 0x0101'0101'0101'0101U;
    std::size_t length = 0;
    for (std::uint64_t eight = 0; length + 8 <= text.size(); length += 8) {
        std::char_traits<char>::copy(reinterpret_cast<char*>(&eight), text.data() + length, 8);
        std::uint64_t const quote = eight ^ each * '"';
        std::uint64_t const backslash = eight ^ each * '\\';
        // A byte below the one that is taken from it has its high bit set then; one above 0x7F has it set before.
        if (((eight | (eight - each * 0x20) | (quote - each) | (backslash - each)) & each * 0x80) != 0) {
            break;
        }
    }
    while (length < text.size() && is_plain(text[length])) {
        ++length;
    }
    return length;
}

inline void append_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    while (true) {
        std::size_t const plain = plain_length(text); // taken over in one piece
        out.append(text, 0, plain);
        if (plain == text.size()) {
            break;
        }
        auto const byte = static_cast<unsigned char>(text[plain]);
        if (byte < 0x20) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 0x0FU];
        } else {
            out += '\\';
            out += text[plain];
        }
        text.remove_prefix(plain + 1);
    }
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

/// Reads what `metadata_to_json` wrote, nothing else: no blanks, no nesting, no other order, no other escapes.
class MetadataReader {
public:
    /// @param metadata  becomes what `text` says; its texts keep their memory
    /// @returns false if `text` was not written by `metadata_to_json`
    [[nodiscard]] static bool read(std::string_view text, Metadata& metadata) {
        metadata.correlation_id.clear();
        metadata.causation_id.clear();
        metadata.user.clear();
        metadata.extra.clear();
        return MetadataReader{text}.read_object(metadata);
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
        return take('{') && read_fields(metadata) && read_extra(metadata.extra) && take('}') && rest_.empty();
    }

    [[nodiscard]] bool read_fields(Metadata& metadata) {
        std::array<std::string*, 3> const fields{&metadata.correlation_id, &metadata.causation_id, &metadata.user};
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (take_key(reserved_metadata_keys[i]) && (!read_string(*fields[i]) || fields[i]->empty())) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool read_extra(std::map<std::string, std::string, std::less<>>& extra) {
        while (!rest_.empty() && rest_.front() != '}') {
            std::string key;
            std::string value;
            if (!take_comma() || !read_string(key) || !take(':') || !read_string(value)) {
                return false;
            }
            auto const& fields = reserved_metadata_keys;
            bool const is_field = key == fields[0] || key == fields[1] || key == fields[2];
            if (is_field || (!extra.empty() && extra.rbegin()->first >= key)) {
                return false;
            }
            extra.emplace_hint(extra.end(), std::move(key), std::move(value));
        }
        return true;
    }

    /// What stands before each member but the first.
    [[nodiscard]] bool take_comma() { return std::exchange(is_first_, false) || take(','); }

    /// The key of the next member with its colon, if it is that one.
    [[nodiscard]] bool take_key(std::string_view key) {
        std::size_t const begin = is_first_ ? 1 : 2; // behind the quote
        if (rest_.size() < begin + key.size() + 2 || rest_.compare(begin, key.size(), key) != 0) {
            return false;
        }
        std::string_view const end = rest_.substr(begin + key.size(), 2);
        if ((!is_first_ && rest_.front() != ',') || rest_[begin - 1] != '"' || end != "\":") {
            return false;
        }
        rest_.remove_prefix(begin + key.size() + 2);
        is_first_ = false;
        return true;
    }

    [[nodiscard]] bool read_string(std::string& out) {
        if (!take('"')) {
            return false;
        }
        while (!take('"')) {
            std::size_t const plain = plain_length(rest_); // taken over in one piece
            out.append(rest_, 0, plain);
            rest_.remove_prefix(plain);
            if (take('\\') ? !read_escape(out) : plain == 0) {
                return false;
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
    bool is_first_ = true; ///< what stands next is the first member
};

} // namespace annals::detail

#endif // ANNALS_DETAIL_METADATA_TEXT_HPP
