// SPDX-License-Identifier: MIT

#include <annals/annals.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/processes.hpp>
#include <tests/reliability/support/scaled.hpp>
#include <tests/reliability/support/temp_directory.hpp>
#include <tests/reliability/support/vfs_shim.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// A read model in the store's own file counts every event exactly once.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using annals::sqlite::Transaction;
using reliability::Process;
using reliability::read_file;
using reliability::TempDirectory;
using reliability::write_file;

void make_table(SqliteEventStore& store) {
    store.transact([](Transaction& transaction) {
        transaction.execute("CREATE TABLE IF NOT EXISTS model (events INTEGER, total INTEGER);"
                            "INSERT INTO model SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM model)");
    });
}

struct Model {
    void handle(annals::SourcedEvent<PlainEvent> const& event, Transaction& transaction) const {
        transaction.run(
            "UPDATE model SET events = events + 1, total = total + ?1", std::get<Added>(event.payload).number
        );
    }
};

/// Broken: counts, then remembers how far it has come, in two transactions.
void project_in_two_steps(SqliteEventStore& store, std::int64_t batch) {
    annals::SqliteCheckpointStore checkpoints{store};
    Model const model;
    while (true) {
        auto const from = checkpoints.load("model");
        annals::Checkpoint to = from.value_or(annals::Checkpoint{});
        std::int64_t handled = 0;
        store.transact([&](Transaction& transaction) {
            for (auto const& event : store.read_all(to.position, static_cast<std::size_t>(batch))) {
                model.handle(
                    {event.event_id,
                     event.stream,
                     event.version,
                     event.position,
                     event.timestamp,
                     event.metadata,
                     PlainEventCodec{}.decode(event)},
                    transaction
                );
                to.position = event.position;
                to.event_id = event.event_id;
                ++handled;
            }
        });
        if (handled == 0) {
            return;
        }
        checkpoints.advance("model", from, to);
    }
}

std::string model_of(SqliteEventStore& store) {
    return store.transact([](Transaction& transaction) {
        auto rows = transaction.query("SELECT events || ' ' || total FROM model");
        return rows.next() ? std::string{rows.text(0)} : std::string{};
    });
}

std::string fold_of(SqliteEventStore const& store) {
    std::int64_t events = 0;
    std::int64_t total = 0;
    for (auto const& event : store.get_all_events()) {
        ++events;
        total += std::get<Added>(PlainEventCodec{}.decode(event)).number;
    }
    return std::to_string(events) + " " + std::to_string(total);
}

/// Runs a projection again and again, and kills it somewhere. @returns what is wrong then
/// @param events  what there is to do more each time
template <class Run>
std::string kill_runners(int kills, int events, Run run) {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    reliability::WithoutSyncs const fast; // the machine stays up
    std::mt19937 dice{std::random_device{}()};
    unsigned longest = 8'000; // microseconds before a kill; follows the speed of the machine
    int in_the_middle = 0;
    for (int i = 0; i < kills; ++i) {
        annals::Position before;
        {
            SqliteEventStore store{path};
            make_table(store);
            append_additions(store, "a", events);
            before = annals::SqliteCheckpointStore{store}.load("model").value_or(annals::Checkpoint{}).position;
        }
        Process runner{[&] {
            SqliteEventStore store{path};
            run(store);
        }};
        std::this_thread::sleep_for(std::chrono::microseconds{500 + dice() % longest});
        runner.kill();
        runner.wait();

        SqliteEventStore const store{path};
        auto const checkpoint = annals::SqliteCheckpointStore{store}.load("model").value_or(annals::Checkpoint{});
        if (checkpoint.position == before) {
            longest += longest / 4;
        } else if (checkpoint.position == store.head()) {
            longest -= longest / 4;
        } else {
            ++in_the_middle;
        }
    }
    if (in_the_middle < kills / 10) {
        return "only " + std::to_string(in_the_middle) + " kills came in the middle of the work";
    }
    SqliteEventStore store{path};
    run(store);
    std::string const fold = fold_of(store);
    return model_of(store) == fold ? "" : model_of(store) + " instead of " + fold;
}

} // namespace

TEST_CASE("A projection that is killed counts every event once", "[sqlite][projection]") {
    int const kills = reliability::scaled(200);
    CHECK(kill_runners(kills, 700, [](SqliteEventStore& store) {
              Model model;
              annals::sqlite::project<PlainEvent>(store, "model", model, 3);
          }) == "");
    std::cout << "projection: " << kills << " kills, every event counted once\n";
}

TEST_CASE("The kill test notices a projection in two steps", "[sqlite][projection]") {
    std::string const noticed = kill_runners(40, 300, [](SqliteEventStore& store) { project_in_two_steps(store, 1); });
    CHECK(noticed.find("instead of") != std::string::npos);
}

