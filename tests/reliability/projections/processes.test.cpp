// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/reliability/projections/support/naive.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

// Four processes run one projection; they are killed, and frozen until another has taken over.

namespace {

using namespace projections;
using namespace std::chrono_literals;
using annals::ProjectionControl;
using reliability::Process;
using reliability::scaled;
using reliability::SharedCounters;

constexpr std::size_t runners = 4;

// Longer than a busy machine holds up a runner that nobody has frozen.
constexpr std::chrono::milliseconds lease{1'500};

/// What parent and children tell each other.
class Board {
public:
    std::atomic<std::int64_t>& stop() { return numbers_[0]; }
    std::atomic<std::int64_t>& to_freeze() { return numbers_[1]; } ///< the number of a runner, from 1
    std::atomic<std::int64_t>& process_of(std::size_t runner) { return numbers_[2 + runner]; }
    std::atomic<std::int64_t>& fenced(std::size_t runner) { return numbers_[2 + runners + runner]; }

private:
    SharedCounters numbers_{2 + 2 * runners};
};

template <class Condition>
[[nodiscard]] bool comes_true(Condition const& condition) {
    for (auto const until = std::chrono::steady_clock::now() + 30s; !condition();) {
        if (std::chrono::steady_clock::now() > until) {
            return false;
        }
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

enum class Where : std::uint8_t {
    between_pages, ///< it holds the lease, and no lock
    in_handler     ///< in a transaction that has locked the projection
};

/// Runs the projection until it is told to stop, or fenced out.
template <class Place>
void run_one(Place const& place, Board& board, std::size_t number, Where where) {
    board.process_of(number) = ::getpid();
    auto store = place.store();
    auto const freeze_if_told = [&](Where here) {
        std::int64_t chosen = static_cast<std::int64_t>(number) + 1;
        if (here == where && board.to_freeze().compare_exchange_strong(chosen, 0)) {
            ::raise(SIGSTOP);
        }
    };
    auto const hint = [&](std::chrono::milliseconds time) {
        freeze_if_told(Where::between_pages);
        std::this_thread::sleep_for(time);
        return false;
    };
    auto const before = [&](annals::EventFacts const&) { freeze_if_told(Where::in_handler); };
    annals::ProjectionOptions const options{
        .batch = 10, .poll = 5ms, .lease = lease, .owner = "runner-" + std::to_string(number), .hint = hint
    };
    annals::ProjectionRunner runner{store, bank::Totals{place.tables(), before}, options};
    runner.start();
    try {
        while (!runner.wait(5ms) && board.stop() == 0) {
        }
        runner.stop();
        runner.wait(1s);
    } catch (annals::FencedOut const&) {
        board.fenced(number) = 1;
    }
}

/// The number of the runner that holds the projection; `runners` if none does.
template <class Store>
[[nodiscard]] std::size_t owner(Store& store) {
    auto const rows = ProjectionControl{store}.status("totals");
    bool const is_held = !rows.empty() && rows.at(0).is_leased();
    return is_held ? static_cast<std::size_t>(rows.at(0).owner.back() - '0') : runners;
}

/// Whether another runner than that one has taken the projection over.
template <class Store>
[[nodiscard]] bool is_taken_from(std::size_t runner, Store& store) {
    std::size_t const now = owner(store);
    return now < runners && now != runner;
}

/// @param free_locks  called when a runner stands frozen
template <class Place, class FreeLocks>
void check_four_runners(Place const& place, Where where, FreeLocks const& free_locks) {
    int const rounds = scaled(3);
    for (int round = 0; round < rounds; ++round) {
        Board board;
        std::vector<Process> processes;
        for (std::size_t i = 0; i < runners; ++i) {
            processes.push_back(Process{[&] { run_one(place, board, i, where); }});
        }
        auto store = place.store();
        bank::deposit(store, 50);
        REQUIRE(comes_true([&] { return owner(store) < runners; }));
        std::size_t const killed = owner(store);
        processes[killed].kill();
        bank::deposit(store, 50);
        REQUIRE(comes_true([&] { return is_taken_from(killed, store); }));

        std::size_t const frozen = owner(store);
        board.to_freeze() = static_cast<std::int64_t>(frozen) + 1;
        bank::deposit(store, 50);
        REQUIRE(comes_true([&] { return board.to_freeze() == 0; }));
        free_locks();
        REQUIRE(comes_true([&] { return is_taken_from(frozen, store); }));
        bank::deposit(store, 50);
        ::kill(static_cast<::pid_t>(board.process_of(frozen).load()), SIGCONT);
        CHECK(comes_true([&] { return board.fenced(frozen) == 1; }));

        ProjectionControl{store}.wait_for(bank::deposit(store, 50), "totals", 30s);
        CHECK(lines(place, store) == bank::fold(store));
        board.stop() = 1;
        for (std::size_t i = 0; i < runners; ++i) {
            CHECK(processes[i].wait() == (i != killed));
            CHECK(board.fenced(i) == (i == frozen ? 1 : 0));
        }
    }
    std::cout << "projection: " << rounds
              << " rounds of four runners, one killed and one frozen in each: counts exact\n";
}

/// Broken: nobody looks whether another was there first.
template <class Place>
void check_naive_runners() {
    Place const place;
    {
        auto store = place.store();
        reliability::make_naive_place(place, store);
        bank::Totals tables{place.tables()};
        store.transact([&](auto& transaction) { tables.prepare(1, transaction); });
        bank::deposit(store, 400);
    }
    SharedCounters const ready{1};
    std::vector<Process> processes;
    for (std::size_t i = 0; i < runners; ++i) {
        processes.push_back(Process{[&] {
            auto store = place.store();
            ++ready[0];
            while (ready[0] < static_cast<std::int64_t>(runners)) {
                std::this_thread::sleep_for(1ms);
            }
            reliability::run_naive(place, store, bank::Totals{place.tables()}, reliability::Mistake::unclaimed, 10);
        }});
    }
    for (Process& process : processes) {
        process.wait();
    }
    auto store = place.store();
    CHECK(number(store, "SELECT sum(events) FROM " + place.tables() + "totals_1") > 400);
}

} // namespace

TEST_CASE("Four runners count each event once, though they are killed and frozen") {
    check_four_runners(SqlitePlace{}, Where::between_pages, [] {});
}
TEST_CASE("postgres: four runners count each event once, though they are killed and frozen") {
    check_four_runners(PostgresPlace{}, Where::between_pages, [] {});
}
TEST_CASE("postgres: four runners count each event once, though the one with the lock is frozen and cut off") {
    PostgresPlace const place;
    check_four_runners(place, Where::in_handler, [&place] {
        reliability::Session session{annals_tests::shared_conninfo()};
        std::string const holder = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in "
                                   "transaction' AND query LIKE '%" +
                                   place.tables() + "%'";
        CHECK(comes_true([&] { return session.run(holder) == "t"; }));
    });
}

TEST_CASE("The test of four runners notices runners that do not look at each other") {
    check_naive_runners<SqlitePlace>();
}
TEST_CASE("postgres: the test of four runners notices runners that do not look at each other") {
    check_naive_runners<PostgresPlace>();
}
