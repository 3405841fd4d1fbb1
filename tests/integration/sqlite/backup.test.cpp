// SPDX-License-Identifier: MIT

#include <annals/projection_control.hpp>
#include <annals/projection_runner.hpp>
#include <annals/sqlite.hpp>
#include <tests/catch.hpp>
#include <tests/integration/sqlite/support/plain_counter.hpp>
#include <tests/reliability/support/raw_database.hpp>
#include <tests/reliability/support/temp_directory.hpp>

#include <sqlite3.h>

#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// Backups are made with SQLite's own means, while the store is in use.

namespace {

using namespace integration;
using annals::SqliteEventStore;
using reliability::is_intact;
using reliability::RawDatabase;
using reliability::TempDirectory;

void back_up(std::string const& from, std::string const& to, int pages_a_step) {
    RawDatabase const source{from};
    RawDatabase const target{to};
    sqlite3_backup* const backup = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
    int code = SQLITE_OK;
    while (code == SQLITE_OK || code == SQLITE_BUSY) {
        code = sqlite3_backup_step(backup, pages_a_step);
    }
    if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_DONE) {
        throw std::runtime_error{"the backup has failed"};
    }
}

/// Counts the events in a table of the store's own file.
struct Count {
    static constexpr std::string_view name = "count";
    using events = PlainEvent;

    static void prepare(std::int64_t, annals::sqlite::Transaction& in) {
        in.run("CREATE TABLE IF NOT EXISTS counted (position INTEGER)");
    }
    static void handle(auto const&, annals::EventFacts const& at, annals::sqlite::Transaction& in) {
        in.run("INSERT INTO counted VALUES (?1)", at.position.first());
    }
    static std::int64_t read(SqliteEventStore& store) {
        return store.transact([](annals::sqlite::Transaction& in) {
            auto rows = in.query("SELECT count(*) FROM counted");
            return rows.next() ? rows.integer(0) : -1;
        });
    }
};

std::vector<annals::EventId> ids(SqliteEventStore const& store) {
    std::vector<annals::EventId> result;
    for (auto const& event : store.get_all_events()) {
        result.push_back(event.event_id);
    }
    return result;
}

} // namespace

TEST_CASE("A backup is a store that goes on where it was", "[sqlite][backup]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::string const copy = directory.file("backup.db");
    SqliteEventStore store{path};
    auto counters = annals::repository_for<PlainCounter>(store, annals::EveryNEvents{2});
    for (int i = 0; i < 20; ++i) {
        counters.transact("c" + std::to_string(i % 3), [i](PlainCounter& c) { c.add(i); });
    }
    std::string const how = GENERATE(as<std::string>{}, "sqlite3_backup", "VACUUM INTO");
    CAPTURE(how);
    if (how == "sqlite3_backup") {
        back_up(path, copy, -1);
    } else {
        RawDatabase{path}.run("VACUUM INTO '" + copy + "'");
    }
    SqliteEventStore restored{copy};
    CHECK(ids(restored) == ids(store));
    auto others = annals::repository_for<PlainCounter>(restored, annals::EveryNEvents{2});
    for (int i = 0; i < 3; ++i) {
        std::string const id = "c" + std::to_string(i);
        CHECK(others.get_by_id(id)->total() == counters.get_by_id(id)->total());
    }
    others.transact("c0", [](PlainCounter& c) { c.add(1); });
    CHECK(restored.head().first() == 21);
    CHECK(store.head().first() == 20);
    CHECK(is_intact(copy));
}

TEST_CASE("A projection goes on where its backup stands, and not where another file did", "[sqlite][backup]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    std::string const copy = directory.file("backup.db");
    SqliteEventStore store{path};
    append_additions(store, "a", 5);
    annals::ProjectionRunner{store, Count{}}.catch_up();
    back_up(path, copy, -1);
    append_additions(store, "a", 5);
    annals::ProjectionRunner{store, Count{}}.catch_up();
    CHECK(Count::read(store) == 10);

    SqliteEventStore restored{copy};
    append_additions(restored, "b", 2);
    SECTION("with its own place") {
        annals::ProjectionRunner{restored, Count{}}.catch_up();
        CHECK(Count::read(restored) == 7);
    }
    SECTION("with the place of the other") {
        RawDatabase{copy}.run(
            "ATTACH '" + path +
            "' AS other; DELETE FROM projections; INSERT INTO projections SELECT * FROM "
            "other.projections"
        );
        CHECK_THROWS_AS((annals::ProjectionRunner{restored, Count{}}.catch_up()), annals::HistoryDiverged);
        // Nor when other events have taken the places of those that it has handled.
        append_additions(restored, "b", 5);
        CHECK_THROWS_AS((annals::ProjectionRunner{restored, Count{}}.catch_up()), annals::HistoryDiverged);
        CHECK(Count::read(restored) == 5);
    }
}

TEST_CASE("A backup made while others append is a moment of the store", "[sqlite][backup]") {
    TempDirectory const directory;
    std::string const path = directory.file("events.db");
    SqliteEventStore store{path};
    append_additions(store, "a", 500);
    std::atomic<bool> done{false};
    std::thread writer{[&] {
        while (!done) {
            append_additions(store, "a", 3); // whole commits only
        }
    }};
    for (int i = 0; i < 5; ++i) {
        std::string const copy = directory.file("backup" + std::to_string(i) + ".db");
        back_up(path, copy, -1);
        SqliteEventStore restored{copy};
        auto const restored_ids = ids(restored);
        CHECK(restored_ids.size() % 3 == 500 % 3);
        CHECK(is_intact(copy));
        append_additions(restored, "a", 1);
        CHECK(restored.head().first() == static_cast<std::int64_t>(restored_ids.size()) + 1);
    }
    done = true;
    writer.join();
}
