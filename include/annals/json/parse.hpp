// SPDX-License-Identifier: MIT

#ifndef ANNALS_JSON_PARSE_HPP
#define ANNALS_JSON_PARSE_HPP

#include <annals/limits.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace annals::detail {

/// Why a JSON text cannot be read, without a word of the text.
class UnfitJson : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct JsonDocument {
    nlohmann::json value;
    bool has_numbers = false; ///< or booleans, which nlohmann reads into number fields too
};

/// Receives what nlohmann's parser reads (its SAX interface) and builds the value, within the limits.
///
/// The parser keeps its own stack on the heap, and this class holds the path to the open array or object in a fixed
/// one, so nothing here recurses.
class JsonBuilder {
public:
    using json = nlohmann::json;

    bool null() { return put(nullptr); }
    bool boolean(bool value) {
        document_.has_numbers = true;
        return put(value);
    }
    bool number_integer(json::number_integer_t value) {
        document_.has_numbers = true;
        return put(value);
    }
    bool number_unsigned(json::number_unsigned_t value) {
        document_.has_numbers = true;
        return put(value);
    }
    bool number_float(json::number_float_t value, std::string const& token) {
        // The parser makes doubles of integers that 64 bits do not hold. To look for a decimal point instead would
        // depend on the locale.
        if (token.find_first_not_of("-0123456789") == std::string::npos) {
            return refuse("its JSON has an integer outside of 64 bits");
        }
        document_.has_numbers = true;
        return put(value);
    }
    bool string(std::string& value) { return put(std::move(value)); }
    bool binary(json::binary_t&) { return refuse("its JSON holds binary data"); }

    bool start_object(std::size_t) { return open(json::object()); }
    bool key(std::string& name) {
        // By the public interface alone: with JSON_DIAGNOSTICS it keeps track of parents.
        json& object = *open_[depth_ - 1];
        std::size_t const size = object.size();
        member_ = &object[std::move(name)];
        return object.size() > size || refuse("its JSON has the same key twice in an object");
    }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(json::array()); }
    bool end_array() { return close(); }

    bool parse_error(std::size_t position, std::string const&, json::exception const& error) {
        constexpr int number_overflow = 406;
        return refuse(
            error.id == number_overflow ? "its JSON has a number too large for a double"
                                        : "its JSON is not well-formed at byte " + std::to_string(position)
        );
    }

    [[nodiscard]] std::string const& refusal() const noexcept { return refusal_; }
    [[nodiscard]] JsonDocument take() noexcept { return std::move(document_); }

private:
    bool put(json&& value) {
        place(std::move(value));
        return true;
    }
    json& place(json&& value) {
        if (depth_ == 0) {
            return document_.value = std::move(value);
        }
        json& parent = *open_[depth_ - 1];
        return parent.is_array() ? parent.emplace_back(std::move(value)) : *member_ = std::move(value);
    }
    bool open(json&& value) {
        if (depth_ == open_.size()) {
            return refuse("its JSON is nested deeper than " + std::to_string(limits::max_json_depth) + " levels");
        }
        json& placed = place(std::move(value));
        open_[depth_++] = &placed;
        return true;
    }
    bool close() noexcept {
        --depth_;
        return true;
    }
    bool refuse(std::string reason) {
        refusal_ = std::move(reason);
        return false;
    }

    JsonDocument document_;
    std::array<json*, limits::max_json_depth> open_{};
    std::size_t depth_ = 0;
    json* member_ = nullptr; ///< of the innermost open object: where its next value goes
    std::string refusal_;
};

/// Reads a JSON text, strictly: well-formed UTF-8, no surrogate without its other half, nothing after the value, no
/// key twice, integers within int64 or uint64, doubles that are finite, at most `limits::max_json_depth` levels and
/// `limits::max_payload_bytes` bytes.
///
/// The limits hold before anything is built or called recursively: any input is safe, on a small stack too.
/// @throws UnfitJson  for whatever is refused
/// @par Complexity    Linear in the text, but for the lookup of keys.
[[nodiscard]] inline JsonDocument parse_json(std::string_view text) {
    if (text.size() > limits::max_payload_bytes) {
        throw UnfitJson{"it is longer than " + std::to_string(limits::max_payload_bytes) + " bytes"};
    }
    // The parser takes a NUL for the end of the text.
    if (text.find('\0') != std::string_view::npos) {
        throw UnfitJson{"its JSON holds a NUL"};
    }
    JsonBuilder builder;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
        throw UnfitJson{builder.refusal()};
    }
    return builder.take();
}

} // namespace annals::detail

#endif // ANNALS_JSON_PARSE_HPP
