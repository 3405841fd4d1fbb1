// SPDX-License-Identifier: MIT

#ifndef ANNALS_METADATA_HPP
#define ANNALS_METADATA_HPP

#include <annals/limits.hpp>

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace annals {

/// What is known of an event besides what happened: who, why, in which conversation.
///
/// An empty `correlation_id`, `causation_id` or `user` means that there is none.
struct Metadata {
    std::string correlation_id{};                            ///< the same for all that one request set going
    std::string causation_id{};                              ///< the id of the command or event that led to this one
    std::string user{};                                      ///< on whose behalf
    std::map<std::string, std::string, std::less<>> extra{}; ///< the application's own keys

    [[nodiscard]] friend bool operator==(Metadata const&, Metadata const&) = default;
};

namespace detail {

inline constexpr std::array<std::string_view, 3> reserved_metadata_keys{"correlation_id", "causation_id", "user"};

} // namespace detail

/// Refuses metadata that not every store can keep.
/// @throws InvalidInput  if a text is not UTF-8 or holds a NUL, a free key breaks the limits of names or is one of
///                       the three fields, or all together is larger than `limits::max_metadata_bytes`
inline void require_valid(Metadata const& metadata) {
    std::size_t bytes = 0;
    auto const require_text = [&bytes](std::string_view text) {
        bytes += text.size();
        if (!detail::is_utf8_without_nul(text)) {
            throw InvalidInput{"annals: a metadata value is not UTF-8, or holds a NUL"};
        }
    };
    require_text(metadata.correlation_id);
    require_text(metadata.causation_id);
    require_text(metadata.user);
    for (auto const& [key, value] : metadata.extra) {
        require_name("metadata key", key);
        for (std::string_view const reserved : detail::reserved_metadata_keys) {
            if (key == reserved) {
                throw InvalidInput{"annals: '" + key + "' is a field of Metadata, not a free key"};
            }
        }
        bytes += key.size();
        require_text(value);
    }
    if (bytes > limits::max_metadata_bytes) {
        throw InvalidInput{"annals: the metadata of an event is larger than 64 KiB"};
    }
}

} // namespace annals

#endif // ANNALS_METADATA_HPP
