// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_EVENT_CHECKSUM_HPP
#define ANNALS_DETAIL_EVENT_CHECKSUM_HPP

#include <annals/detail/crc32c.hpp>

#include <cstdint>
#include <string_view>

namespace annals::detail {

/// All that a database adapter stores of an event, in the form it is stored in.
struct EventRow {
    std::int64_t position = 0;
    std::string_view event_id; ///< its 16 bytes
    std::string_view aggregate_type;
    std::string_view aggregate_id;
    std::int64_t version = 0;
    std::string_view event_type;
    std::int64_t schema_version = 0;
    std::int64_t timestamp = 0; ///< microseconds since 1970
    std::string_view metadata;
    std::string_view data;
};

/// Covers every column, so that no flipped bit, and no value moved to another row, is taken for an event.
[[nodiscard]] constexpr std::uint32_t checksum_of(EventRow const& row) noexcept {
    Crc32c crc;
    crc.add(row.position);
    crc.add(row.event_id);
    crc.add(row.aggregate_type);
    crc.add(row.aggregate_id);
    crc.add(row.version);
    crc.add(row.event_type);
    crc.add(row.schema_version);
    crc.add(row.timestamp);
    crc.add(row.metadata);
    crc.add(row.data);
    return crc.value();
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_EVENT_CHECKSUM_HPP
