// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/reliability/support/counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Many threads and processes on one file.

namespace {

using namespace reliability;
using annals::SqliteEventStore;

constexpr int hot_counters = 2;

std::string counter_id(int number) { return "hot-" + std::to_string(number % hot_counters); }

/// Loses races as often as it takes: here only the store may give up.
annals::RepositoryOptions patient() {
    annals::RepositoryOptions options;
    options.retry.attempts = 1'000'000;
    options.retry.first_wait = std::chrono::milliseconds{1};
    options.retry.longest_wait = std::chrono::milliseconds{20};
    options.retry.deadline = std::chrono::minutes{5};
    return options;
}

/// Each increase is based on the total that it found: one lost update makes the totals wrong.
template <class Store>
void increase_counters(Store& store, int times) {
    auto counters = annals::repository_for<Counter>(store, annals::NeverSnapshot{}, patient());
    for (int i = 0; i < times; ++i) {
        counters.transact(counter_id(i), [](Counter& counter) {
            counter.increase(1);
            counter.label("was " + std::to_string(counter.total()));
        });
    }
}

/// Appends without retrying: here the store must not even say that it is busy.
void append_raw(SqliteEventStore& store, int times) {
    for (int i = 0; i < times; ++i) {
        annals::NewEvent<annals::EncodedPayload> const event{
            annals::new_event_id(), annals::system_clock().now(), {}, {"Raw", 1, "{}"}
        };
        store.append({"Raw", "all"}, annals::ExpectedVersion::any(), {&event, 1});
    }
}

/// Broken: forgets what it was to expect.
class Careless {
public:
    using payload_type = annals::EncodedPayload;

    explicit Careless(SqliteEventStore& store) : store_{store} {}

    annals::AppendResult append(
        annals::StreamName const& stream,
        annals::ExpectedVersion,
        std::span<annals::NewEvent<payload_type> const> events
    ) {
        return store_.append(stream, annals::ExpectedVersion::any(), events);
    }
    std::vector<annals::AppendResult> append(std::span<annals::StreamAppend<payload_type> const> commit) {
        return store_.append(commit);
    }
    auto get_events(annals::StreamName const& stream, annals::Version after = {}) const {
        return store_.get_events(stream, after);
    }
    auto read_all(annals::Position after, std::size_t limit) const { return store_.read_all(after, limit); }
    auto get_all_events() const { return store_.get_all_events(); }
    annals::Version stream_version(annals::StreamName const& stream) const { return store_.stream_version(stream); }
    annals::Position head() const { return store_.head(); }

private:
    SqliteEventStore& store_;
};

/// How many updates were lost: each says which total it has found, and no two may have found the
/// same.
int count_lost_updates(SqliteEventStore& store, std::int64_t expected_total) {
    auto counters = annals::repository_for<Counter>(store);
    int lost = 0;
    std::int64_t total = 0;
    for (int i = 0; i < hot_counters; ++i) {
        std::int64_t increases = 0;
        // Throws if a version is missing or stands twice.
        for (auto const& event : counters.get_events(counter_id(i))) {
            if (std::holds_alternative<Increased>(event.payload)) {
                ++increases;
            } else {
                std::string const found = std::get<Labelled>(event.payload).label;
                lost += found == "was " + std::to_string(increases) ? 0 : 1;
            }
        }
        total += increases;
    }
    return total == expected_total ? lost : -1;
}

/// Follows the log while it grows.
class Follower {
public:
    /// Reads what is new.
    void read(SqliteEventStore const& store) {
        for (auto const& event : store.read_all(after_, 7)) {
            if (event.position.first() != after_.first() + 1) {
                throw std::runtime_error{"an event was skipped, repeated or went back"};
            }
            annals::Version& version = versions_[event.stream];
            if (event.version != version.next()) {
                throw std::runtime_error{"a version was skipped, repeated or went back"};
            }
            version = event.version;
            after_ = event.position;
            for (std::uint8_t const byte : event.event_id) {
                digest_ = (digest_ ^ byte) * 0x100000001b3U; // FNV-1a
            }
        }
    }

    [[nodiscard]] annals::Position position() const noexcept { return after_; }
    [[nodiscard]] std::int64_t digest() const noexcept { return static_cast<std::int64_t>(digest_); }

private:
    annals::Position after_;
    std::map<annals::StreamName, annals::Version> versions_;
    std::uint64_t digest_ = 0xcbf29ce484222325U;
};

} // namespace

TEST_CASE("Eight threads on one store lose no update", "[processes][concurrency]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    int const times = scaled(100);
    std::atomic<int> failures{0};
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            try {
                increase_counters(store, times);
            } catch (std::exception const& error) {
                ++failures;
                std::cerr << error.what() << '\n';
            }
        });
    }
    std::thread reader{[&] {
        Follower follower;
        try {
            while (!done) {
                follower.read(store);
            }
        } catch (std::exception const& error) {
            ++failures;
            std::cerr << error.what() << '\n';
        }
    }};
    for (std::thread& thread : threads) {
        thread.join();
    }
    done = true;
    reader.join();
    CHECK(failures == 0);
    CHECK(count_lost_updates(store, std::int64_t{8} * times) == 0);
}

