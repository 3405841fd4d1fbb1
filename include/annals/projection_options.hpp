// SPDX-License-Identifier: MIT

#ifndef ANNALS_PROJECTION_OPTIONS_HPP
#define ANNALS_PROJECTION_OPTIONS_HPP

#include <annals/append_hint.hpp>
#include <annals/error.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace annals {

/// What becomes of an event that a projection cannot handle.
enum class PoisonPolicy : std::uint8_t {
    stop,     ///< the projection fails, and goes on with that event when it is started or resumed
    put_aside ///< the event becomes a dead letter, in the same transaction that passes it over
};

/// How a projection or a relay is run.
struct ProjectionOptions {
    std::size_t batch = 500;                 ///< events in a transaction, at most
    std::chrono::milliseconds poll{100};     ///< how often it looks for events while no hint comes
    std::chrono::milliseconds lease{10'000}; ///< another runner takes over this long after this one was last heard of
    std::chrono::milliseconds idle_checkpoint{1'000}; ///< how often events that do not concern it are noted as passed

    PoisonPolicy on_poison = PoisonPolicy::stop;
    int attempts = 3; ///< at an event on its own, before it is given up as the policy says

    /// Between attempts, and while the store cannot be reached: from the first doubled up to the longest.
    std::chrono::milliseconds first_wait{20};
    std::chrono::milliseconds longest_wait{5'000};

    std::int32_t part = 0;  ///< which part of the streams, by their hash, from 0
    std::int32_t parts = 1; ///< of how many; the same for all runners of a projection

    std::string owner{}; ///< names the runner in the store; made up if empty
    AppendHint hint{};   ///< none: by the store itself where it has one, else polling alone
};

/// @throws UsageError  if an option makes no sense
inline void require_valid(ProjectionOptions const& options) {
    using namespace std::chrono_literals;
    if (options.batch == 0 || options.attempts < 1 || options.parts < 1 || options.part < 0 ||
        options.part >= options.parts || options.poll <= 0ms || options.lease <= 0ms || options.first_wait <= 0ms) {
        throw UsageError{
            "annals: a projection needs batch, attempts, parts and times above 0, and a part below the number of parts"
        };
    }
}

namespace detail {

/// The wait before an attempt that follows `failures` in a row.
[[nodiscard]] inline std::chrono::milliseconds wait_before(ProjectionOptions const& options, int failures) {
    std::chrono::milliseconds wait = options.first_wait;
    while (--failures > 0 && wait < options.longest_wait) {
        wait *= 2;
    }
    return wait < options.longest_wait ? wait : options.longest_wait;
}

} // namespace detail

} // namespace annals

#endif // ANNALS_PROJECTION_OPTIONS_HPP
