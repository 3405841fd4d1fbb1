// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/inline_projections.hpp>
#include <annals/json.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/reliability/support/audit.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/reliability/support/workload.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Writers are killed in the middle of what they do. What the store acknowledged must be there, and
// of nothing a part.

namespace {

using namespace reliability;
using annals::SqliteEventStore;

/// A read model in the store's own file: how many events each writer has written.
struct Totals {
    static constexpr std::string_view name = "totals";
    using events = WrittenEvent;

    static void prepare(std::int64_t, annals::sqlite::Transaction& transaction) {
        transaction.run("CREATE TABLE IF NOT EXISTS totals (writer INTEGER PRIMARY KEY, events INTEGER)");
    }
    static void handle(Written const& event, annals::EventFacts const&, annals::sqlite::Transaction& transaction) {
        transaction.run(
            "INSERT INTO totals VALUES (?1, 1) ON CONFLICT DO UPDATE SET events = events + 1", event.writer
        );
    }
};

using KeepingTotals = annals::InlineProjections<SqliteEventStore, Totals>;

/// Broken: appends, and brings the read model up to date in a transaction of its own.
class KeepingTotalsLater {
public:
    KeepingTotalsLater(SqliteEventStore& store, Totals) : store_{store} {
        store_.transact([](annals::sqlite::Transaction& transaction) { Totals::prepare(1, transaction); });
    }
    void append(std::span<annals::StreamAppend<annals::EncodedPayload> const> commit) {
        store_.append(commit);
        store_.transact([](annals::sqlite::Transaction& transaction) {
            transaction.run("INSERT OR REPLACE INTO totals SELECT json_extract(data, '$.writer') AS writer, count(*) "
                            "FROM events GROUP BY writer");
        });
    }

private:
    SqliteEventStore& store_;
};

/// Writes until it is killed: commits with the read model, and snapshots.
template <class Style, class Keeping>
[[noreturn]] void write_for_ever(std::string const& path, Writer writer, std::atomic<std::int64_t>& acknowledged) {
    SqliteEventStore store{path};
    Keeping keeping_totals{store, Totals{}};
    auto snapshots = store.snapshot_store();
    while (true) {
        Commit const commit = writer.next();
        Style::write(keeping_totals, commit, [&] { acknowledged = commit.number; });
        auto const& part = commit.parts.front();
        if (commit.number % 4 == 0) {
            snapshots.save(
                {part.stream,
                 store.stream_version(part.stream),
                 part.events.back().event_id,
                 annals::system_clock().now(),
                 {"State", 1, std::to_string(commit.number)}}
            );
        }
    }
}

struct KillReport {
    int kills = 0;
    int failures = 0;        ///< writers that ended by themselves
    int damaged = 0;         ///< files that SQLite finds damaged
    int wrong_snapshots = 0; ///< of an event that is not where the snapshot says
    int wrong_totals = 0;    ///< read models that are not the fold of the events
    std::int64_t commits = 0;
    Findings findings;

