// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_STATUS_HPP
#define ANNALS_PROJECTION_STATUS_HPP

#include <annals/error.hpp>
#include <annals/event_id.hpp>
#include <annals/position.hpp>
#include <annals/timestamp.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace annals {

/// Where a projection stands in its life.
enum class ProjectionState : std::uint8_t {
    booting,    ///< filled from the past; not yet what readers are served from
    active,     ///< up to date but for what was appended just now; what readers are served from, or will be when all
                ///< parts are
    paused,     ///< held by an operator until it is resumed
    failed,     ///< stopped at an event that it could not handle
    retired,    ///< replaced by a newer generation
    transacted, ///< kept up to date by the appends themselves, see `InlineProjections`
};

/// The name of a state as `projections` tables have it.
[[nodiscard]] constexpr std::string_view to_text(ProjectionState state) noexcept {
    switch (state) {
    case ProjectionState::booting:
        return "booting";
    case ProjectionState::active:
        return "active";
    case ProjectionState::paused:
        return "paused";
    case ProjectionState::failed:
        return "failed";
    case ProjectionState::retired:
        return "retired";
    case ProjectionState::transacted:
        break;
    }
    return "inline";
}

/// Which read model: a projection may have several generations while a new one is built, and each may be divided into
/// parts by the hash of the stream.
struct ProjectionKey {
    std::string name;
    std::int64_t generation = 0; ///< 1, 2, 3, ...; each has a read model of its own
    std::int32_t part = 0;       ///< from 0

    [[nodiscard]] friend bool operator==(ProjectionKey const&, ProjectionKey const&) = default;
};

/// The event that a projection could not handle, and why.
struct ProjectionFailure {
    EventId event_id{}; ///< nil if no single event is to blame
    Position position;
    std::string reason; ///< what the exception said
};

/// What the store knows of one projection. A copy: it does not change any more.
struct ProjectionStatus {
    ProjectionKey key;
    std::int32_t parts = 1;      ///< of how many
    std::int64_t definition = 1; ///< the `version` of the code that defines it
    ProjectionState state = ProjectionState::booting;
    bool is_served = false; ///< readers are served from this generation, also while it is paused or failed
    Position position;      ///< of the last event it has handled or passed over
    EventId event_id{};     ///< that event; nil before the first
    std::int64_t epoch = 0; ///< grows with each change of the runner
    std::string owner;      ///< the runner that holds it; empty if none does
    Timestamp lease_until;  ///< the runner's claim ends then, by the store's clock
    Timestamp now;          ///< the store's clock when this was read
    std::optional<ProjectionFailure> failure;

    [[nodiscard]] bool is_leased() const noexcept { return !owner.empty() && now < lease_until; }
};

/// An event that was put aside by an explicit policy because its handler failed.
struct DeadLetter {
    ProjectionKey key;
    EventId event_id{};
    Position position;
    std::string reason;
    Timestamp failed_at;
};

/// A projection has stopped at an event that it could not handle. Its read model and checkpoint stand before that
/// event.
class ProjectionFailed : public Error {
public:
    ProjectionFailed(ProjectionKey const& key, ProjectionFailure failure)
        : Error{"annals: projection '" + key.name + "' has stopped at event " + annals::to_text(failure.event_id) + " (position " + annals::to_text(failure.position) + "): " + failure.reason},
          failure_{std::move(failure)} {}

    [[nodiscard]] ProjectionFailure const& failure() const noexcept { return failure_; }

private:
    ProjectionFailure failure_;
};

} // namespace annals

#endif // ANNALS_PROJECTION_STATUS_HPP
