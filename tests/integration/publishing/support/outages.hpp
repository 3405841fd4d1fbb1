// SPDX-License-Identifier: MIT

#ifndef ANNALS_TESTS_INTEGRATION_PUBLISHING_SUPPORT_OUTAGES_HPP
#define ANNALS_TESTS_INTEGRATION_PUBLISHING_SUPPORT_OUTAGES_HPP

#include <annals/cloud_events.hpp>
#include <annals/projection_control.hpp>
#include <annals/relay.hpp>
#include <tests/catch.hpp>
#include <tests/integration/subscriptions/support/following.hpp>
#include <tests/reliability/publishing/support/outbox.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace publishing {

using reliability::StoredEvent;

/// A time in which the broker is of no use.
struct Outage {
    std::function<void()> begin;
    std::function<void()> end;
};

/// Lets a relay make messages up to some position, and waits there.
class Valve {
public:
    explicit Valve(annals::CloudEventFormat format) : format_{std::move(format)} {}

    [[nodiscard]] annals::Message operator()(StoredEvent const& event) {
        std::int64_t const position = event.position.first();
        static_cast<void>(following::comes_true([&] { return position <= open_to_; }));
        made_ = position;
        return format_(event);
    }
    void open_to(std::int64_t position) { open_to_ = position; }
    [[nodiscard]] std::int64_t made() const noexcept { return made_; }

private:
    annals::CloudEventFormat format_;
    std::atomic<std::int64_t> open_to_ = 0;
    std::atomic<std::int64_t> made_ = 0;
};

/// Relays the events of a store, with an outage after every 500 of them.
template <class Store, class Bus>
void relay_through(Store& store, Bus& bus, annals::CloudEventFormat const& format, std::vector<Outage> const& outages) {
    Valve valve{format};
    annals::Relay relay{
        store,
        bus,
        "relay",
        std::ref(valve),
        {},
        {.batch = 50, .poll = std::chrono::milliseconds{5}, .longest_wait = std::chrono::milliseconds{100}}
    };
    relay.start();
    std::int64_t last = 0;
    for (Outage const& outage : outages) {
        last += 500;
        valve.open_to(last + 200);
        REQUIRE(following::comes_true([&] { return valve.made() >= last; })); // in the midst of its work
        outage.begin();
        valve.open_to(last + 500);
        CHECK(following::comes_true([&] { return relay.progress().state == annals::RunnerState::retrying; }));
        outage.end();
    }
    valve.open_to(store.head().first());
    CHECK_NOTHROW(annals::ProjectionControl{store}.wait_for(store.head(), "relay", std::chrono::seconds{60}));
    relay.stop();
    CHECK(relay.wait(std::chrono::milliseconds{0}));
}

} // namespace publishing

#endif // ANNALS_TESTS_INTEGRATION_PUBLISHING_SUPPORT_OUTAGES_HPP