    [[nodiscard]] bool is_clean() const {
        return failures == 0 && damaged == 0 && wrong_snapshots == 0 && wrong_totals == 0 && findings.are_none();
    }
};

int count_wrong_snapshots(SqliteEventStore const& store, int writers) {
    int wrong = 0;
    for (int writer = 0; writer < writers; ++writer) {
        for (std::size_t stream = 0; stream < streams_per_writer; ++stream) {
            auto const snapshot = store.snapshot_store().load(stream_of(writer, stream));
            if (snapshot) {
                annals::Version const before{snapshot->version.value() - 1};
                auto events = store.get_events(snapshot->stream, before);
                auto const at = events.begin();
                wrong += at == events.end() || at->event_id != snapshot->event_id ? 1 : 0;
            }
        }
    }
    return wrong;
}

bool has_right_totals(SqliteEventStore& store, Audit const& audit, int writers) {
    std::vector<std::int64_t> totals(static_cast<std::size_t>(writers));
    store.transact([&](annals::sqlite::Transaction& transaction) {
        Totals::prepare(1, transaction); // a writer killed early has not made its table
        for (auto rows = transaction.query("SELECT writer, events FROM totals"); rows.next();) {
            totals.at(static_cast<std::size_t>(rows.integer(0))) = rows.integer(1);
        }
    });
    return totals == audit.events_by_writer(audit.events());
}

/// Starts writers, kills them and looks at what is left, again and again, until something is wrong.
template <class Style, class Keeping = KeepingTotals>
KillReport kill_writers(int writers, int cycles) {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SharedCounters const acknowledged{static_cast<std::size_t>(writers)};
    Audit audit{writers};
    KillReport report;
    std::mt19937 dice{std::random_device{}()};
    for (int cycle = 1; cycle <= cycles && report.is_clean(); ++cycle) {
        std::vector<Process> processes;
        for (int i = 0; i < writers; ++i) {
            auto const writer = static_cast<std::size_t>(i);
            processes.push_back(Process{[&] {
                write_for_ever<Style, Keeping>(
                    path, Writer{i, audit.commits(writer), audit.versions(writer)}, acknowledged[writer]
                );
            }});
        }
        std::this_thread::sleep_for(std::chrono::microseconds{dice() % 40'000});
        for (Process& process : processes) {
            process.kill();
        }
        for (Process& process : processes) {
            process.wait();
            report.failures += process.was_killed() ? 0 : 1;
        }
        ++report.kills;

        {
            SqliteEventStore store{path};
            audit.check(store, [&](std::size_t writer) { return acknowledged[writer].load(); });
            report.wrong_snapshots += count_wrong_snapshots(store, writers);
            report.wrong_totals += has_right_totals(store, audit, writers) ? 0 : 1;
        }
        if (cycle % 100 == 0 || cycle == cycles) {
            report.damaged += is_intact(path) ? 0 : 1;
        }
        report.findings = audit.findings();
        report.commits = 0;
        for (std::size_t writer = 0; writer < static_cast<std::size_t>(writers); ++writer) {
            report.commits += audit.commits(writer);
            // What was under way when the writer was killed counts as made from here on.
            acknowledged[writer] = audit.commits(writer);
        }
    }
    return report;
}

void require_clean(KillReport const& report, int cycles) {
    INFO(report.findings.first_error);
    CHECK(report.kills == cycles);
    CHECK(report.failures == 0);
    CHECK(report.damaged == 0);
    CHECK(report.wrong_snapshots == 0);
    CHECK(report.wrong_totals == 0);
    CHECK(report.findings.lost == 0);
    CHECK(report.findings.half == 0);
    CHECK(report.findings.disordered == 0);
    CHECK(report.findings.unreadable == 0);
    // Otherwise the writers were killed before they could do anything.
    CHECK(report.commits > cycles);
    std::cout << "kill -9: " << report.kills << " cycles, " << report.commits
              << " commits, nothing lost, no half; in fewer than " << 300.0 / report.kills
              << " % of kills (95 % confidence)\n";
}

} // namespace

TEST_CASE("An acknowledged commit survives kill -9 of the only writer", "[kill]") {
    int const cycles = scaled(250);
    require_clean(kill_writers<Honest>(1, cycles), cycles);
}

TEST_CASE("An acknowledged commit survives kill -9 of three writers", "[kill]") {
    int const cycles = scaled(250);
    require_clean(kill_writers<Honest>(3, cycles), cycles);
}

TEST_CASE("The kill test notices a writer that acknowledges before the commit", "[kill]") {
    KillReport const report = kill_writers<Hasty>(1, 250);
    CHECK(report.findings.lost > 0);
}

TEST_CASE("The kill test notices a writer that makes two commits of one", "[kill]") {
    KillReport const report = kill_writers<Halving>(1, 250);
    CHECK(report.findings.half > 0);
}

TEST_CASE("The kill test notices a read model that is brought up to date after the commit", "[kill]") {
    KillReport const report = kill_writers<Honest, KeepingTotalsLater>(1, 250);
    CHECK(report.wrong_totals > 0);
}
