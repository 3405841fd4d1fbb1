// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <tests/catch.hpp>
#include <tests/integration/projections/support/places.hpp>
#include <tests/integration/projections/support/totals.hpp>
#include <tests/reliability/projections/support/naive.hpp>
#include <tests/reliability/projections/support/statement_trap.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <random>

// A runner is killed between any two statements. Its read model counts each event once all the same.

namespace {

using namespace projections;
using namespace std::chrono_literals;
using reliability::Mistake;
using reliability::Process;
using reliability::scaled;
using reliability::StatementTrap;

/// A page of ten events is some 25 statements in SQLite, and ten times as many messages to and from PostgreSQL.
constexpr std::int64_t statements_of(SqlitePlace const&) { return 40; }
constexpr std::int64_t statements_of(PostgresPlace const&) { return 400; }

struct Trapped : bank::Totals {
    template <class Tx>
    void prepare(std::int64_t generation, Tx& tx) {
        bank::Totals::prepare(generation, tx);
        StatementTrap::watch(tx);
    }
};

struct Honest {
    template <class Place>
    static void run(Place const& place) {
        auto store = place.store();
        annals::ProjectionRunner{store, Trapped{{place.tables()}}, {.batch = 10, .poll = 1ms, .lease = 10ms}}.catch_up(
        );
    }
    template <class Store, class Place>
    static annals::Position checkpoint(Place const&, Store& store) {
        auto const rows = annals::ProjectionControl{store}.status("totals");
        return rows.empty() ? annals::Position{} : rows.at(0).position;
    }
};

/// Broken: remembers how far it has come in a second transaction.
struct Forgetful {
    template <class Place>
    static void run(Place const& place) {
        auto store = place.store();
        reliability::run_naive(place, store, Trapped{{place.tables()}}, Mistake::checkpoint_later, 10);
    }
    template <class Store, class Place>
    static annals::Position checkpoint(Place const& place, Store& store) {
        return annals::Position{number(store, "SELECT position FROM " + place.tables() + "naive")};
    }
};

struct KillReport {
    int kills = 0;
    int failures = 0; ///< runners that ended by themselves with an error
    int wrong = 0;    ///< read models that were not the fold of the events up to the checkpoint
    bool is_complete = false;
};

template <class Runner, class Place>
KillReport kill_runners(int cycles) {
    Place const place;
    KillReport report;
    std::mt19937 dice{std::random_device{}()};
    {
        auto store = place.store();
        reliability::make_naive_place(place, store);
        bank::Totals tables{place.tables()};
        store.transact([&](auto& transaction) { tables.prepare(1, transaction); });
    }
    for (int cycle = 0; cycle < cycles && report.wrong == 0; ++cycle) {
        {
            auto store = place.store();
            bank::deposit(store, 20);
        }
        // Each of the first cuts once, in order; then by chance.
        std::int64_t const all = statements_of(place);
        std::int64_t const cut = cycle * all / cycles + static_cast<std::int64_t>(dice() % 8);
        Process process{[&] {
            StatementTrap::set(cut);
            Runner::run(place);
        }};
        bool const has_ended = process.wait();
        report.kills += process.was_killed() ? 1 : 0;
        report.failures += has_ended || process.was_killed() ? 0 : 1;
        auto store = place.store();
        report.wrong += lines(place, store) == bank::fold(store, Runner::checkpoint(place, store)) ? 0 : 1;
    }
    Process last{[&] { Runner::run(place); }};
    report.failures += last.wait() ? 0 : 1;
    auto store = place.store();
    report.is_complete = lines(place, store) == bank::fold(store);
    return report;
}

/// Kills at each cut between two statements, round after round.
template <class Place>
void check_honest() {
    constexpr int cycles = 50;
    int kills = 0;
    int const rounds = scaled(40);
    for (int round = 0; round < rounds; ++round) {
        KillReport const report = kill_runners<Honest, Place>(cycles);
        REQUIRE(report.failures == 0);
        REQUIRE(report.wrong == 0);
        REQUIRE(report.is_complete);
        kills += report.kills;
    }
    CHECK(kills > rounds * cycles / 2); // otherwise most cuts lay behind the end
    std::cout << "projection: " << kills << " kills between statements, each event counted once\n";
}

} // namespace

TEST_CASE("A read model counts each event once, whichever statement its runner dies at") {
    check_honest<SqlitePlace>();
}
TEST_CASE("postgres: a read model counts each event once, whichever message its runner dies at") {
    check_honest<PostgresPlace>();
}

TEST_CASE("The kill test notices a checkpoint of its own transaction") {
    CHECK(kill_runners<Forgetful, SqlitePlace>(50).wrong > 0);
}
TEST_CASE("postgres: the kill test notices a checkpoint of its own transaction") {
    CHECK(kill_runners<Forgetful, PostgresPlace>(50).wrong > 0);
}