TEST_CASE("Eight threads on a store in memory lose no update", "[processes][concurrency]") {
    SqliteEventStore store{":memory:"};
    int const times = scaled(150);
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            try {
                increase_counters(store, times);
            } catch (std::exception const&) {
                ++failures;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(failures == 0);
    CHECK(count_lost_updates(store, std::int64_t{8} * times) == 0);
}

TEST_CASE("Four processes of eight threads on one file lose no update", "[processes]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    int const times = scaled(30);
    std::vector<Process> processes;
    for (int i = 0; i < 4; ++i) {
        processes.push_back(Process{[&] {
            SqliteEventStore store{path};
            std::atomic<int> failures{0};
            std::vector<std::thread> threads;
            for (int t = 0; t < 8; ++t) {
                threads.emplace_back([&] {
                    try {
                        append_raw(store, times);
                        increase_counters(store, times);
                    } catch (std::exception const& error) {
                        ++failures;
                        std::cerr << error.what() << '\n';
                    }
                });
            }
            for (std::thread& thread : threads) {
                thread.join();
            }
            if (failures > 0) {
                throw std::runtime_error{"a thread has failed"};
            }
        }});
    }
    for (Process& process : processes) {
        CHECK(process.wait());
    }
    SqliteEventStore store{path};
    CHECK(count_lost_updates(store, std::int64_t{32} * times) == 0);
    CHECK(store.stream_version({"Raw", "all"}).value() == std::int64_t{32} * times);
    CHECK(is_intact(path));
}

TEST_CASE("The lost update test notices a store that forgets the expected version", "[processes]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            Careless careless{store};
            increase_counters(careless, 100);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(count_lost_updates(store, 800) > 0);
}

TEST_CASE("Readers in other processes see every event once and in order", "[processes]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    constexpr std::size_t writers = 4;
    constexpr std::size_t readers = 2;
    SharedCounters const stop{2}; // the writers, then the readers
    SharedCounters const seen{2 * readers};

    std::vector<Process> reading;
    for (std::size_t i = 0; i < readers; ++i) {
        reading.push_back(Process{[&, i] {
            SqliteEventStore store{path};
            Follower follower;
            annals::Position before;
            bool is_over = false;
            do {
                is_over = stop[1] != 0; // first: what was written before that is read yet
                before = follower.position();
                follower.read(store);
            } while (!is_over || follower.position() > before);
            seen[2 * i] = follower.position().first();
            seen[2 * i + 1] = follower.digest();
        }});
    }
    auto const write = [&] {
        SqliteEventStore store{path};
        while (stop[0] == 0) {
            increase_counters(store, 10);
        }
    };
    std::vector<Process> writing;
    for (std::size_t i = 0; i < writers; ++i) {
        writing.push_back(Process{write});
    }

    std::mt19937 dice{std::random_device{}()};
    int const kills = scaled(50);
    for (int i = 0; i < kills; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds{50 + dice() % 100});
        Process& victim = writing[dice() % writers];
        victim.kill();
        victim.wait();
        CHECK(victim.was_killed()); // else it has failed before
        victim = Process{write};
    }
    stop[0] = 1;
    for (Process& process : writing) {
        CHECK(process.wait());
    }
    stop[1] = 1;
    for (Process& process : reading) {
        CHECK(process.wait());
    }

    SqliteEventStore const store{path};
    Follower follower;
    while (follower.position() < store.head()) {
        follower.read(store);
    }
    for (std::size_t i = 0; i < readers; ++i) {
        CHECK(seen[2 * i] == follower.position().first());
        CHECK(seen[2 * i + 1] == follower.digest());
    }
    CHECK(is_intact(path));
    std::cout << "readers: " << follower.position().first() << " events of 4 processes, one killed " << kills
              << " times, none skipped, none repeated\n";
}

TEST_CASE("Eight processes may open a new file at once", "[processes]") {
    int const rounds = scaled(15);
    for (int round = 0; round < rounds; ++round) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        SharedCounters const gate{1};
        std::vector<Process> processes;
        for (int i = 0; i < 8; ++i) {
            processes.push_back(Process{[&] {
                while (gate[0] == 0) {
                }
                SqliteEventStore store{path};
                increase_counters(store, 2);
            }});
        }
        gate[0] = 1;
        for (Process& process : processes) {
            CHECK(process.wait());
        }
        SqliteEventStore store{path};
        CHECK(count_lost_updates(store, 16) == 0);
    }
}

TEST_CASE("A file is whole, or made whole, after its makers were killed", "[processes]") {
    std::mt19937 dice{std::random_device{}()};
    int const rounds = scaled(50);
    for (int round = 0; round < rounds; ++round) {
        TempDirectory const directory;
        std::string const path = directory.file("events.db");
        std::vector<Process> processes;
        for (int i = 0; i < 3; ++i) {
            processes.push_back(Process{[&] {
                SqliteEventStore store{path};
                increase_counters(store, 1);
            }});
        }
        for (Process& process : processes) {
            std::this_thread::sleep_for(std::chrono::microseconds{dice() % 2'000});
            process.kill();
        }
        for (Process& process : processes) {
            CHECK((process.wait() || process.was_killed()));
        }
        SqliteEventStore store{path};
        increase_counters(store, 1);
        CHECK(count_lost_updates(store, store.head().first() / 2) == 0);
        CHECK(is_intact(path));
    }
}
