// SPDX-License-Identifier: MIT

#ifndef ANNALS_EVENT_CONTEXT_HPP
#define ANNALS_EVENT_CONTEXT_HPP

#include <annals/event_id.hpp>
#include <annals/metadata.hpp>
#include <annals/timestamp.hpp>

#include <chrono>

namespace annals {

/// Tells the time. Derive from it to import old events with their own times, or to stop time in a test.
class Clock {
public:
    Clock() = default;
    Clock(Clock const&) = default;
    Clock& operator=(Clock const&) = default;
    virtual ~Clock() = default;

    [[nodiscard]] virtual Timestamp now() = 0;
};

/// Makes event ids. Derive from it to have known ids in a test.
///
/// Ids must never repeat: a store takes an event whose id it knows for the same event sent again.
class EventIdSource {
public:
    EventIdSource() = default;
    EventIdSource(EventIdSource const&) = default;
    EventIdSource& operator=(EventIdSource const&) = default;
    virtual ~EventIdSource() = default;

    [[nodiscard]] virtual EventId next() = 0;
};

/// The system's clock. Thread-safe.
[[nodiscard]] inline Clock& system_clock() {
    class SystemClock final : public Clock {
        Timestamp now() override {
            return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
        }
    };
    static SystemClock clock;
    return clock;
}

/// UUIDv7 ids, see `new_event_id`. Thread-safe and fork-safe.
[[nodiscard]] inline EventIdSource& uuid_v7_ids() {
    class UuidV7Ids final : public EventIdSource {
        EventId next() override { return new_event_id(); }
    };
    static UuidV7Ids ids;
    return ids;
}

/// What an aggregate stamps on every event that it raises.
///
/// Clock and id source are kept by reference and must outlive the aggregates that use them.
struct EventContext {
    Metadata metadata{};
    Clock* clock = &system_clock();
    EventIdSource* ids = &uuid_v7_ids();
};

} // namespace annals

#endif // ANNALS_EVENT_CONTEXT_HPP
