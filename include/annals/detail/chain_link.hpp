// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CHAIN_LINK_HPP
#define ANNALS_DETAIL_CHAIN_LINK_HPP

#include <annals/detail/metadata_text.hpp>
#include <annals/detail/sha256.hpp>
#include <annals/encoded_payload.hpp>
#include <annals/sourced_event.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace annals::detail {

/// Feeds texts and numbers to SHA-256 so that no two lists of them are the same bytes.
class ChainHash {
public:
    void add(std::uint64_t number) {
        std::string bytes;
        for (unsigned shift = 64; shift > 0;) {
            shift -= 8;
            bytes += static_cast<char>(static_cast<unsigned char>(number >> shift));
        }
        hash_.add(bytes);
    }
    void add(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
    void add(std::string_view text) {
        add(std::uint64_t{text.size()});
        hash_.add(text);
    }

    /// As 64 hexadecimal digits.
    [[nodiscard]] std::string finish() {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (std::uint8_t const byte : hash_.finish()) {
            text += digits[byte >> 4U];
            text += digits[byte & 0x0FU];
        }
        return text;
    }

private:
    Sha256 hash_;
};

/// The link of an event, as it is stored, to the one before it in its stream.
/// @param before  the link of that; empty where the chain begins
[[nodiscard]] inline std::string chain_link(std::string_view before, SourcedEvent<EncodedPayload> const& event) {
    ChainHash hash;
    hash.add(before);
    hash.add(std::string_view{to_text(event.event_id)});
    hash.add(std::string_view{event.aggregate_type()});
    hash.add(std::string_view{event.aggregate_id()});
    hash.add(event.version.value());
    hash.add(event.position.first());
    hash.add(event.position.second());
    hash.add(event.timestamp.time_since_epoch().count());
    hash.add(std::string_view{event.payload.type});
    hash.add(std::int64_t{event.payload.schema_version});
    hash.add(std::string_view{metadata_to_json(event.metadata)});
    hash.add(std::string_view{event.payload.data});
    return hash.finish();
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_CHAIN_LINK_HPP