TEST_CASE("Four runners of one projection count every event once", "[sqlite][projection]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    {
        SqliteEventStore store{path};
        append_additions(store, "a", 1'000);
        make_table(store);
    }
    std::vector<Process> runners;
    for (int i = 0; i < 4; ++i) {
        runners.push_back(Process{[&] {
            SqliteEventStore store{path};
            Model model;
            annals::sqlite::project<PlainEvent>(store, "model", model, 7);
        }});
    }
    for (Process& runner : runners) {
        CHECK(runner.wait());
    }
    SqliteEventStore store{path};
    CHECK(model_of(store) == fold_of(store));
}

TEST_CASE("Four threads may run one projection", "[sqlite][projection][concurrency]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    append_additions(store, "a", 300);
    make_table(store);
    std::atomic<int> failures{0};
    std::vector<std::thread> runners;
    for (int i = 0; i < 4; ++i) {
        runners.emplace_back([&] {
            try {
                Model model;
                annals::sqlite::project<PlainEvent>(store, "model", model, 7);
            } catch (std::exception const&) {
                ++failures;
            }
        });
    }
    for (std::thread& runner : runners) {
        runner.join();
    }
    CHECK(failures == 0);
    CHECK(model_of(store) == fold_of(store));
}

TEST_CASE("A poison event stops the projection before its batch", "[sqlite][projection]") {
    TempDirectory const directory;
    SqliteEventStore store{directory.file("events.db")};
    append_additions(store, "a", 12);
    make_table(store);

    struct Poisoned : Model {
        void handle(annals::SourcedEvent<PlainEvent> const& event, Transaction& transaction) const {
            Model::handle(event, transaction);
            if (event.position.first() == 8) {
                throw std::domain_error{"cannot handle this"};
            }
        }
    };
    Poisoned poisoned;
    for (int tries = 0; tries < 2; ++tries) {
        CHECK_THROWS_AS(annals::sqlite::project<PlainEvent>(store, "model", poisoned, 3), std::domain_error);
        CHECK(model_of(store) == "6 21");
        CHECK(annals::SqliteCheckpointStore{store}.load("model")->position.first() == 6);
    }
    Model mended;
    annals::sqlite::project<PlainEvent>(store, "model", mended, 3);
    CHECK(model_of(store) == fold_of(store));
}

TEST_CASE("Events of other types are passed over and counted as seen", "[sqlite][projection]") {
    SqliteEventStore store{":memory:"};
    auto foreign = addition(1);
    foreign.payload.type = "SomethingElse";
    store.append({"Other", "x"}, annals::ExpectedVersion::any(), {&foreign, 1});
    append_additions(store, "a", 2);
    make_table(store);
    Model model;
    auto const checkpoint = annals::sqlite::project<PlainEvent>(store, "model", model, 1);
    REQUIRE(checkpoint);
    CHECK(checkpoint->position.first() == 3);
    CHECK(model_of(store) == "2 3");
}

TEST_CASE("A batch of no events is refused", "[sqlite][projection]") {
    SqliteEventStore store{":memory:"};
    Model model;
    CHECK_THROWS_AS(annals::sqlite::project<PlainEvent>(store, "model", model, 0), annals::UsageError);
}

TEST_CASE("A checkpoint of another history is refused", "[sqlite][projection]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    auto const checkpoint_of = [](SqliteEventStore& store) {
        return annals::SqliteCheckpointStore{store}.load("model");
    };
    Model model;
    {
        SqliteEventStore store{path};
        make_table(store);
        append_additions(store, "a", 5);
        annals::sqlite::project<PlainEvent>(store, "model", model);
    }
    std::string const backup = read_file(path);
    annals::Checkpoint const later = [&] {
        SqliteEventStore store{path};
        append_additions(store, "a", 5);
        return annals::sqlite::project<PlainEvent>(store, "model", model).value();
    }();
    write_file(path, backup);

    SECTION("the backup has checkpoint and model of its own") {
        SqliteEventStore store{path};
        append_additions(store, "b", 2);
        annals::sqlite::project<PlainEvent>(store, "model", model);
        CHECK(model_of(store) == fold_of(store));
    }
    SECTION("the checkpoint is of events that the backup does not have") {
        SqliteEventStore store{path};
        annals::SqliteCheckpointStore{store}.advance("model", checkpoint_of(store), later);
        CHECK_THROWS_AS(annals::sqlite::project<PlainEvent>(store, "model", model), annals::HistoryDiverged);
        // Nor when other events have taken their places.
        append_additions(store, "b", 7);
        CHECK_THROWS_AS(annals::sqlite::project<PlainEvent>(store, "model", model), annals::HistoryDiverged);
        CHECK(model_of(store) == "5 15");
    }
}
