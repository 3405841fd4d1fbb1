// SPDX-License-Identifier: MIT

#ifndef ANNALS_DETAIL_CHECKPOINT_CHECKSUM_HPP
#define ANNALS_DETAIL_CHECKPOINT_CHECKSUM_HPP

#include <annals/checkpoint.hpp>
#include <annals/detail/crc32c.hpp>
#include <annals/detail/id_bytes.hpp>

#include <cstdint>
#include <string_view>

namespace annals::detail {

/// What a database adapter stores beside a checkpoint, to find a damaged one.
[[nodiscard]] inline std::int64_t checksum_of(std::string_view name, Checkpoint const& checkpoint) {
    Crc32c crc;
    crc.add(name);
    crc.add(std::string_view{to_text(checkpoint.position)});
    crc.add(bytes_of(checkpoint.event_id));
    crc.add(checkpoint.epoch);
    return std::int64_t{crc.value()};
}

} // namespace annals::detail

#endif // ANNALS_DETAIL_CHECKPOINT_CHECKSUM_HPP
