// SPDX-License-Identifier: MIT

#ifndef ANNALS_SQLITE_OPTIONS_HPP
#define ANNALS_SQLITE_OPTIONS_HPP

#include <annals/payload_transform.hpp>

#include <chrono>
#include <cstdint>
#include <memory>

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
    /// What is done to the data of events and snapshots on their way into the file and back; null for nothing.
    std::shared_ptr<PayloadTransform const> payloads{};
};

} // namespace annals::sqlite

#endif // ANNALS_SQLITE_OPTIONS_HPP
