// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

// A read model is rebuilt while four writers go on: what comes out is what a fold makes of the whole log.

namespace {

using namespace projections;
using namespace std::chrono_literals;
using annals::ProjectionControl;
using annals::ProjectionRunner;
using reliability::scaled;

/// Four writers, each with a store of its own, until the end of the scope.
template <class Place>
class Writers {
public:
    explicit Writers(Place const& place) {
        for (std::size_t i = 0; i < 4; ++i) {
            writers_.push_back(std::async(std::launch::async, [this, &place] {
                auto store = place.store();
                for (std::size_t n = 1; !is_over_; n = n % 7 + 1) {
                    bank::deposit(store, n);
                    std::this_thread::sleep_for(10ms);
                }
            }));
        }
    }
    Writers(Writers const&) = delete;
    Writers& operator=(Writers const&) = delete;
    ~Writers() { is_over_ = true; }

    void stop() {
        is_over_ = true;
        for (auto& writer : writers_) {
            writer.get();
        }
    }

private:
    std::atomic<bool> is_over_ = false;
    std::vector<std::future<void>> writers_;
};

template <class Place>
void check_rebuilds() {
    Place const place;
    auto store = place.store();
    ProjectionControl control{store};
    annals::ProjectionOptions const options{.poll = 5ms};
    bank::deposit(store, 50);
    ProjectionRunner first{store, bank::Totals{place.tables()}, options};
    first.start();
    control.wait_for(store.head(), "totals", 30s);

    Writers<Place> writers{place};
    int const rebuilds = scaled(20);
    for (std::int64_t generation = 2; generation <= rebuilds + 1; ++generation) {
        REQUIRE(control.rebuild("totals") == generation);
        ProjectionRunner builder{store, bank::Totals{place.tables()}, options};
        builder.start();
        for (auto const until = std::chrono::steady_clock::now() + 30s;
             control.served_generation("totals") != generation;) {
            REQUIRE(std::chrono::steady_clock::now() < until);
            std::this_thread::sleep_for(2ms);
        }
        builder.stop();
        CHECK(builder.wait(0ms));
        // Nobody moves it while it is paused.
        control.pause("totals");
        auto const position = control.status("totals").back().position;
        CHECK(lines(place, store, generation) == bank::fold(store, position));
        control.resume("totals");
    }
    writers.stop();
    control.wait_for(store.head(), "totals", 30s);
    first.stop();
    CHECK(first.wait(0ms));
    auto const fold = bank::fold(store);
    CHECK(lines(place, store, rebuilds + 1) == fold);
    // What was new to the world was told once, whichever generation told it.
    std::int64_t events = 0;
    for (auto const& [id, line] : fold) {
        events += line.events;
    }
    CHECK(number(store, "SELECT count(*) FROM " + place.tables() + "letters") == events - 50);
    CHECK(number(store, "SELECT count(DISTINCT event_id) FROM " + place.tables() + "letters") == events - 50);
    std::cout << "projection: " << rebuilds << " rebuilds while four writers wrote " << events << " events\n";
}

} // namespace

TEST_CASE("A rebuild while four writers write is what a fold is") { check_rebuilds<SqlitePlace>(); }
TEST_CASE("postgres: a rebuild while four writers write is what a fold is") { check_rebuilds<PostgresPlace>(); }
