// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/relay.hpp>
#include <tests/catch.hpp>
#include <tests/reliability/publishing/support/faulty_bus.hpp>
#include <tests/reliability/publishing/support/outbox.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/support/messages.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

// Four relays and a broker that refuses, breaks off, hangs and acknowledges too late: each event is published, those of
// a stream in order, and no relay's place is beyond what the broker has confirmed.

namespace {

using namespace reliability;
using namespace std::chrono_literals;
using annals::Position;
using annals_tests::Arrivals;
using annals_tests::arrivals_of;
using projections::PostgresPlace;
using projections::SqlitePlace;

constexpr std::int32_t relays = 4;

/// `count` events of 50 streams.
template <class Store>
void fill(Store& store, int count) {
    for (; count > 0; count -= 500) {
        bank::deposit(store, static_cast<std::size_t>((std::min)(count, 500)), 50);
    }
}

/// Notices a relay that has gone on before the broker has confirmed.
template <class Store>
class Watch {
public:
    Watch(Store& store, FaultyBus const& bus) : store_{store}, bus_{bus} {}

    /// @returns whether all relays are at the end of the log
    bool look() {
        bool is_done = true;
        for (auto const& row : annals::ProjectionControl{store_}.status("relay")) {
            is_done = is_done && row.position == store_.head();
            Position& seen = seen_.at(static_cast<std::size_t>(row.key.part));
            for (auto const& event : store_.read_all(seen)) {
                if (event.position > row.position) {
                    break;
                }
                bool const is_of_part = annals::detail::part_of(event.stream, row.parts) == row.key.part;
                unconfirmed_ += is_of_part && !bus_.has_confirmed(event.event_id) ? 1U : 0U;
                seen = event.position;
            }
        }
        return is_done && seen_[0] == store_.head();
    }
    /// Events that a relay had passed, when that was seen first, though they were not confirmed.
    [[nodiscard]] std::size_t unconfirmed() const noexcept { return unconfirmed_; }

private:
    Store& store_;
    FaultyBus const& bus_;
    std::vector<Position> seen_ = std::vector<Position>(relays); ///< of each part
    std::size_t unconfirmed_ = 0;
};

/// Four threads with a relay each; who is fenced out begins again, as a new process would.
template <class Place>
class Relays {
public:
    Relays(Place const& place, FaultyBus& bus, std::int32_t parts) {
        for (std::int32_t i = 0; i < relays; ++i) {
            threads_.emplace_back([this, &place, &bus, part = i % parts, parts] {
                try {
                    keep_running(place, bus, part, parts);
                } catch (std::exception const& error) {
                    std::lock_guard const lock{mutex_};
                    trouble_ = error.what();
                }
            });
        }
    }
    Relays(Relays const&) = delete;
    Relays& operator=(Relays const&) = delete;
    ~Relays() { stop(); }

    void stop() {
        is_over_ = true;
        for (std::thread& thread : threads_) {
            if (thread.joinable()) {
                thread.join();
            }
        }
    }
    /// After `stop`.
    [[nodiscard]] std::string const& trouble() const noexcept { return trouble_; }
    [[nodiscard]] int fenced_out() const noexcept { return fenced_out_; }

private:
    void keep_running(Place const& place, FaultyBus& bus, std::int32_t part, std::int32_t parts) {
        auto store = place.store();
        annals::ProjectionOptions const options{
            .batch = 25,
            .poll = 5ms,
            .lease = 150ms,
            .first_wait = 1ms,
            .longest_wait = 5ms,
            .part = part,
            .parts = parts
        };
        while (!is_over_) {
            annals::Relay relay{store, bus, "relay", PlainFormat{}, {}, options};
            relay.start();
            try {
                while (!relay.wait(5ms)) {
                    if (is_over_) {
                        relay.stop();
                    }
                }
            } catch (annals::FencedOut const&) {
                ++fenced_out_;
            }
        }
    }

    std::atomic<bool> is_over_ = false;
    std::atomic<int> fenced_out_ = 0;
    std::mutex mutex_;
    std::string trouble_;
    std::vector<std::thread> threads_;
};

template <class Place>
void check_relays(std::int32_t parts) {
    int const count = scaled(5'000);
    Place const place;
    auto store = place.store();
    fill(store, count / 2);
    FaultyBus bus{25, 400ms};
    Watch watch{store, bus};
    Relays<Place> relays_at_work{place, bus, parts};
    fill(store, count - count / 2);
    for (auto const until = std::chrono::steady_clock::now() + 90s; !watch.look();) {
        REQUIRE(std::chrono::steady_clock::now() < until);
        std::this_thread::sleep_for(10ms);
    }
    relays_at_work.stop();
    CHECK(relays_at_work.trouble().empty());
    CHECK(watch.unconfirmed() == 0);

    auto const messages = messages_of(store);
    REQUIRE(messages.size() == static_cast<std::size_t>(count));
    auto const taken = bus.taken();
    Arrivals const arrivals = arrivals_of(messages, taken);
    CHECK(arrivals.missing == 0);
    CHECK(arrivals.order_breaks == 0);
    std::cout << "relays: " << count << " events in " << parts << " parts, " << bus.faults() << " faults, "
              << relays_at_work.fenced_out() << " relays fenced out: " << arrivals.repeated << " sent again, "
              << arrivals.missing << " lost, " << arrivals.order_breaks << " out of order\n";
}

template <class Place>
void check_teeth() {
    {
        Place const place;
        auto store = place.store();
        fill(store, 1'000);
        FaultyBus bus{25, 1ms};
        relay_naively(place, store, bus, PlainFormat{}, Slip::notes_first);
        CHECK(arrivals_of(messages_of(store), bus.taken()).missing > 0);
    }
    {
        Place const place;
        auto store = place.store();
        fill(store, 1'000);
        FaultyBus bus{25, 1ms};
        relay_naively(place, store, bus, PlainFormat{}, Slip::retries_later);
        Arrivals const arrivals = arrivals_of(messages_of(store), bus.taken());
        CHECK(arrivals.missing == 0);
        CHECK(arrivals.order_breaks > 0);
    }
}

} // namespace

TEST_CASE("Four relays, one of them at work, publish each event in spite of the broker", "[concurrency]") {
    check_relays<SqlitePlace>(1);
}
TEST_CASE("postgres: four relays, one of them at work, publish each event in spite of the broker") {
    check_relays<PostgresPlace>(1);
}

TEST_CASE("Four relays of a part each publish each event in spite of the broker", "[concurrency]") {
    check_relays<SqlitePlace>(relays);
}
TEST_CASE("postgres: four relays of a part each publish each event in spite of the broker") {
    check_relays<PostgresPlace>(relays);
}

TEST_CASE("The test of relays notices events that are lost or out of order") { check_teeth<SqlitePlace>(); }
TEST_CASE("postgres: the test of relays notices events that are lost or out of order") { check_teeth<PostgresPlace>(); }
