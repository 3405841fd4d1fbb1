// SPDX-License-Identifier: MIT

#include <tests/catch.hpp>
#include <tests/reliability/postgres/support/history.hpp>
#include <tests/reliability/postgres/support/journeys.hpp>
#include <tests/reliability/postgres/support/killer.hpp>
#include <tests/reliability/postgres/support/test_schema.hpp>
#include <tests/reliability/support/scaled.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

// Readers follow the log while writers draw positions in one order and commit in another.

namespace {

using namespace reliability;
using annals::ExpectedVersion;
using annals::PostgresEventStore;

constexpr int library_writers = 4;
constexpr int slow_writers = 4;
constexpr std::size_t streams = 24;
constexpr std::size_t page_limits[] = {1, 7, 500, annals::all_events};

/// What the threads of a run share.
struct Run {
    TestSchema& schema;
    int events;
    std::atomic<int> written{0};
    LogEnd end{0};
    History history{};

    [[nodiscard]] bool is_full() const { return written >= events; }
};

class Dice {
public:
    explicit Dice(unsigned seed) : engine_{seed} {}
    /// 0 ... `sides` - 1
    std::size_t operator()(std::size_t sides) { return engine_() % sides; }
    void hold() { std::this_thread::sleep_for(std::chrono::microseconds{(*this)(10'000)}); }

private:
    std::mt19937 engine_;
};

/// Appends as users do. Its sessions are killed by another: the store answers that with a retry.
void append_through_the_store(Run& run, PostgresEventStore store, unsigned seed) {
    Dice dice{seed};
    while (!run.is_full()) {
        // Now and then many events, which the store copies in.
        std::size_t const size = dice(200) == 0 ? annals::postgres::detail::BulkAppend::fewest_events : 2 + dice(14);
        Attempt attempt{new_events(size), Attempt::Clock::now()};
        std::span const events{attempt.events};
        std::size_t const first = dice(streams);
        annals::StreamAppend<annals::EncodedPayload> const commit[] = {
            {ledger(first), ExpectedVersion::any(), events.first(events.size() / 2)},
            {ledger((first + 1 + dice(streams - 1)) % streams),
             ExpectedVersion::any(),
             events.subspan(events.size() / 2)}
        };
        if (dice(4) == 0) {
            store.append(commit);
        } else {
            store.append(ledger(first), ExpectedVersion::any(), events);
        }
        attempt.outcome = Outcome::acknowledged;
        run.written += static_cast<int>(attempt.events.size());
        run.history.add(std::move(attempt));
    }
}

struct RolledBack {};

/// Appends within transactions that it holds open, rolls back, or does not survive.
void append_slowly(Run& run, PostgresEventStore store, unsigned seed) {
    Dice dice{seed};
    Session killer = run.schema.session();
    while (!run.is_full()) {
        Attempt attempt{new_events(2 + dice(12)), Attempt::Clock::now()};
        std::span const events{attempt.events};
        annals::StreamName const stream = ledger(dice(streams));
        std::size_t const fate = dice(100);
        try {
            store.transact([&](annals::postgres::Transaction& transaction) {
                std::size_t const half = events.size() / 2;
                transaction.append(stream, ExpectedVersion::any(), events.first(half));
                dice.hold();
                transaction.append(stream, ExpectedVersion::any(), events.subspan(half));
                dice.hold();
                if (fate < 10) {
                    throw RolledBack{};
                }
                if (fate < 15) {
                    std::string const process = std::to_string(PQbackendPID(transaction.handle()));
                    killer.run("SELECT pg_terminate_backend(" + process + ")");
                }
            });
            attempt.outcome = Outcome::acknowledged;
        } catch (RolledBack const&) {
            attempt.outcome = Outcome::refused;
        } catch (annals::AppendOutcomeUnknown const&) {
            attempt.outcome = Outcome::unknown;
        } catch (annals::postgres::ConnectionLost const&) {
            attempt.outcome = Outcome::refused; // the other killer was faster than the COMMIT
        }
        run.written += attempt.outcome == Outcome::acknowledged ? static_cast<int>(attempt.events.size()) : 0;
        run.history.add(std::move(attempt));
    }
}

/// Transactions that are none of the store's business, open as long as this lives.
class ForeignTransactions {
public:
    explicit ForeignTransactions(TestSchema const& schema) : writing_{schema.session()}, prepared_{schema.session()} {
        writing_.run(schema.sql("CREATE TABLE @.foreign_rows (n int)"));
        writing_.run(schema.sql("BEGIN; INSERT INTO @.foreign_rows VALUES (1)"));
        prepared_.run(schema.sql("BEGIN; INSERT INTO @.foreign_rows VALUES (2); PREPARE TRANSACTION 'annals_test'"));
        prepared_.run("CREATE DATABASE other");
        other_ = std::make_unique<Session>(schema.conninfo() + " dbname=other");
        // The same key as an announcement of this store's would have.
        std::int64_t const key = schema.store().database()->locks().announcement();
        other_->run(
            "BEGIN; CREATE TABLE foreign_rows (n int); SELECT pg_advisory_xact_lock(" + std::to_string(key) + ")"
        );
    }
    ForeignTransactions(ForeignTransactions const&) = delete;
    ForeignTransactions& operator=(ForeignTransactions const&) = delete;
    ~ForeignTransactions() { PQclear(PQexec(prepared_.handle(), "ROLLBACK PREPARED 'annals_test'")); }

private:
    Session writing_;
    Session prepared_;
    std::unique_ptr<Session> other_;
};

void write_all(Run& run) {
    PostgresEventStore const store = run.schema.store("application_name=victim");
    Killer const killer{run.schema, "victim", std::chrono::milliseconds{25}};
    std::vector<std::future<void>> writers;
    for (int i = 0; i < library_writers; ++i) {
        writers.push_back(std::async(std::launch::async, [&run, store, i] {
            append_through_the_store(run, store, static_cast<unsigned>(i));
        }));
    }
    for (int i = 0; i < slow_writers; ++i) {
        writers.push_back(std::async(std::launch::async, [&run, store, i] {
            append_slowly(run, store, static_cast<unsigned>(100 + i));
        }));
    }
    for (auto& writer : writers) {
        writer.get();
    }
    CHECK((killer.kills() > 0 || is_sanitized));
}

/// @returns the last position, once the killed sessions are gone too
std::int64_t last_position(TestSchema const& schema) {
    Session session = schema.session();
    while (session.run(schema.sql("SELECT count(*) FROM pg_locks WHERE relation = '@.events'::regclass AND pid <> "
                                  "pg_backend_pid() AND mode = 'RowExclusiveLock'")) != "0") {
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return std::stoll(session.run(schema.sql("SELECT max(position) FROM @.events")));
}

} // namespace

TEST_CASE(
    "postgres: readers miss no event of writers who hold, roll back and are killed", "[postgres][frontier][concurrency]"
) {
    annals_tests::Server const server{"max_prepared_transactions = 4"};
    TestSchema schema{server.conninfo()};
    schema.options().pool_size = 24;
    ForeignTransactions const foreign{schema};
    Run run{schema, scaled(50'000)};
    PostgresEventStore const store = schema.store();

    std::vector<std::future<Journey>> readers;
    for (std::size_t const limit : page_limits) {
        readers.push_back(std::async(std::launch::async, [&, limit] { return follow_the_store(run.end, store, limit); })
        );
    }
    auto naive = std::async(std::launch::async, [&] { return follow_naively(run.end, schema); });
    auto one_snapshot =
        std::async(std::launch::async, [&] { return follow_with_one_snapshot(run.end, schema, store); });
    try {
        write_all(run);
    } catch (...) {
        run.end = 1;
        throw;
    }
    run.end = last_position(schema);

    auto const rows = schema.rows();
    std::vector<std::int64_t> positions;
    std::vector<std::string> event_ids;
    for (StoredRow const& row : rows) {
        positions.push_back(row.position);
        event_ids.push_back(row.event_id);
    }
    std::chrono::milliseconds lag{0};
    for (auto& reader : readers) {
        Journey const journey = reader.get();
        CHECK(count_missing(journey, rows) == 0);
        CHECK((journey.positions == positions)); // nothing twice, nothing out of order
        CHECK((journey.event_ids == event_ids));
        lag = std::max(lag, journey.lag);
    }
    std::size_t const naively_lost = count_missing(naive.get(), rows);
    std::size_t const lost_by_snapshot = count_missing(one_snapshot.get(), rows);

    HistoryFindings const findings = compare(run.history, rows);
    CHECK(findings.lost == 0);
    CHECK(findings.half == 0);
    CHECK(findings.unasked == 0);
    CHECK(findings.repeated == 0);
    CHECK(findings.overtaken == 0);
    CHECK(findings.disordered == 0);
    CHECK(run.history.count(Outcome::refused) > 0);
    CHECK(run.history.count(Outcome::unknown) > 0);

    // So that the checks above are seen to be able to fail.
    CHECK(naively_lost > 0);
    CHECK(lost_by_snapshot > 0);
    // A reader that waits for the oldest transaction of the server would have seen nothing at all yet.
    CHECK(
        schema.session().run(schema.sql(
            "SELECT count(*) FROM @.events WHERE xmin::text::int8 < pg_snapshot_xmin(pg_current_snapshot())::text::int8"
        )) == "0"
    );

    std::cout << "frontier: " << rows.size() << " events x " << std::size(page_limits)
              << " readers, none missed; fewer than "
              << 300.0 / static_cast<double>(rows.size() * std::size(page_limits))
              << " % (95 % confidence); naive reader missed " << naively_lost << ", reader with one snapshot "
              << lost_by_snapshot << "; " << run.history.count(Outcome::refused) << " rollbacks, "
              << run.history.count(Outcome::unknown) << " killed; last reader " << lag.count() << " ms behind\n";
}
