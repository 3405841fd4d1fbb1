// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTING_FAKES_HPP
#define ANNALS_TESTING_FAKES_HPP

#include <annals/event_context.hpp>

#include <chrono>
#include <cstdint>

namespace annals::testing {

/// A clock that stands still until it is told to move. One thread.
///
/// ```
/// annals::testing::FixedClock clock{annals::parse_timestamp("2024-02-29T12:00:00Z")};
/// annals::testing::SequentialIds ids;
/// order.set_context({{}, &clock, &ids});
/// ```
class FixedClock final : public Clock {
public:
    explicit FixedClock(Timestamp now) : now_{now} {}

    [[nodiscard]] Timestamp now() override { return now_; }

    /// The time from now on.
    void set(Timestamp now) noexcept { now_ = now; }
    /// Moves the time on, or back if `by` is negative.
    void advance(std::chrono::microseconds by) noexcept { now_ += by; }

private:
    Timestamp now_;
};

/// Makes the ids 00000000-0000-7000-8000-000000000001, ...-000000000002 and so on. One thread.
///
/// Two objects make the same ids: give all aggregates that write to one store the same object.
class SequentialIds final : public EventIdSource {
public:
    [[nodiscard]] EventId next() override { return id(++last_); }

    /// The n-th id, counted from 1.
    [[nodiscard]] static EventId id(std::uint32_t n) noexcept {
        EventId id{};
        auto byte = id.begin();
        byte[6] = 0x70;
        byte[8] = 0x80;
        for (int i = 15; i > 11; --i, n >>= 8U) {
            byte[i] = static_cast<std::uint8_t>(n & 0xFFU);
        }
        return id;
    }

private:
    std::uint32_t last_ = 0;
};

} // namespace annals::testing

#endif // ANNALS_TESTING_FAKES_HPP
