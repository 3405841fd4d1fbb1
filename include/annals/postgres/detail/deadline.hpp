// SPDX-License-Identifier: MIT

#ifndef ANNALS_POSTGRES_DETAIL_DEADLINE_HPP
#define ANNALS_POSTGRES_DETAIL_DEADLINE_HPP

#include <chrono>
#include <cstddef>

namespace annals::postgres::detail {

/// The moment at which a call gives up.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    explicit Deadline(std::chrono::milliseconds time) : at_{Clock::now() + time} {}

    [[nodiscard]] bool is_over() const { return Clock::now() >= at_; }
    [[nodiscard]] Clock::time_point at() const noexcept { return at_; }

    /// What is left, for `poll`: at least 0, rounded up.
    [[nodiscard]] int milliseconds_left() const {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(at_ - Clock::now()).count();
        return left > 0 ? static_cast<int>(left) : 0;
    }

    /// The deadline of the first of `parts` things to be done one after another until this one.
    [[nodiscard]] Deadline share(std::size_t parts) const {
        return Deadline{std::chrono::milliseconds{milliseconds_left() / static_cast<int>(parts)}};
    }

private:
    Clock::time_point at_;
};

} // namespace annals::postgres::detail

#endif // ANNALS_POSTGRES_DETAIL_DEADLINE_HPP
