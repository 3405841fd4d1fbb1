// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_ID_BYTES_HPP
#define ANNALS_DETAIL_ID_BYTES_HPP

#include <annals/event_id.hpp>

#include <string>
#include <string_view>

namespace annals::detail {

/// The 16 bytes of `id`, as databases keep it. Valid as long as `id` is.
[[nodiscard]] inline std::string_view bytes_of(EventId const& id) {
    return {reinterpret_cast<char const*>(&*id.begin()), 16};
}

/// Reads 16 bytes as an id; nil if it is not 16 bytes.
[[nodiscard]] inline EventId id_from_bytes(std::string_view bytes) {
    EventId id{};
    if (bytes.size() == 16) {
        std::char_traits<char>::copy(reinterpret_cast<char*>(&*id.begin()), bytes.data(), 16);
    }
    return id;
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_ID_BYTES_HPP
