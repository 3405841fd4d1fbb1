// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_OPTIONS_HPP
#define ANNALS_SQLITE_OPTIONS_HPP

#include <chrono>
#include <cstdint>

namespace annals::sqlite {

/// What an acknowledged append survives.
enum class Durability : std::uint8_t {
    power_loss_safe,   ///< everything: `synchronous=FULL`, one flush of the disk a commit
    process_crash_only ///< a crash of the process; a power cut may take the last commits (`synchronous=NORMAL`)
};

/// How a store uses its file.
struct Options {
    Durability durability = Durability::power_loss_safe;
    /// How long an operation waits for other processes and connections before it throws a transient `StoreError`.
    std::chrono::milliseconds busy_timeout{5'000};
};

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_OPTIONS_HPP
