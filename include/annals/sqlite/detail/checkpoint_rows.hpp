// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_CHECKPOINT_ROWS_HPP
#define ANNALS_SQLITE_DETAIL_CHECKPOINT_ROWS_HPP

#include <annals/checkpoint.hpp>
#include <annals/detail/crc32c.hpp>
#include <annals/sqlite/detail/event_rows.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace annals::sqlite::detail {

[[nodiscard]] inline std::int64_t checksum_of(std::string_view name, Checkpoint const& checkpoint) {
    annals::detail::Crc32c crc;
    crc.add(name);
    crc.add(std::string_view{to_text(checkpoint.position)});
    crc.add(bytes_of(checkpoint.event_id));
    crc.add(checkpoint.epoch);
    return std::int64_t{crc.value()};
}

/// The checkpoint in the current row of `SELECT * FROM checkpoints`.
/// @throws CorruptData  if the row is not what was written
[[nodiscard]] inline Checkpoint checkpoint_of(Rows const& rows) {
    try {
        Checkpoint const checkpoint{parse_position(rows.text(1)), id_from_bytes(rows.text(2)), rows.integer(3)};
        if (checksum_of(rows.text(0), checkpoint) == rows.integer(4)) {
            return checkpoint;
        }
    } catch (InvalidInput const&) {
        // No position: damaged like any other row that does not match.
    }
    throw CorruptData{"a checkpoint does not match its checksum"};
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_CHECKPOINT_ROWS_HPP
