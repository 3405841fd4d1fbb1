// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_DETAIL_CHECKPOINT_ROWS_HPP
#define ANNALS_SQLITE_DETAIL_CHECKPOINT_ROWS_HPP

#include <annals/detail/checkpoint_checksum.hpp>
#include <annals/sqlite/detail/event_rows.hpp>

namespace annals::sqlite::detail {

/// The checkpoint in the current row of `SELECT * FROM checkpoints`.
/// @throws CorruptData  if the row is not what was written
[[nodiscard]] inline Checkpoint checkpoint_of(Rows const& rows) {
    try {
        Checkpoint const checkpoint{parse_position(rows.text(1)), id_from_bytes(rows.text(2)), rows.integer(3)};
        if (annals::detail::checksum_of(rows.text(0), checkpoint) == rows.integer(4)) {
            return checkpoint;
        }
    } catch (InvalidInput const&) {
        // No position: damaged like any other row that does not match.
    }
    throw CorruptData{"a checkpoint does not match its checksum"};
}

} // namespace annals::sqlite::detail

#endif // ANNALS_SQLITE_DETAIL_CHECKPOINT_ROWS_HPP
