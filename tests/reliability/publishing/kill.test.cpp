// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/relay.hpp>
#include <tests/catch.hpp>
#include <tests/reliability/publishing/support/outbox.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/support/messages.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

// Four processes with a relay each, killed again and again: each event is published, those of a stream in order.

namespace {

using namespace reliability;
using namespace std::chrono_literals;
using annals_tests::Arrivals;
using annals_tests::arrivals_of;
using projections::PostgresPlace;
using projections::SqlitePlace;

/// A broker that outlives its clients: a file with a line for each message that it has taken.
class FileBus {
public:
    explicit FileBus(std::string const& path) : file_{::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600)} {}
    FileBus(FileBus const&) = delete;
    FileBus& operator=(FileBus const&) = delete;
    ~FileBus() { ::close(file_); }

    void publish(std::span<annals::Message const> messages) {
        for (annals::Message const& message : messages) {
            std::string const line = annals::to_text(message.id) + ' ' + message.key + '\n';
            if (::write(file_, line.data(), line.size()) != static_cast<::ssize_t>(line.size())) {
                throw std::runtime_error{"cannot write to the broker's file"};
            }
            std::this_thread::sleep_for(100us);
        }
    }

    /// What it has taken; ids and keys only.
    [[nodiscard]] static std::vector<annals::Message> taken(std::string const& path) {
        std::vector<annals::Message> messages;
        std::ifstream in{path};
        std::string id;
        for (std::string key; in >> id >> key;) {
            messages.push_back({annals::parse_event_id(id), key, {}, {}, {}});
        }
        return messages;
    }

private:
    int file_;
};

struct Honest {
    static constexpr std::size_t processes = 4;
    template <class Place>
    static void run(Place const& place, std::string const& path) {
        auto store = place.store();
        FileBus bus{path};
        while (true) { // until it is killed
            annals::Relay relay{store, bus, "relay", PlainFormat{}, {}, {.batch = 20, .poll = 5ms, .lease = 50ms}};
            relay.start();
            try {
                relay.wait();
            } catch (annals::FencedOut const&) {
            }
        }
    }
    template <class Store>
    static bool is_done(Store& store) {
        auto const rows = annals::ProjectionControl{store}.status("relay");
        return !rows.empty() && rows.at(0).position == store.head();
    }
};

/// Broken: notes its place before the broker has confirmed.
struct Hasty {
    static constexpr std::size_t processes = 1;
    template <class Place>
    static void run(Place const& place, std::string const& path) {
        auto store = place.store();
        FileBus bus{path};
        while (true) {
            relay_naively(place, store, bus, PlainFormat{}, Slip::notes_first);
            std::this_thread::sleep_for(5ms);
        }
    }
    template <class Store>
    static bool is_done(Store&) {
        std::this_thread::sleep_for(200ms);
        return true;
    }
};

template <class Relays, class Place>
Arrivals kill_relays(int kills) {
    Place const place;
    TempDirectory const directory;
    std::string const path = directory.file("broker");
    static_cast<void>(place.store()); // makes the tables
    std::mt19937 dice{std::random_device{}()};
    std::vector<Process> processes;
    auto const begin_one = [&] { processes.push_back(Process{[&] { Relays::run(place, path); }}); };
    for (int i = 0; i < kills; ++i) {
        while (processes.size() < Relays::processes) {
            begin_one();
        }
        {
            auto store = place.store();
            bank::deposit(store, 100);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{dice() % 30});
        std::size_t const victim = dice() % processes.size();
        processes[victim].kill();
        processes[victim].wait();
        CHECK(processes[victim].was_killed());
        processes.erase(processes.begin() + static_cast<std::ptrdiff_t>(victim));
    }
    begin_one();
    auto store = place.store();
    for (auto const until = std::chrono::steady_clock::now() + 60s; !Relays::is_done(store);) {
        REQUIRE(std::chrono::steady_clock::now() < until);
        std::this_thread::sleep_for(5ms);
    }
    processes.clear();
    return arrivals_of(messages_of(store), FileBus::taken(path));
}

template <class Place>
void check_honest() {
    int const kills = scaled(60);
    Arrivals const arrivals = kill_relays<Honest, Place>(kills);
    CHECK(arrivals.missing == 0);
    CHECK(arrivals.order_breaks == 0);
    std::cout << "relays: " << kills << " kills, " << arrivals.repeated << " events sent again, " << arrivals.missing
              << " lost, " << arrivals.order_breaks << " out of order\n";
}

} // namespace

TEST_CASE("Relays that are killed publish each event, in order") { check_honest<SqlitePlace>(); }
TEST_CASE("postgres: relays that are killed publish each event, in order") { check_honest<PostgresPlace>(); }

TEST_CASE("The test of killed relays notices a place noted too early") {
    CHECK(kill_relays<Hasty, SqlitePlace>(20).missing > 0);
}
TEST_CASE("postgres: the test of killed relays notices a place noted too early") {
    CHECK(kill_relays<Hasty, PostgresPlace>(20).missing > 0);
}
