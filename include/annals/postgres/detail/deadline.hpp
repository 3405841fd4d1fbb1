// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_DEADLINE_HPP
#define ANNALS_POSTGRES_DETAIL_DEADLINE_HPP

#include <chrono>
#include <cstddef>
#include <limits>

namespace annals::postgres::detail {

/// The moment at which a call gives up.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(std::chrono::milliseconds time) : at_{Clock::now() + time} {}

    [[nodiscard]] bool is_over() const { return Clock::now() >= at_; }
    [[nodiscard]] Clock::time_point at() const noexcept { return at_; }

    /// What is left: at least 0, rounded up, and at most what `poll` can wait.
    [[nodiscard]] std::chrono::milliseconds time_left() const {
        using std::chrono::milliseconds;
        auto const left = std::chrono::ceil<milliseconds>(at_ - Clock::now());
        constexpr milliseconds longest{(std::numeric_limits<int>::max)()};
        return left < milliseconds{0} ? milliseconds{0} : left > longest ? longest : left;
    }
    [[nodiscard]] int milliseconds_left() const { return static_cast<int>(time_left().count()); }

    /// Whether it comes before so much time is over.
    [[nodiscard]] bool is_before(std::chrono::milliseconds time) const { return time_left() < time; }

    /// The deadline of the first of `parts` things to be done one after another until this one.
    [[nodiscard]] Deadline share(std::size_t parts) const {
        return Deadline{std::chrono::milliseconds{milliseconds_left() / static_cast<int>(parts)}};
    }

private:
    Clock::time_point at_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_DEADLINE_HPP
