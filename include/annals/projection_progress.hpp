// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_PROGRESS_HPP
#define ANNALS_PROJECTION_PROGRESS_HPP

#include <annals/projection_status.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace annals {

/// What a runner does.
enum class RunnerState : std::uint8_t {
    idle,        ///< not started
    standing_by, ///< another runner has the projection, or it is paused
    running,
    retrying, ///< the store cannot be reached, or the like
    stopped,  ///< as it was told
    ended     ///< by an error, see `wait`
};

/// Where a runner stands: a copy.
struct ProjectionProgress {
    RunnerState state = RunnerState::idle;
    std::optional<ProjectionStatus> projection; ///< as it was last seen in the store; nothing before that
    std::uint64_t handled = 0;                  ///< events handled by this runner
    Position head;                              ///< of the log, as it was last seen
    std::string trouble;                        ///< what it is retrying for, or has ended by

    /// Positions up to the head. With gaps in the positions, more than there are events.
    [[nodiscard]] std::int64_t remaining() const noexcept {
        std::int64_t const from = projection ? projection->position.first() : 0;
        return head.first() > from ? head.first() - from : 0;
    }

    /// Positions passed in a second, lately.
    double rate = 0;

    /// How long it will take to reach the head, at that rate; nothing while that is not known.
    [[nodiscard]] std::optional<std::chrono::milliseconds> time_to_go() const {
        if (remaining() == 0) {
            return std::chrono::milliseconds{0};
        }
        constexpr double most = 1e12; // some thirty years
        double const milliseconds = static_cast<double>(remaining()) / rate * 1000;
        return rate > 0 && milliseconds < most
                   ? std::optional{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}}
                   : std::nullopt;
    }
};

} // namespace annals

#endif // ANNALS_PROJECTION_PROGRESS_HPP
